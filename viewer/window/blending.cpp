#include "viewer/window/blending.hpp"

#include <array>
#include <cstring>

namespace jpegwire {
namespace {

std::size_t row_size_bytes(const cv::Mat& pixels) {
  return static_cast<std::size_t>(pixels.cols) * pixels.elemSize();
}

/// value * share / 255, exactly rounded, in 16 bits.
std::uint8_t share_of(std::uint8_t value, std::uint8_t share) {
  const auto product = static_cast<std::uint16_t>(value * share + 128);
  return static_cast<std::uint8_t>(static_cast<std::uint16_t>(product + (product >> 8)) >> 8);
}

/// The colour's three bytes repeated as in a row of pixels; the length is a multiple of both a
/// pixel and a vector register.
using ColourPattern = std::array<std::uint8_t, 48>;

ColourPattern pattern_of(const cv::Vec3b& bgr) {
  ColourPattern pattern;
  for (std::size_t i = 0; i < pattern.size(); ++i) pattern[i] = bgr[static_cast<int>(i % 3)];
  return pattern;
}

/// Compilers turn this into one instruction for all bytes of a register.
std::uint8_t average(std::uint8_t a, std::uint8_t b) {
  return static_cast<std::uint8_t>((a + b + 1) >> 1);
}

void tint_pattern(std::uint8_t* bytes, const ColourPattern& pattern) {
  for (std::size_t i = 0; i < pattern.size(); ++i)
    bytes[i] = average(bytes[i], average(bytes[i], pattern[i]));
}

void tint_row(std::uint8_t* row, std::size_t size, const ColourPattern& pattern) {
  std::size_t at = 0;
  for (; at + pattern.size() <= size; at += pattern.size()) tint_pattern(row + at, pattern);
  ColourPattern rest{};
  std::memcpy(rest.data(), row + at, size - at);
  tint_pattern(rest.data(), pattern);
  std::memcpy(row + at, rest.data(), size - at);
}

}  // namespace

void Blend::apply_to(cv::Mat pixels) const {
  const std::size_t size = row_size_bytes(pixels);
  for (int y = 0; y < pixels.rows; ++y) {
    auto* row = pixels.ptr<std::uint8_t>(y);
    const auto* kept = keep.ptr<std::uint8_t>(y);
    const auto* added = add.ptr<std::uint8_t>(y);
    for (std::size_t i = 0; i < size; ++i)
      row[i] = static_cast<std::uint8_t>(share_of(row[i], kept[i]) + added[i]);
  }
}

void Blend::cover_with(const Blend& front, cv::Point corner) {
  const cv::Rect area = cv::Rect(corner, front.keep.size()) & cv::Rect({}, keep.size());
  const auto size = 3 * static_cast<std::size_t>(area.width);
  const auto in_row = 3 * static_cast<std::size_t>(area.x);
  const auto in_front_row = 3 * static_cast<std::size_t>(area.x - corner.x);
  for (int y = area.y; y < area.br().y; ++y) {
    const auto* front_keep = front.keep.ptr<std::uint8_t>(y - corner.y) + in_front_row;
    const auto* front_add = front.add.ptr<std::uint8_t>(y - corner.y) + in_front_row;
    auto* kept = keep.ptr<std::uint8_t>(y) + in_row;
    auto* added = add.ptr<std::uint8_t>(y) + in_row;
    for (std::size_t i = 0; i < size; ++i) kept[i] = share_of(kept[i], front_keep[i]);
    for (std::size_t i = 0; i < size; ++i)
      added[i] = static_cast<std::uint8_t>(share_of(added[i], front_keep[i]) + front_add[i]);
  }
}

void tint(cv::Mat pixels, const cv::Vec3b& bgr) {
  const ColourPattern pattern = pattern_of(bgr);
  const std::size_t size = row_size_bytes(pixels);
  for (int y = 0; y < pixels.rows; ++y) tint_row(pixels.ptr<std::uint8_t>(y), size, pattern);
}

}  // namespace jpegwire
