#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "codec/bytes.hpp"
#include "codec/time.hpp"

namespace jpegwire {

/// How the pixels of a Picture lie in memory; rows are packed without padding.
///  i420: a plane of luma, then U and V of half the width and height, rounded up.
///  yuyv: Y U Y V for two pixels, 4 * ((width + 1) / 2) bytes a row, as V4L2's V4L2_PIX_FMT_YUYV.
///  bgr:  three bytes a pixel, as OpenCV's CV_8UC3.
enum class PixelFormat { i420, yuyv, bgr };

/// The number of chroma samples for so many luma samples: half, rounded up, as in JPEG and V4L2.
constexpr int half_up(int pixels) { return (pixels + 1) / 2; }

/// The size in bytes of a picture of this format and size.
constexpr std::size_t raw_size_bytes(PixelFormat format, int width, int height) {
  const auto rows = static_cast<std::size_t>(height);
  const auto columns = static_cast<std::size_t>(width);
  const auto chroma_columns = static_cast<std::size_t>(half_up(width));
  switch (format) {
    case PixelFormat::i420:
      return rows * columns + 2 * chroma_columns * static_cast<std::size_t>(half_up(height));
    case PixelFormat::yuyv:
      return rows * chroma_columns * 4;
    case PixelFormat::bgr:
      return rows * columns * 3;
  }
  return 0;
}

/// A width and a height in pixels.
struct PictureSize {
  int width = 0;
  int height = 0;

  bool operator==(const PictureSize&) const = default;
};

/// An uncompressed picture of 1 to 65500 pixels each way, as a camera or a decoder produces it. It
/// owns its pixels; bound to one thread.
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
  JpegLayout layout;
  std::vector<std::vector<std::byte>> storage;
};

}  // namespace jpegwire
