#include "sender/sources/camera_format.hpp"

#include <linux/videodev2.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <tuple>

#include "app/text.hpp"

namespace jpegwire {
namespace {

struct RawFormat {
  std::uint32_t fourcc;
  PixelFormat pixels;
};

// In the order of the work to encode them: the first two need little or no conversion.
constexpr std::array kRawFormats{RawFormat{V4L2_PIX_FMT_YUV420, PixelFormat::i420},
                                 RawFormat{V4L2_PIX_FMT_NV12, PixelFormat::nv12},
                                 RawFormat{V4L2_PIX_FMT_YUYV, PixelFormat::yuyv},
                                 RawFormat{V4L2_PIX_FMT_UYVY, PixelFormat::uyvy},
                                 RawFormat{V4L2_PIX_FMT_GREY, PixelFormat::grey}};

std::ptrdiff_t cost(std::uint32_t fourcc) {
  return std::ranges::find(kRawFormats, fourcc, &RawFormat::fourcc) - kRawFormats.begin();
}

/// The area that only one of two sizes covers, as the kernel compares sizes.
std::int64_t distance(PictureSize one, PictureSize other) {
  const auto area = [](std::int64_t width, std::int64_t height) { return width * height; };
  return area(one.width, one.height) + area(other.width, other.height) -
         2 * area(std::min(one.width, other.width), std::min(one.height, other.height));
}

double shortfall(const std::optional<double>& rate, double wanted) {
  if (!rate) return 0;
  const double asked = wanted > 0 ? wanted : kAnyHighRate;
  return reaches(*rate, asked) ? 0 : asked - *rate;
}

auto rank(const FormatCandidate& candidate, const WantedFormat& wanted) {
  const std::uint32_t fourcc = candidate.format.fourcc;
  return std::tuple(!(is_jpeg(fourcc) && wanted.passthrough), fourcc == V4L2_PIX_FMT_GREY,
                    distance(candidate.format.size, wanted.size),
                    shortfall(candidate.frames_per_second, wanted.frames_per_second), cost(fourcc));
}

}  // namespace

std::string fourcc_text(std::uint32_t fourcc) {
  std::string text;
  for (unsigned shift = 0; shift < 32; shift += 8)
    text += static_cast<char>(fourcc >> shift & 0xffU);
  return as_plain_line(text, text.size());
}

bool is_jpeg(std::uint32_t fourcc) {
  return fourcc == V4L2_PIX_FMT_MJPEG || fourcc == V4L2_PIX_FMT_JPEG;
}

std::optional<PixelFormat> pixel_format(std::uint32_t fourcc) {
  const auto* found = std::ranges::find(kRawFormats, fourcc, &RawFormat::fourcc);
  return found == kRawFormats.end() ? std::nullopt : std::optional(found->pixels);
}

bool is_usable(std::uint32_t fourcc) { return is_jpeg(fourcc) || pixel_format(fourcc); }

bool reaches(double rate, double wanted) { return rate >= wanted * (1 - kRateTolerance); }

std::optional<double> choose_rate(std::span<const RateRange> offered, double wanted) {
  if (offered.empty()) return std::nullopt;
  double highest = 0;
  double best = std::numeric_limits<double>::infinity();
  for (const RateRange& range : offered) {
    highest = std::max(highest, range.max);
    if (wanted > 0 && reaches(range.max, wanted))
      best = std::min(best, std::clamp(wanted, range.min, range.max));
  }
  return std::isfinite(best) ? best : highest;
}

bool is_better(const FormatCandidate& one, const FormatCandidate& other,
               const WantedFormat& wanted) {
  return rank(one, wanted) < rank(other, wanted);
}

}  // namespace jpegwire
