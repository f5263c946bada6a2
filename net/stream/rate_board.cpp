#include "net/stream/rate_board.hpp"

#include <algorithm>
#include <limits>

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

// What the viewer could use at most, so that all viewers with fast links count as alike. A smaller
// picture, or a lower quality, needs less.
double usable_rate(double rate, const ViewerWish& wish, double full_rate) {
  constexpr int kCommonWidth = 1920;
  double share = 1;
  for (const int width : {wish.limit.width, wish.shown.width})
    if (width > 0) share = std::min(share, static_cast<double>(width) / kCommonWidth);
  if (wish.quality > 0) share *= static_cast<double>(wish.quality) / 100;
  return std::min(rate, share * full_rate);
}

// 0 is no limit.
PictureSize larger_limit(PictureSize a, PictureSize b) {
  const auto larger = [](int x, int y) { return x == 0 || y == 0 ? 0 : std::max(x, y); };
  return {larger(a.width, b.width), larger(a.height, b.height)};
}

double budget_of(const LinkState& link, double outstanding_bytes, microseconds interval) {
  return frame_budget_bytes(link.safe_rate, link.rate, outstanding_bytes, interval);
}

bool has_stopped(SteadyTime last_ready, SteadyTime now) {
  return now - last_ready > kCountsAsStopped;
}

double outstanding_at(const LinkState& link, SteadyTime now) {
  return std::max(link.outstanding_bytes - link.rate * to_seconds(now - link.as_of), 0.0);
}

}  // namespace

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
  return std::make_unique<Place>(*this, next_id_++);
}

std::size_t RateBoard::viewers() const {
  const std::scoped_lock lock(mutex_);
  return viewers_.size();
}

void RateBoard::plan(std::vector<GroupOrder>& orders, microseconds interval,
                     double full_frame_bytes, SteadyTime now) {
  orders.clear();
  const std::scoped_lock lock(mutex_);
  if (is_split_outdated_ || now - last_split_ >= kSplitInterval) {
    split(interval, full_frame_bytes, now);
    last_split_ = now;
    is_split_outdated_ = false;
  }
  for (auto& [id, viewer] : viewers_) {
    auto order = std::ranges::find(orders, viewer.group, &GroupOrder::group);
    if (order == orders.end())
      order = orders.insert(orders.end(), {.group = viewer.group,
                                           .budget_bytes = std::numeric_limits<double>::max(),
                                           .limit = {1, 1},
                                           .shown = {1, 1},
                                           .quality = 0,
                                           .size_multiple = 2,
                                           .may_scale = true,
                                           .has_ready_member = false});
    add_to_order(*order, viewer, interval, now);
  }
  std::ranges::sort(orders, {}, &GroupOrder::group);
}

// A viewer that has stopped does not count, so that it disturbs no other. What waits on a link
// counts only if it is little: nobody else's frames get much smaller because of it.
void RateBoard::add_to_order(GroupOrder& order, Viewer& viewer, microseconds interval,
                             SteadyTime now) const {
  const LinkState& link = viewer.link;
  const double outstanding = outstanding_at(link, now);
  const bool has_credit = link.has_credit || now - link.as_of > kCreditReturns;
  const bool is_ready = has_credit && !is_link_busy(link.rate, outstanding, interval);
  if (is_ready) viewer.last_ready = now;
  if (has_stopped(viewer.last_ready, now)) return;
  order.limit = larger_limit(order.limit, viewer.wish.limit);
  order.shown = larger_limit(order.shown, viewer.wish.shown);
  order.quality = std::max(order.quality, viewer.wish.quality == 0 ? 100 : viewer.wish.quality);
  order.size_multiple = std::max(order.size_multiple, viewer.wish.size_multiple);
  order.may_scale = order.may_scale && viewer.wish.adaptation == Adaptation::size;
  const double empty = budget_of(link, 0, interval);
  const double now_free = budget_of(link, outstanding, interval);
  order.budget_bytes =
      std::min(order.budget_bytes, is_ready ? std::max(now_free, 0.5 * empty) : empty);
  order.has_ready_member = order.has_ready_member || is_ready;
}

// Viewers that want the size to stay share a group of their own where there are several groups, so
// that the others are not denied smaller pictures.
void RateBoard::split(microseconds interval, double full_frame_bytes, SteadyTime now) {
  std::vector<Viewer*> scaled;
  std::vector<Viewer*> sized;
  for (auto& [id, viewer] : viewers_) {
    viewer.group = 1;
    if (has_stopped(viewer.last_ready, now)) continue;
    const bool may_scale = viewer.wish.adaptation == Adaptation::size || most_groups_ == 1;
    (may_scale ? scaled : sized).push_back(&viewer);
  }
  const bool are_mixed = !scaled.empty() && !sized.empty();
  const unsigned groups = split(scaled, 1, most_groups_ - (are_mixed ? 1 : 0),
                                usable_rates(interval, full_frame_bytes));
  split(sized, groups + 1, most_groups_ - groups, usable_rates(interval, full_frame_bytes));
}

RateBoard::UsableRates RateBoard::usable_rates(microseconds interval, double full_frame_bytes) {
  constexpr double kNoLimit = 1e12;
  // More than the frames need, so that a link that just carries them counts as one that does.
  constexpr double kReserve = 1.5;
  const double least = kSmallestFrameBytes / to_seconds(interval);
  const double full = kReserve * full_frame_bytes / to_seconds(interval);
  return {.least = least, .most = full_frame_bytes == 0 ? kNoLimit : std::max(full, least)};
}

// Numbers the groups from `first` on; returns how many there are.
unsigned RateBoard::split(const std::vector<Viewer*>& viewers, unsigned first, unsigned most,
                          const UsableRates& usable) {
  std::vector<std::pair<double, Viewer*>> by_rate;
  by_rate.reserve(viewers.size());
  for (Viewer* viewer : viewers)
    by_rate.emplace_back(std::clamp(usable_rate(viewer->link.rate, viewer->wish, usable.most),
                                    usable.least, usable.most),
                         viewer);
  std::ranges::sort(by_rate, {}, [](const auto& entry) { return entry.first; });
  std::vector<double> rates;
  rates.reserve(by_rate.size());
  for (const auto& [rate, viewer] : by_rate) rates.push_back(rate);
  const std::vector<std::size_t> begins = split_into_groups(rates, most);
  unsigned groups = 0;
  for (std::size_t i = 0; i < by_rate.size(); ++i) {
    if (groups < begins.size() && begins[groups] == i) ++groups;
    by_rate[i].second->group = first + groups - 1;
  }
  return groups;
}

RateBoard::Place::~Place() {
  const std::scoped_lock lock(board_.mutex_);
  board_.viewers_.erase(id_);
  board_.is_split_outdated_ = true;
}

void RateBoard::Place::set(const LinkState& link) {
  const std::scoped_lock lock(board_.mutex_);
  board_.viewers_.at(id_).link = link;
}

void RateBoard::Place::set(const ViewerWish& wish) {
  const std::scoped_lock lock(board_.mutex_);
  board_.viewers_.at(id_).wish = bounded(wish, board_.most_adaptation_);
}

unsigned RateBoard::Place::group() const {
  const std::scoped_lock lock(board_.mutex_);
  return board_.viewers_.at(id_).group;
}

}  // namespace jpegwire
