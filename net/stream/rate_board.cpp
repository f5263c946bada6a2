#include "net/stream/rate_board.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "net/stream/link_rate.hpp"
#include "net/stream/viewer_groups.hpp"

namespace jpegwire {
namespace {

constexpr std::chrono::seconds kSplitInterval{1};
constexpr std::chrono::seconds kCountsAsStopped{1};
constexpr std::chrono::seconds kCreditReturns{10};  // without reports

/// A link that is slower than this carries fewer frames, and not smaller ones.
constexpr double kSmallestFrameBytes = 6e3;

ViewerWish bounded(ViewerWish wish, Adaptation most) {
  wish.adaptation = std::min(wish.adaptation, most);
  return wish;
}

// The part of the full frames' rate that the viewer could use. A smaller picture, or a lower
// quality, needs less.
double share_wanted(const ViewerWish& wish) {
  constexpr int kCommonWidth = 1920;
  double share = 1;
  for (const int width : {wish.limit.width, wish.shown.width})
    if (width > 0) share = std::min(share, static_cast<double>(width) / kCommonWidth);
  if (wish.quality > 0) share *= static_cast<double>(wish.quality) / 100;
  return share;
}

// 0 is no limit.
PictureSize larger_limit(PictureSize a, PictureSize b) {
  const auto larger = [](int x, int y) { return x == 0 || y == 0 ? 0 : std::max(x, y); };
  return {larger(a.width, b.width), larger(a.height, b.height)};
}

double budget_of(const LinkState& link, double queued_bytes, microseconds interval) {
  return frame_budget_bytes(link.safe_rate, link.rate, queued_bytes, interval);
}

bool has_stopped(SteadyTime last_ready, SteadyTime now) {
  return now - last_ready > kCountsAsStopped;
}

double queued_at(const LinkState& link, SteadyTime now) {
  return std::max(link.queued_bytes - link.rate * to_seconds(now - link.as_of), 0.0);
}

/// How many of a group's viewers were in the group of each number before.
using Common = std::array<std::size_t, 1 + kMaxGroups>;

// Each group gets the number that most of its viewers had; 0: none, or a group with more has it.
// Where they are as many, the faster group does, which comes last.
std::vector<unsigned> keep_numbers(std::vector<Common> common) {
  std::vector<unsigned> numbers(common.size(), 0);
  for (;;) {
    std::size_t most = 1;
    std::size_t group = common.size();
    unsigned number = 0;
    for (std::size_t i = 0; i < common.size(); ++i)
      for (unsigned n = 1; n <= kMaxGroups; ++n)
        if (common[i].at(n) >= most) {
          most = common[i].at(n);
          group = i;
          number = n;
        }
    if (number == 0) return numbers;
    numbers[group] = number;
    common[group].fill(0);
    for (Common& others : common) others.at(number) = 0;
  }
}

}  // namespace

bool is_too_soon(WallTime capture_time, WallTime taken, microseconds spacing) {
  const microseconds since = capture_time - taken;
  return since >= microseconds::zero() && since < spacing;
}

RateBoard::RateBoard(unsigned most_groups, Adaptation most_adaptation)
    : most_groups_(std::clamp(most_groups, 1U, kMaxGroups)), most_adaptation_(most_adaptation) {}

std::unique_ptr<RateBoard::Place> RateBoard::add(const ViewerWish& wish, const LinkState& link) {
  const ViewerWish allowed = bounded(wish, most_adaptation_);
  if (allowed.adaptation == Adaptation::off) return nullptr;
  const std::scoped_lock lock(mutex_);
  Viewer& viewer = viewers_[next_id_];
  viewer.wish = allowed;
  viewer.link = link;
  viewer.last_ready = link.as_of;
  is_split_outdated_ = true;
  return std::make_unique<Place>(*this, next_id_++, viewer);
}

std::size_t RateBoard::viewers() const {
  const std::scoped_lock lock(mutex_);
  return viewers_.size();
}

void RateBoard::plan(std::vector<GroupOrder>& orders, microseconds interval,
                     double full_frame_bytes, WallTime capture_time, SteadyTime now) {
  orders.clear();
  const std::scoped_lock lock(mutex_);
  newest_capture_ = capture_time;
  const UsableRates usable = usable_rates(interval, full_frame_bytes);
  look_at_viewers(interval, usable, now);
  if (is_split_outdated_ || now - last_split_ >= kSplitInterval) {
    split(usable, now);
    last_split_ = now;
    is_split_outdated_ = false;
  }
  for (const auto& [id, viewer] : viewers_)
    add_to_order(order_for(viewer.group, orders), viewer, interval, capture_time, now);
  std::ranges::sort(orders, {}, &GroupOrder::budget_bytes);
}

// A viewer that has become much slower, or goes on after it had stopped, would take its group down
// with it until groups are formed again, so that is done at once.
void RateBoard::look_at_viewers(microseconds interval, const UsableRates& usable, SteadyTime now) {
  constexpr double kMuchSlower = 0.7;
  for (auto& [id, viewer] : viewers_) {
    const LinkState& link = viewer.link;
    const bool is_viewer_ready = link.viewer_ready && now + interval / 2 >= *link.viewer_ready;
    const bool has_credit = is_viewer_ready || now - link.as_of > kCreditReturns;
    viewer.is_ready = has_credit && !is_link_busy(link.rate, queued_at(link, now), interval);
    if (viewer.is_ready) viewer.last_ready = now;
    const bool counts = !has_stopped(viewer.last_ready, now);
    const double before = viewer.rate_at_split;
    if (counts && (before == 0 || usable_rate(viewer, usable) < kMuchSlower * before))
      is_split_outdated_ = true;
  }
}

GroupOrder& RateBoard::order_for(unsigned group, std::vector<GroupOrder>& orders) const {
  const auto known = std::ranges::find(orders, group, &GroupOrder::group);
  if (known != orders.end()) return *known;
  return orders.emplace_back(GroupOrder{.group = group,
                                        .formed = formed_.at(group),
                                        .budget_bytes = std::numeric_limits<double>::max(),
                                        .limit = {1, 1},
                                        .shown = {1, 1},
                                        .quality = 0,
                                        .size_multiple = 2,
                                        .may_scale = true,
                                        .has_ready_member = false});
}

// A viewer that has stopped does not count, so that it disturbs no other. What waits on a link
// counts only if it is little: nobody else's frames get much smaller because of it.
void RateBoard::add_to_order(GroupOrder& order, const Viewer& viewer, microseconds interval,
                             WallTime capture_time, SteadyTime now) {
  if (has_stopped(viewer.last_ready, now)) return;
  const LinkState& link = viewer.link;
  order.limit = larger_limit(order.limit, viewer.wish.limit);
  order.shown = larger_limit(order.shown, viewer.wish.shown);
  order.quality = std::max(order.quality, viewer.wish.quality == 0 ? 100 : viewer.wish.quality);
  order.size_multiple = std::max(order.size_multiple, viewer.wish.size_multiple);
  order.may_scale = order.may_scale && viewer.wish.adaptation == Adaptation::size;
  const double empty = budget_of(link, 0, interval);
  const double now_free = budget_of(link, queued_at(link, now), interval);
  order.budget_bytes =
      std::min(order.budget_bytes, viewer.is_ready ? std::max(now_free, 0.5 * empty) : empty);
  if (viewer.is_ready && !is_too_soon(capture_time, link.taken, link.spacing))
    order.has_ready_member = true;
}

// Viewers that want the size to stay share a group of their own where there are several groups, so
// that the others are not denied smaller pictures.
void RateBoard::split(const UsableRates& usable, SteadyTime now) {
  Members scaled;
  Members sized;
  for (auto& [id, viewer] : viewers_) {
    const bool counts = !has_stopped(viewer.last_ready, now);
    viewer.rate_at_split = counts ? usable_rate(viewer, usable) : 0;
    if (!counts) continue;
    const bool may_scale = viewer.wish.adaptation == Adaptation::size || most_groups_ == 1;
    (may_scale ? scaled : sized).push_back(&viewer);
  }
  const bool are_mixed = !scaled.empty() && !sized.empty();
  std::vector<Members> groups;
  split(scaled, most_groups_ - (are_mixed ? 1 : 0), groups);
  split(sized, most_groups_ - static_cast<unsigned>(groups.size()), groups);
  number(groups);
}

RateBoard::UsableRates RateBoard::usable_rates(microseconds interval, double full_frame_bytes) {
  constexpr double kNoLimit = 1e12;
  // More than the frames need, so that a link that just carries them counts as one that does.
  constexpr double kReserve = 1.5;
  const double least = kSmallestFrameBytes / to_seconds(interval);
  const double full = kReserve * full_frame_bytes / to_seconds(interval);
  return {.least = least, .most = full_frame_bytes == 0 ? kNoLimit : std::max(full, least)};
}

// All viewers with fast links count as alike.
double RateBoard::usable_rate(const Viewer& viewer, const UsableRates& usable) {
  const double rate = std::min(viewer.link.rate, share_wanted(viewer.wish) * usable.most);
  return std::clamp(rate, usable.least, usable.most);
}

void RateBoard::split(const Members& viewers, unsigned most, std::vector<Members>& groups) {
  Members by_rate = viewers;
  std::ranges::sort(by_rate, {}, [](const Viewer* viewer) { return viewer->rate_at_split; });
  std::vector<double> rates;
  rates.reserve(by_rate.size());
  for (const Viewer* viewer : by_rate) rates.push_back(viewer->rate_at_split);
  std::vector<std::size_t> begins = split_into_groups(rates, most);
  begins.push_back(by_rate.size());
  for (std::size_t i = 0; i + 1 < begins.size(); ++i)
    groups.emplace_back(by_rate.begin() + static_cast<std::ptrdiff_t>(begins[i]),
                        by_rate.begin() + static_cast<std::ptrdiff_t>(begins[i + 1]));
}

// A group keeps its number, and with it its encoder, as long as viewers of it stay: most of them,
// if it was divided. Otherwise viewers that come and go would change the others' pictures.
void RateBoard::number(const std::vector<Members>& groups) {
  std::vector<Common> common(groups.size());
  for (std::size_t i = 0; i < groups.size(); ++i)
    for (const Viewer* viewer : groups[i])
      if (viewer->formed != 0 && viewer->formed == formed_.at(viewer->group))
        ++common[i].at(viewer->group);
  std::vector<unsigned> numbers = keep_numbers(std::move(common));
  for (unsigned& number : numbers) {
    if (number != 0) continue;
    unsigned free = 1;
    while (std::ranges::find(numbers, free) != numbers.end()) ++free;
    number = free;
    formed_.at(number) = ++groups_formed_;
  }
  for (std::size_t i = 0; i < groups.size(); ++i)
    for (Viewer* viewer : groups[i]) {
      viewer->group = numbers[i];
      viewer->formed = formed_.at(numbers[i]);
    }
}

RateBoard::Place::~Place() {
  const std::scoped_lock lock(board_.mutex_);
  board_.viewers_.erase(id_);
  board_.is_split_outdated_ = true;
}

void RateBoard::Place::set(const LinkState& link) {
  const std::scoped_lock lock(board_.mutex_);
  viewer_.link = link;
}

void RateBoard::Place::set(const ViewerWish& wish) {
  const std::scoped_lock lock(board_.mutex_);
  viewer_.wish = bounded(wish, board_.most_adaptation_);
}

WallTime RateBoard::Place::newest_capture() const {
  const std::scoped_lock lock(board_.mutex_);
  return board_.newest_capture_;
}

unsigned RateBoard::Place::group() const {
  const std::scoped_lock lock(board_.mutex_);
  return viewer_.group;
}

}  // namespace jpegwire
