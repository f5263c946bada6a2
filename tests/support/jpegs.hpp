#pragma once

#include <turbojpeg.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <limits>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "codec/frame.hpp"

/// Pictures and JPEGs for tests, made by TurboJPEG alone and by hand.
namespace jpegwire::test {

using ByteVector = std::vector<std::byte>;

struct HandleDestroyer {
  void operator()(void* handle) const { tjDestroy(handle); }
};
using Handle = std::unique_ptr<std::remove_pointer_t<tjhandle>, HandleDestroyer>;

/// Smooth colours, so that a JPEG of the picture is close to it; they depend on the seed.
inline Picture make_bgr(int width, int height, unsigned seed = 1) {
  Picture frame;
  frame.resize(PixelFormat::bgr, width, height);
  const double phase = 0.7 * seed;
  std::size_t at = 0;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int channel = 0; channel < 3; ++channel)
        frame.pixels[at++] = static_cast<std::byte>(
            128 + 60 * std::sin(phase + 0.031 * x + channel) + 60 * std::cos(phase + 0.043 * y));
  return frame;
}

/// A raw frame with smooth samples, in planes or interleaved.
inline Picture make_picture(PixelFormat format, int width, int height, unsigned seed = 1) {
  if (format == PixelFormat::bgr) return make_bgr(width, height, seed);
  Picture frame;
  frame.resize(format, width, height);
  const int chroma_width = half_up(width);
  const auto fill = [&](std::size_t at, std::size_t step, int columns, int rows, int channel,
                        std::size_t stride) {
    for (int y = 0; y < rows; ++y)
      for (int x = 0; x < columns; ++x)
        frame.pixels[at + static_cast<std::size_t>(y) * stride +
                     static_cast<std::size_t>(x) * step] =
            static_cast<std::byte>(128 + 50 * std::sin(0.7 * seed + 0.03 * x + channel) +
                                   40 * std::cos(0.04 * y));
  };
  const auto columns = static_cast<std::size_t>(width);
  const auto chroma_columns = static_cast<std::size_t>(chroma_width);
  if (format == PixelFormat::yuyv) {
    fill(0, 2, 2 * chroma_width, height, 0, 4 * chroma_columns);
    fill(1, 4, chroma_width, height, 1, 4 * chroma_columns);
    fill(3, 4, chroma_width, height, 2, 4 * chroma_columns);
    return frame;
  }
  const std::size_t luma = columns * static_cast<std::size_t>(height);
  const std::size_t chroma = chroma_columns * static_cast<std::size_t>(half_up(height));
  fill(0, 1, width, height, 0, columns);
  fill(luma, 1, chroma_width, half_up(height), 1, chroma_columns);
  fill(luma + chroma, 1, chroma_width, half_up(height), 2, chroma_columns);
  return frame;
}

