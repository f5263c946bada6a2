#include "viewer/camera/recent_events.hpp"

#include <algorithm>

#include "codec/time.hpp"

namespace jpegwire {
namespace {

using std::chrono::seconds;

constexpr seconds kRecent{1};
constexpr seconds kForgotten{5};

}  // namespace

void RecentEvents::add(SteadyTime time, std::optional<std::int64_t> amount) {
  events_[next_] = {time, amount};
  next_ = (next_ + 1) % events_.size();
  count_ = std::min(count_ + 1, events_.size());
}

const RecentEvents::Event& RecentEvents::newest(std::size_t age) const {
  return events_[(next_ + events_.size() - 1 - age) % events_.size()];
}

/// The number of events of the last second, or 1 if the newest is older.
std::size_t RecentEvents::recent(SteadyTime now) const {
  std::size_t events = 1;
  while (events < count_ && now - newest(events).time < kRecent) ++events;
  return events;
}

/// Whether there is no event before it, or a long time ago.
bool RecentEvents::follows_pause(std::size_t age) const {
  return age + 1 == count_ || newest(age).time - newest(age + 1).time > kRecent;
}

RecentEvents::Rates RecentEvents::rates(SteadyTime now) const {
  if (count_ < 2 || now - newest(0).time > kForgotten) return {};
  const std::size_t events = recent(now);
  // From the last event before them on, unless a pause is between.
  const std::size_t intervals = events > 1 && follows_pause(events - 1) ? events - 1 : events;
  const double between = to_seconds(newest(0).time - newest(intervals).time);
  const double since = to_seconds(now - newest(intervals).time);
  if (between <= 0 || since <= 0) return {};
  const double mean = between / static_cast<double>(intervals);
  if (since - between > std::max(to_seconds(kRecent), 2 * mean)) return {};
  double amount = 0;
  for (std::size_t age = 0; age < intervals; ++age)
    amount += static_cast<double>(newest(age).amount.value_or(0));
  const double rate = std::min(1 / mean, static_cast<double>(intervals + 1) / since);
  return {.events_per_second = rate,
          .amount_per_second = rate * amount / static_cast<double>(intervals)};
}

std::optional<double> RecentEvents::percentile(SteadyTime now, seconds span, int percent) const {
  if (count_ == 0 || now - newest(0).time > kForgotten) return std::nullopt;
  std::size_t known = 0;
  for (std::size_t i = 0; i < count_ && (i == 0 || now - newest(i).time < span); ++i)
    if (newest(i).amount) scratch_[known++] = *newest(i).amount;
  if (known == 0) return std::nullopt;
  const std::size_t rank = known * static_cast<std::size_t>(percent) / 100;
  const auto place = scratch_.begin() + static_cast<std::ptrdiff_t>(std::min(rank, known - 1));
  std::nth_element(scratch_.begin(), place, scratch_.begin() + static_cast<std::ptrdiff_t>(known));
  return static_cast<double>(*place);
}

}  // namespace jpegwire
