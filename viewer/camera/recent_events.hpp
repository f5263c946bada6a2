#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "codec/time.hpp"

namespace jpegwire {

/// The newest events with an amount each, for figures about the last seconds. Only the constructor
/// allocates memory. Bound to one thread.
class RecentEvents {
 public:
  struct Rates {
    double events_per_second = 0;
    double amount_per_second = 0;
  };

  explicit RecentEvents(std::size_t capacity = 256) : events_(capacity), scratch_(capacity) {}

  /// An event whose amount is unknown counts in the rate of events alone.
  void add(SteadyTime time, std::optional<std::int64_t> amount);

  /// Measured between the first and the last event of the last second (between the last two events
  /// if they are rarer), so that it is steady. It falls as soon as the next event is overdue, is 0
  /// when there was none for a second and for two intervals, and a pause of more than a second does
  /// not lower it when events come again.
  Rates rates(SteadyTime now) const;

  /// A percentile of the known amounts of this time span, or the newest amount if that is older.
  /// Nothing if the newest event is older than 5 s.
  std::optional<double> percentile(SteadyTime now, std::chrono::seconds span, int percent) const;

  /// Of the last second.
  std::optional<double> median(SteadyTime now) const {
    return percentile(now, std::chrono::seconds(1), 50);
  }

  std::size_t count() const { return count_; }

  /// The amount of the event that `age` newer events followed.
  std::optional<std::int64_t> newest_amount(std::size_t age) const { return newest(age).amount; }

 private:
  struct Event {
    SteadyTime time;
    std::optional<std::int64_t> amount;
  };

  const Event& newest(std::size_t age) const;
  std::size_t recent(SteadyTime now) const;
  bool follows_pause(std::size_t age) const;

  std::vector<Event> events_;
  mutable std::vector<std::int64_t> scratch_;
  std::size_t next_ = 0;
  std::size_t count_ = 0;
};

}  // namespace jpegwire
