#include "pixels.hpp"

#include <linux/videodev2.h>

#include <algorithm>
#include <cstddef>

#include "kept_memory.hpp"

namespace fakecam {
namespace {

constexpr std::uint8_t kPadding = 0xee;

// Appends rows, each padded.
class Rows {
 public:
  explicit Rows(std::size_t bytes_per_line) : bytes_per_line_(bytes_per_line) {}

  void add(const Bytes& row) {
    bytes_.insert(bytes_.end(), row.begin(), row.end());
    bytes_.resize(bytes_.size() + bytes_per_line_ - row.size(), kPadding);
  }

  void append(const Rows& rows) {
    bytes_.insert(bytes_.end(), rows.bytes_.begin(), rows.bytes_.end());
  }

  Bytes take() { return std::move(bytes_); }

 private:
  std::size_t bytes_per_line_;
  Bytes bytes_;
};

Bytes row_of(const Bytes& plane, std::size_t width, std::size_t y) {
  const auto begin = plane.begin() + static_cast<std::ptrdiff_t>(y * width);
  return {begin, begin + static_cast<std::ptrdiff_t>(width)};
}

Bytes interleave(const Bytes& even, const Bytes& odd) {
  Bytes both(2 * even.size());
  for (std::size_t i = 0; i < even.size(); ++i) {
    both[2 * i] = even[i];
    both[2 * i + 1] = odd[i];
  }
  return both;
}

Rows luma_rows(const Picture& picture, std::uint32_t bytes_per_line) {
  Rows rows(bytes_per_line);
  for (std::size_t y = 0; y < picture.height; ++y) rows.add(row_of(picture.luma, picture.width, y));
  return rows;
}

Rows packed_rows(const Picture& picture, bool begins_with_luma, std::uint32_t bytes_per_line) {
  Rows rows(bytes_per_line);
  for (std::size_t y = 0; y < picture.height; ++y) {
    const Bytes luma = row_of(picture.luma, picture.width, y);
    const Bytes chroma = interleave(row_of(picture.blue, picture.width / 2, y),
                                    row_of(picture.red, picture.width / 2, y));
    rows.add(begins_with_luma ? interleave(luma, chroma) : interleave(chroma, luma));
  }
  return rows;
}

// Of each second row.
Rows chroma_rows(const Bytes& plane, const Picture& picture, std::uint32_t bytes_per_line) {
  Rows rows(bytes_per_line);
  for (std::size_t y = 0; y < picture.height; y += 2) rows.add(row_of(plane, picture.width / 2, y));
  return rows;
}

Rows pair_rows(const Picture& picture, std::uint32_t bytes_per_line) {
  Rows rows(bytes_per_line);
  for (std::size_t y = 0; y < picture.height; y += 2)
    rows.add(interleave(row_of(picture.blue, picture.width / 2, y),
                        row_of(picture.red, picture.width / 2, y)));
  return rows;
}

}  // namespace

bool is_compressed(std::uint32_t fourcc) {
  return fourcc == V4L2_PIX_FMT_MJPEG || fourcc == V4L2_PIX_FMT_H264;
}

bool has_chroma_planes(std::uint32_t fourcc) {
  return fourcc == V4L2_PIX_FMT_NV12 || fourcc == V4L2_PIX_FMT_YUV420;
}

std::uint32_t row_bytes(std::uint32_t fourcc, std::uint32_t width) {
  if (fourcc == V4L2_PIX_FMT_RGB24) return 3 * width;
  const bool is_packed = fourcc == V4L2_PIX_FMT_YUYV || fourcc == V4L2_PIX_FMT_UYVY;
  return is_packed ? 2 * width : width;
}

Bytes to_raw(const Picture& picture, std::uint32_t fourcc, std::uint32_t bytes_per_line) {
  if (fourcc == V4L2_PIX_FMT_YUYV || fourcc == V4L2_PIX_FMT_UYVY)
    return packed_rows(picture, fourcc == V4L2_PIX_FMT_YUYV, bytes_per_line).take();
  Rows rows = luma_rows(picture, bytes_per_line);
  if (fourcc == V4L2_PIX_FMT_NV12) rows.append(pair_rows(picture, bytes_per_line));
  if (fourcc == V4L2_PIX_FMT_YUV420) {
    rows.append(chroma_rows(picture.blue, picture, bytes_per_line / 2));
    rows.append(chroma_rows(picture.red, picture, bytes_per_line / 2));
  }
  return rows.take();
}

}  // namespace fakecam
