#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace jpegwire {

using SteadyTime = std::chrono::steady_clock::time_point;

/// The newest events and an amount that each carries, for figures about the last seconds. Only the
/// constructor takes anything from the heap. Bound to one thread.
class RecentEvents {
 public:
  struct Rates {
    double events_per_second = 0;
    double amount_per_second = 0;
  };

  /// Keeps so many.
  explicit RecentEvents(std::size_t capacity = 256) : events_(capacity), scratch_(capacity) {}

  void add(SteadyTime time, std::int64_t amount);

  /// Between the first and the last event of the last second (of the last two events where they
  /// are rarer), so that it is steady; falls as soon as the next event is overdue.
  Rates rates(SteadyTime now) const;

  /// Of the amounts of so long, or of the newest where that is older; those below zero left out.
  /// Nothing where the newest is older than 5 s.
  std::optional<double> percentile(SteadyTime now, std::chrono::seconds span, int percent) const;

  /// Of the last second.
  std::optional<double> median(SteadyTime now) const {
    return percentile(now, std::chrono::seconds(1), 50);
  }

  std::size_t count() const { return count_; }

  /// Of the event before which so many newer ones came.
  std::int64_t newest_amount(std::size_t age) const { return newest(age).amount; }

 private:
  struct Event {
    SteadyTime time;
    std::int64_t amount = 0;
  };

  const Event& newest(std::size_t age) const;

  std::vector<Event> events_;
  mutable std::vector<std::int64_t> scratch_;
  std::size_t next_ = 0;
  std::size_t count_ = 0;
};

}  // namespace jpegwire
