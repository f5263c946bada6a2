#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "codec/bytes.hpp"
#include "codec/time.hpp"

namespace jpegwire {

/// How pixels lie in memory, row by row:
///  i420: a plane of luma, then U and V of half the width and height, rounded up.
///  nv12: a plane of luma, then one of U V pairs, of half the width and height, rounded up.
///  yuyv: Y U Y V for two pixels, 4 * ((width + 1) / 2) bytes a row, as V4L2's V4L2_PIX_FMT_YUYV.
///  uyvy: the same as U Y V Y.
///  grey: luma only.
///  bgr:  three bytes a pixel, as OpenCV's CV_8UC3.
enum class PixelFormat { i420, nv12, yuyv, uyvy, grey, bgr };

/// The number of chroma samples for so many luma samples: half, rounded up, as in JPEG and V4L2.
constexpr int half_up(int pixels) { return (pixels + 1) / 2; }

/// Where the rows of a plane lie: in a buffer that begins `offset_bytes` before the plane.
struct PlaneLayout {
  std::size_t offset_bytes = 0;
  std::size_t stride_bytes = 0;  // from one row to the next
  std::size_t row_bytes = 0;     // that have pixels
  std::size_t rows = 0;

  constexpr std::size_t end_bytes() const {
    return rows == 0 ? 0 : offset_bytes + (rows - 1) * stride_bytes + row_bytes;
  }
};

/// The bytes in a row of the first plane, without padding.
constexpr std::size_t row_size_bytes(PixelFormat format, int width) {
  const auto columns = static_cast<std::size_t>(width);
  switch (format) {
    case PixelFormat::i420:
    case PixelFormat::nv12:
    case PixelFormat::grey:
      return columns;
    case PixelFormat::yuyv:
    case PixelFormat::uyvy:
      return static_cast<std::size_t>(half_up(width)) * 4;
    case PixelFormat::bgr:
      return columns * 3;
  }
  return 0;
}

/// The planes of a picture, one directly behind the other; unused ones have no rows. `stride_bytes`
/// is the first plane's. As in V4L2, a chroma plane of i420 has half of it.
constexpr std::array<PlaneLayout, 3> plane_layouts(PixelFormat format, int width, int height,
                                                   std::size_t stride_bytes) {
  const auto rows = static_cast<std::size_t>(height);
  const auto chroma_rows = static_cast<std::size_t>(half_up(height));
  const auto chroma_columns = static_cast<std::size_t>(half_up(width));
  const std::size_t first_bytes = stride_bytes * rows;
  std::array<PlaneLayout, 3> planes{};
  planes[0] = {0, stride_bytes, row_size_bytes(format, width), rows};
  if (format == PixelFormat::nv12)
    planes[1] = {first_bytes, 2 * ((stride_bytes + 1) / 2), 2 * chroma_columns, chroma_rows};
  if (format == PixelFormat::i420) {
    const std::size_t chroma_stride = (stride_bytes + 1) / 2;
    planes[1] = {first_bytes, chroma_stride, chroma_columns, chroma_rows};
    planes[2] = {first_bytes + chroma_stride * chroma_rows, chroma_stride, chroma_columns,
                 chroma_rows};
  }
  return planes;
}

/// The size in bytes of a picture with such rows; the last row needs no padding.
constexpr std::size_t raw_size_bytes(PixelFormat format, int width, int height,
                                     std::size_t stride_bytes) {
  std::size_t size = 0;
  for (const PlaneLayout& plane : plane_layouts(format, width, height, stride_bytes))
    size = std::max(size, plane.end_bytes());
  return size;
}

/// The size in bytes of a picture of this format and size without padding.
constexpr std::size_t raw_size_bytes(PixelFormat format, int width, int height) {
  return raw_size_bytes(format, width, height, row_size_bytes(format, width));
}

/// A width and a height in pixels.
struct PictureSize {
  int width = 0;
  int height = 0;