inline const unsigned char* as_chars(Bytes bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

struct EncodeOptions {
  int subsampling = TJSAMP_420;
  int quality = 80;
  int flags = 0;
  std::string restart{};  // TJ_RESTART: "2" is every 2 rows of MCUs, "5B" every 5 MCUs
};

/// Decodes the picture with TurboJPEG alone, without our bands.
inline ByteVector encode_plainly(const Picture& bgr, const EncodeOptions& options = {}) {
  const Handle handle(tjInitCompress());
  unsigned char* out = nullptr;
  unsigned long size = 0;
  setenv("TJ_RESTART", options.restart.c_str(), 1);
  const int failure =
      tjCompress2(handle.get(), as_chars(bgr.pixels), bgr.width, 0, bgr.height, TJPF_BGR, &out,
                  &size, options.subsampling, options.quality, options.flags);
  unsetenv("TJ_RESTART");
  const auto* bytes = reinterpret_cast<const std::byte*>(out);
  ByteVector jpeg(bytes, bytes + size);
  tjFree(out);
  if (failure != 0) throw std::runtime_error(tjGetErrorStr2(handle.get()));
  return jpeg;
}

/// The picture in BGR, scaled to `eighths` eighths of its size; throws even on a decoder's warning.
inline Picture decode_plainly(Bytes jpeg, int eighths = 8) {
  const Handle handle(tjInitDecompress());
  Picture picture;
  int subsampling = 0;
  int colorspace = 0;
  int failure = tjDecompressHeader3(handle.get(), as_chars(jpeg), jpeg.size(), &picture.width,
                                    &picture.height, &subsampling, &colorspace);
  if (failure == 0) {
    const tjscalingfactor scale{eighths, 8};
    picture.resize(PixelFormat::bgr, TJSCALED(picture.width, scale),
                   TJSCALED(picture.height, scale));
    failure = tjDecompress2(handle.get(), as_chars(jpeg), jpeg.size(),
                            reinterpret_cast<unsigned char*>(picture.pixels.data()), picture.width,
                            0, picture.height, TJPF_BGR, 0);
  }
  if (failure != 0) throw std::runtime_error(tjGetErrorStr2(handle.get()));
  return picture;
}

/// The whole JPEG as it is sent, without a stamp.
inline ByteVector bytes_of(const JpegLayout& layout) {
  ByteVector jpeg{std::byte{0xFF}, std::byte{0xD8}};
  jpeg.insert(jpeg.end(), layout.header.begin(), layout.header.end());
  for (const Bytes band : layout.bands) jpeg.insert(jpeg.end(), band.begin(), band.end());
  return jpeg;
}

/// Peak signal-to-noise ratio in dB, over all bytes.
inline double psnr(Bytes a, Bytes b) {
  if (a.size() != b.size()) return 0;
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double difference = std::to_integer<int>(a[i]) - std::to_integer<int>(b[i]);
    sum += difference * difference;
  }
  if (sum == 0) return std::numeric_limits<double>::infinity();
  return 10 * std::log10(255.0 * 255.0 * static_cast<double>(a.size()) / sum);
}

inline ByteVector to_bytes(std::initializer_list<int> values) {
  ByteVector bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

inline ByteVector to_bytes(std::string_view text) {
  const auto* begin = reinterpret_cast<const std::byte*>(text.data());
  return {begin, begin + text.size()};
}

inline void append(ByteVector& bytes, Bytes more) {
  bytes.insert(bytes.end(), more.begin(), more.end());
}

/// The offset of the 0xFF of the first segment with this marker; the size of the JPEG if there is
/// none.
inline std::size_t find_segment(Bytes jpeg, int code) {
  std::size_t at = 2;
  while (at + 4 <= jpeg.size()) {
    const int found = std::to_integer<int>(jpeg[at + 1]);
    if (found == code) return at;
    if (found == 0xDA) break;
    at += 2 + std::to_integer<std::size_t>(jpeg[at + 2]) * 256 +
          std::to_integer<std::size_t>(jpeg[at + 3]);
  }
  return jpeg.size();
}

/// Where the first scan's entropy-coded bytes begin.
inline std::size_t find_scan(Bytes jpeg) {
  const std::size_t at = find_segment(jpeg, 0xDA);
  return at + 2 + std::to_integer<std::size_t>(jpeg[at + 3]);
}

inline void insert_at(ByteVector& jpeg, std::size_t at, Bytes bytes) {
  jpeg.insert(jpeg.begin() + static_cast<std::ptrdiff_t>(at), bytes.begin(), bytes.end());
}

inline void erase_at(ByteVector& jpeg, std::size_t at, std::size_t size) {
  const auto begin = jpeg.begin() + static_cast<std::ptrdiff_t>(at);
  jpeg.erase(begin, begin + static_cast<std::ptrdiff_t>(size));
}

inline ByteVector without_segments(ByteVector jpeg, int code) {
  for (std::size_t at = find_segment(jpeg, code); at < jpeg.size(); at = find_segment(jpeg, code))
    erase_at(jpeg, at,
             2 + std::to_integer<std::size_t>(jpeg[at + 2]) * 256 +
                 std::to_integer<std::size_t>(jpeg[at + 3]));
  return jpeg;
}

}  // namespace jpegwire::test
