#include "formats.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <vector>

#include "pixels.hpp"

namespace fakecam {
namespace {

// Replaces a rate of zero or below one frame per second.
constexpr v4l2_fract kLongestInterval{1, 1};

const std::vector<Offer>& offers() { return config().offers; }

// The offered fourccs without duplicates, in the order of the offer.
std::vector<std::uint32_t> fourccs() {
  std::vector<std::uint32_t> found;
  for (const Offer& offer : offers()) {
    if (std::ranges::find(found, offer.fourcc) == found.end()) found.push_back(offer.fourcc);
  }
  return found;
}

std::vector<Offer> offers_of(std::uint32_t fourcc) {
  std::vector<Offer> found;
  std::ranges::copy_if(offers(), std::back_inserter(found),
                       [=](const Offer& offer) { return offer.fourcc == fourcc; });
  return found;
}

// The area that only one of the two sizes covers, which the UVC driver uses as the distance.
std::uint64_t distance(const Offer& offer, const v4l2_pix_format& wanted) {
  const auto area = [](std::uint64_t width, std::uint64_t height) { return width * height; };
  const auto common =
      area(std::min(offer.width, wanted.width), std::min(offer.height, wanted.height));
  return area(offer.width, offer.height) + area(wanted.width, wanted.height) - 2 * common;
}

Offer nearest(const v4l2_pix_format& wanted) {
  auto candidates = offers_of(wanted.pixelformat);
  if (candidates.empty()) candidates = offers_of(offers().front().fourcc);
  return *std::ranges::min_element(candidates, {},
                                   [&](const Offer& offer) { return distance(offer, wanted); });
}

bool shorter(const v4l2_fract& left, const v4l2_fract& right) {
  return std::uint64_t{left.numerator} * right.denominator <
         std::uint64_t{right.numerator} * left.denominator;
}

v4l2_fract clamp_interval(const v4l2_fract& wanted, const Offer& offer) {
  const v4l2_fract shortest{1, offer.max_fps};
  if (config().one_rate || wanted.numerator == 0 || wanted.denominator == 0) return shortest;
  if (shorter(wanted, shortest)) return shortest;
  return shorter(kLongestInterval, wanted) ? kLongestInterval : wanted;
}

}  // namespace

Formats::Formats(std::uint32_t largest_jpeg)
    : largest_jpeg_(largest_jpeg), current_(offers().front()), interval_{1, current_.max_fps} {}

int Formats::enumerate_formats(v4l2_fmtdesc& description) const {
  const auto found = fourccs();
  if (description.type != V4L2_BUF_TYPE_VIDEO_CAPTURE) return EINVAL;
  if (description.index >= found.size()) return EINVAL;
  const std::uint32_t index = description.index;
  const bool compressed = is_compressed(found[index]);
  description = {};
  description.index = index;
  description.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  description.pixelformat = found[index];
  description.flags = compressed ? V4L2_FMT_FLAG_COMPRESSED : 0;
  std::snprintf(reinterpret_cast<char*>(description.description), sizeof description.description,
                "%s", compressed ? "compressed" : "raw");
  return 0;
}

int Formats::enumerate_sizes(v4l2_frmsizeenum& size) const {
  const auto found = offers_of(size.pixel_format);
  if (size.index >= found.size()) return EINVAL;
  std::ranges::fill(size.reserved, 0U);
  size.type = V4L2_FRMSIZE_TYPE_DISCRETE;
  size.discrete = {found[size.index].width, found[size.index].height};
  return 0;
}

int Formats::enumerate_intervals(v4l2_frmivalenum& interval) const {
  const auto found = offers_of(interval.pixel_format);
  const auto offer = std::ranges::find_if(found, [&](const Offer& each) {
    return each.width == interval.width && each.height == interval.height;
  });
  if (interval.index > 0 || offer == found.end()) return EINVAL;
  std::ranges::fill(interval.reserved, 0U);
  if (config().one_rate) {
    interval.type = V4L2_FRMIVAL_TYPE_DISCRETE;
    interval.discrete = {1, offer->max_fps};
    return 0;
  }
  interval.type = V4L2_FRMIVAL_TYPE_CONTINUOUS;
  interval.stepwise = {{1, offer->max_fps}, kLongestInterval, {1, 1}};
  return 0;
}

int Formats::get_format(v4l2_format& format) const {
  if (format.type != V4L2_BUF_TYPE_VIDEO_CAPTURE) return EINVAL;
  describe(current_, format.fmt.pix);
  return 0;
}

int Formats::try_format(v4l2_format& format) const {
  if (format.type != V4L2_BUF_TYPE_VIDEO_CAPTURE) return EINVAL;
  describe(nearest(format.fmt.pix), format.fmt.pix);
  return 0;
}

int Formats::set_format(v4l2_format& format) {
  if (format.type != V4L2_BUF_TYPE_VIDEO_CAPTURE) return EINVAL;
  current_ = nearest(format.fmt.pix);
  interval_ = {1, current_.max_fps};
  describe(current_, format.fmt.pix);
  return 0;
}

int Formats::get_rate(v4l2_streamparm& parameters) const {
  if (parameters.type != V4L2_BUF_TYPE_VIDEO_CAPTURE) return EINVAL;
  parameters.parm.capture = {};
  parameters.parm.capture.capability = V4L2_CAP_TIMEPERFRAME;
  parameters.parm.capture.timeperframe = interval_;
  return 0;
}

int Formats::set_rate(v4l2_streamparm& parameters) {
  if (parameters.type != V4L2_BUF_TYPE_VIDEO_CAPTURE) return EINVAL;
  interval_ = clamp_interval(parameters.parm.capture.timeperframe, current_);
  return get_rate(parameters);
}

std::int64_t Formats::interval_ns() const {
  return std::int64_t{1'000'000'000} * interval_.numerator / interval_.denominator;
}

std::uint32_t Formats::bytes_per_line(const Offer& offer) {
  if (is_compressed(offer.fourcc)) return 0;
  return row_bytes(offer.fourcc, offer.width) + config().row_padding;
}

std::uint32_t Formats::image_size(const Offer& offer) const {
  if (is_compressed(offer.fourcc)) return std::max(offer.width * offer.height * 2, largest_jpeg_);
  const std::uint32_t luma = bytes_per_line(offer) * offer.height;
  return has_chroma_planes(offer.fourcc) ? luma + luma / 2 : luma;
}

void Formats::describe(const Offer& offer, v4l2_pix_format& pix) const {
  pix = {};
  pix.width = offer.width;
  pix.height = offer.height;
  pix.pixelformat = offer.fourcc;
  pix.field = V4L2_FIELD_NONE;
  pix.bytesperline = bytes_per_line(offer);
  pix.sizeimage = image_size(offer);
  pix.colorspace = is_compressed(offer.fourcc) ? V4L2_COLORSPACE_JPEG : V4L2_COLORSPACE_SRGB;
  pix.priv = V4L2_PIX_FMT_PRIV_MAGIC;
}

}  // namespace fakecam