  bool operator==(const PictureSize&) const = default;
};

/// An uncompressed picture of 1 to 65500 pixels each way, as a camera or a decoder produces it, its
/// rows without padding. It owns its pixels; bound to one thread.
struct Picture {
  int width = 0;
  int height = 0;
  PixelFormat format = PixelFormat::bgr;
  std::vector<std::byte> pixels;  // raw_size_bytes() of them

  void resize(PixelFormat new_format, int new_width, int new_height) {
    format = new_format;
    width = new_width;
    height = new_height;
    pixels.resize(raw_size_bytes(format, width, height));
  }
};

/// A picture in memory that another object owns, with rows that may be padded.
struct RawView {
  struct Plane {
    const std::byte* bytes = nullptr;
    std::size_t stride_bytes = 0;

    const std::byte* row(int number) const {
      return bytes + static_cast<std::size_t>(number) * stride_bytes;
    }
  };

  /// The planes lie as plane_layouts() says, and `bytes` has raw_size_bytes() of them.
  RawView(PixelFormat pixel_format, PictureSize size, Bytes bytes, std::size_t stride_bytes)
      : width(size.width), height(size.height), format(pixel_format) {
    const auto layouts = plane_layouts(format, width, height, stride_bytes);
    for (std::size_t i = 0; i < planes.size(); ++i)
      if (layouts[i].rows > 0)
        planes[i] = {bytes.data() + layouts[i].offset_bytes, layouts[i].stride_bytes};
  }

  explicit(false) RawView(const Picture& picture)
      : RawView(picture.format, {picture.width, picture.height}, picture.pixels,
                row_size_bytes(picture.format, picture.width)) {}

  int width = 0;
  int height = 0;
  PixelFormat format = PixelFormat::bgr;
  std::array<Plane, 3> planes;
};

/// A run of whole MCU rows that can be decoded alone. It views the bytes.
struct Band {
  int top = 0;     // pixels
  int height = 0;  // likewise
  Bytes bytes;     // entropy-coded, with the RSTn or EOI that ends it
};

/// The parts of one baseline JPEG, as views of bytes that another object owns. The whole JPEG is
/// SOI, `header`, and the bands one after the other.
struct JpegLayout {
  int width = 0;
  int height = 0;
  int components = 0;
  int mcu_width = 0;              // pixels
  int mcu_height = 0;             // pixels
  int band_height = 0;            // pixels, whole MCU rows; the last band may be lower
  int restart_interval = 0;       // MCUs; 0: there are no restart markers
  Bytes header;                   // from behind SOI to the end of the first SOS segment
  std::size_t height_offset = 0;  // in header: SOF's 16 bits of height
  std::size_t scan_offset = 0;    // in header: the first SOS marker
  bool has_huffman_tables = false;
  bool is_cut_off = false;   // EOI was missing and was added, so that rows may be missing too
  std::vector<Bytes> bands;  // entropy-coded bytes, each with the RSTn or EOI that ends it

  /// The size of the whole JPEG.
  std::size_t size_bytes() const {
    std::size_t size = 2 + header.size();
    for (const Bytes band : bands) size += band.size();
    return size;
  }

  Band band(std::size_t index) const {
    const int top = static_cast<int>(index) * band_height;
    return {top, std::min(band_height, height - top), bands[index]};
  }
};

/// One baseline JPEG, cut into bands, with its sequence number and capture time. `layout` views
/// `storage`, so a frame is neither copied nor moved. Once published as shared_ptr<const
/// EncodedFrame> any thread may read it.
struct EncodedFrame {
  EncodedFrame() = default;
  EncodedFrame(const EncodedFrame&) = delete;
  EncodedFrame& operator=(const EncodedFrame&) = delete;

  std::uint32_t sequence = 0;  // counted at capture
  WallTime capture_time{};     // on this machine's clock
  bool no_signal = false;      // it shows a card, because the source gives no pictures
  int quality = 0;             // 1 to 100, as libjpeg scales it; 0: unknown
  JpegLayout layout;
  std::vector<std::vector<std::byte>> storage;
};

}  // namespace jpegwire
