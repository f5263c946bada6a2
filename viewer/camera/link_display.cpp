#include "viewer/camera/link_display.hpp"

#include <algorithm>
#include <utility>

namespace jpegwire {
namespace {

constexpr std::size_t kSmallFrameBytes = 6000;  // it shows the latency of the link, not its rate
constexpr double kWeightOfEarlier = 0.8;        // of the frame before, and so on
constexpr double kUnlimitedMegabits = 500;      // as over loopback
constexpr double kBusyShare = 0.3;              // of the time; the sender leaves a reserve
constexpr std::chrono::seconds kMissingIsRecent{2};

std::int64_t pixels_in(PictureSize size) { return std::int64_t{size.width} * size.height; }

double in_microseconds(microseconds duration) { return static_cast<double>(duration.count()); }

}  // namespace

void LinkDisplay::frame_arrived(const FrameArrived& frame) {
  const FrameArrived before = std::exchange(last_, frame);
  const bool is_first = !std::exchange(has_begun_, true);
  most_pixels_ = std::max(most_pixels_, pixels_in(frame.size));
  best_quality_ = std::max(best_quality_, frame.quality.value_or(0));
  if (is_first || frame.size_bytes <= kSmallFrameBytes) return;
  const auto add = [](double& sum, double value) { sum = sum * kWeightOfEarlier + value; };
  add(bits_, static_cast<double>(frame.size_bytes) * 8);
  add(busy_us_, in_microseconds(frame.last_byte - frame.first_byte));
  add(interval_us_, in_microseconds(frame.last_byte - before.last_byte));
}

// Bits in a microsecond are megabits in a second.
std::optional<double> LinkDisplay::megabits_per_second() const {
  return busy_us_ > 0 ? std::optional(bits_ / busy_us_) : std::nullopt;
}

// A sender that is itself too slow, or a camera that changes its quality, leaves the link idle.
bool LinkDisplay::is_busy() const { return busy_us_ >= kBusyShare * interval_us_; }

bool LinkDisplay::is_smaller(PictureSize shown) const {
  const bool covers = shown != PictureSize{} && last_.size.width >= shown.width &&
                      last_.size.height >= shown.height;
  return !covers && pixels_in(last_.size) < most_pixels_;
}

std::optional<LinkLimit> LinkDisplay::limit(PictureSize shown, SteadyTime now) const {
  const std::optional<double> rate = megabits_per_second();
  if (!rate || *rate >= kUnlimitedMegabits || !is_busy()) return std::nullopt;
  const bool is_missing = last_missing_ && now - *last_missing_ < kMissingIsRecent;
  const bool is_coarser = last_.quality && *last_.quality < best_quality_;
  if (!is_missing && !is_coarser && !is_smaller(shown)) return std::nullopt;
  return LinkLimit{.quality = last_.quality, .megabits_per_second = *rate};
}

}  // namespace jpegwire
