#include "sender/pipeline/quality_control.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace jpegwire {
namespace {

constexpr int kLowQuality = 30;   // below it, a smaller picture looks better
constexpr int kGoodQuality = 38;  // from it on, a larger picture does
constexpr int kMaxQualityStep = 15;
constexpr milliseconds kRaiseAfter{700};
constexpr int kMinSide = 16;  // pixels

PictureSize scaled(PictureSize picture, std::size_t scale, int multiple) {
  if (scale == 0) return picture;
  const auto rounded = [&](int pixels) {
    return multiple * static_cast<int>(std::lround(pixels * kScales.at(scale) / multiple));
  };
  return {rounded(picture.width), rounded(picture.height)};
}

std::size_t smallest_scale(PictureSize picture, int multiple) {
  std::size_t scale = kScales.size() - 1;
  while (scale > 0) {
    const PictureSize size = scaled(picture, scale, multiple);
    if (size.width >= kMinSide && size.height >= kMinSide) break;
    --scale;
  }
  return scale;
}

// Two pixels are what rounding makes of sizes, here and in the viewer.
bool covers(PictureSize picture, PictureSize shown) {
  return picture.width + 2 >= shown.width && picture.height + 2 >= shown.height;
}

// Each way; 0 is no limit.
PictureSize smaller(PictureSize a, PictureSize b) {
  const auto least = [](int x, int y) { return x == 0 || y == 0 ? x + y : std::min(x, y); };
  return {least(a.width, b.width), least(a.height, b.height)};
}

std::size_t largest_useful_scale(PictureSize picture, const FrameBudget& budget,
                                 std::size_t smallest) {
  const PictureSize useful = smaller(budget.limit, budget.shown);
  std::size_t scale = 0;
  if (useful == PictureSize{}) return scale;
  while (scale < smallest && covers(scaled(picture, scale + 1, budget.size_multiple), useful))
    ++scale;
  return scale;
}

// The picture with its shape kept, within the limit; the limit's 0 is none.
PictureSize bounded(PictureSize picture, PictureSize limit) {
  double part = 1;
  if (limit.width > 0) part = std::min(part, static_cast<double>(limit.width) / picture.width);
  if (limit.height > 0) part = std::min(part, static_cast<double>(limit.height) / picture.height);
  if (part == 1) return picture;
  const auto even = [part](int pixels) {
    return std::min(pixels, std::max(2 * static_cast<int>(pixels * part / 2), kMinSide));
  };
  return {even(picture.width), even(picture.height)};
}

int min_quality(const FrameBudget& budget) {
  return std::min(budget.min_quality, budget.max_quality);
}

// The two limits keep their distance where the options allow only low or only high qualities.
int reduce_below(const FrameBudget& budget) {
  return std::max(1, std::min(kLowQuality, budget.max_quality * kLowQuality / kGoodQuality));
}

int raise_from(const FrameBudget& budget) {
  const int from = std::max(kGoodQuality, budget.min_quality + kGoodQuality - kLowQuality);
  return std::min(from, budget.max_quality);
}

}  // namespace

EncodeChoice QualityControl::choose(PictureSize picture, const FrameBudget& budget,
                                    SteadyTime now) {
  if (picture != picture_) model_.set_picture_size(picture);
  picture_ = picture;
  if (std::exchange(formed_, budget.formed) != budget.formed) begin_group();
  const std::size_t smallest = budget.may_scale ? smallest_scale(picture, budget.size_multiple) : 0;
  scale_ = choose_scale(budget, largest_useful_scale(picture, budget, smallest), smallest, now);
  int quality = best_quality(scale_, budget).value_or(min_quality(budget));
  if (last_quality_)
    quality = std::max(std::min(quality, *last_quality_ + kMaxQualityStep), min_quality(budget));
  last_quality_ = quality;
  return {scale_, bounded(scaled(picture, scale_, budget.size_multiple), budget.limit), quality,
          scale_ == smallest && quality == min_quality(budget)};
}

// What frames of a quality need is still known.
void QualityControl::begin_group() {
  scale_ = 0;
  last_quality_.reset();
  larger_fits_since_.reset();
}

void QualityControl::learn(const EncodeChoice& choice, std::size_t bytes) {
  model_.learn(choice.scale, choice.quality, bytes);
}

/// Nothing if not even the lowest quality fits.
std::optional<int> QualityControl::best_quality(std::size_t scale,
                                                const FrameBudget& budget) const {
  for (int quality = budget.max_quality; quality >= min_quality(budget); --quality)
    if (model_.size_bytes(scale, quality) <= static_cast<double>(budget.bytes)) return quality;
  return std::nullopt;
}

std::size_t QualityControl::choose_scale(const FrameBudget& budget, std::size_t largest,
                                         std::size_t smallest, SteadyTime now) {
  std::size_t scale = std::clamp(scale_, largest, smallest);
  while (scale < smallest && best_quality(scale, budget).value_or(0) < reduce_below(budget))
    ++scale;
  if (scale == scale_) return raise_scale(budget, largest, now);
  larger_fits_since_.reset();
  return scale;
}

std::size_t QualityControl::raise_scale(const FrameBudget& budget, std::size_t largest,
                                        SteadyTime now) {
  const auto fits = [&](std::size_t scale) {
    return best_quality(scale, budget).value_or(0) >= raise_from(budget);
  };
  if (scale_ == largest || !fits(scale_ - 1)) {
    larger_fits_since_.reset();
    return scale_;
  }
  if (!larger_fits_since_) larger_fits_since_ = now;
  if (now - *larger_fits_since_ < kRaiseAfter) return scale_;
  larger_fits_since_.reset();
  std::size_t scale = largest;
  while (!fits(scale)) ++scale;
  return scale;
}

}  // namespace jpegwire
