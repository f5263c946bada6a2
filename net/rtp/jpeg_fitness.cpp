#include "net/rtp/jpeg_fitness.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "codec/bytes.hpp"
#include "codec/jpeg_layout.hpp"
#include "codec/jpeg_markers.hpp"

namespace jpegwire {
namespace {

constexpr int kMaxPixels = 2040;

bool is_fit_size(int pixels) {
  return pixels >= kSizeMultiple && pixels <= kMaxPixels && pixels % kSizeMultiple == 0;
}

/// Reads the relevant segments of a validated header.
class HeaderReader {
 public:
  explicit HeaderReader(Bytes header) {
    while (!header.empty()) header = header.subspan(read_segment(header));
  }

  bool has_fit_sampling() const {
    if (frame_.size() != 15) return false;
    const unsigned luma = byte_at(frame_, 7);
    return (luma == 0x22 || luma == 0x21) && byte_at(frame_, 10) == 0x11 &&
           byte_at(frame_, 13) == 0x11;
  }

  bool is_420() const { return byte_at(frame_, 7) == 0x22; }

  // RTP/JPEG receivers expect the components in the frame's order.
  bool has_one_scan() const {
    return byte_at(scan_, 0) == 3 && byte_at(scan_, 1) == byte_at(frame_, 6) &&
           byte_at(scan_, 3) == byte_at(frame_, 9) && byte_at(scan_, 5) == byte_at(frame_, 12);
  }

  bool copy_tables(QuantizationTables& tables) const {
    const Bytes luma = quantization_tables_[byte_at(frame_, 8)];
    const Bytes chroma = quantization_tables_[byte_at(frame_, 11)];
    if (byte_at(frame_, 11) != byte_at(frame_, 14) || luma.empty() || chroma.empty()) return false;
    put_bytes(put_bytes(tables, luma), chroma);
    return true;
  }

  bool has_standard_huffman_tables() const {
    const bool usual_choice =
        byte_at(scan_, 2) == 0x00 && byte_at(scan_, 4) == 0x11 && byte_at(scan_, 6) == 0x11;
    return usual_choice && !has_other_huffman_table_;
  }

 private:
  std::size_t read_segment(Bytes rest) {
    std::size_t at = 1;  // a marker may be preceded by any number of 0xFF (ITU-T T.81, B.1.1.2)
    while (rest[at] == marker::kPrefix) ++at;
    const std::byte code = rest[at++];
    const std::size_t length = get_big_endian<std::uint16_t>(rest.subspan(at));
    read_payload(code, rest.subspan(at + 2, length - 2));
    return at + length;
  }

  void read_payload(std::byte code, Bytes payload) {
    if (code == marker::kBaselineFrame || code == marker::kExtendedFrame) frame_ = payload;
    if (code == marker::kStartOfScan) scan_ = payload;
    if (code == marker::kQuantizationTables) read_quantization_tables(payload);
    if (code == marker::kHuffmanTables) read_huffman_tables(payload);
  }

  // A table of 16 bits is left empty: RTP/JPEG's baseline types have none.
  void read_quantization_tables(Bytes payload) {
    while (!payload.empty()) {
      const unsigned precision = byte_at(payload, 0) >> 4;
      const unsigned id = byte_at(payload, 0) & 3;
      const std::size_t size = std::size_t{64} * (precision + 1);
      quantization_tables_[id] = precision == 0 ? payload.subspan(1, size) : Bytes();
      payload = payload.subspan(1 + size);
    }
  }

  void read_huffman_tables(Bytes payload) {
    while (!payload.empty()) {
      std::size_t size = 17;
      for (const std::byte count : payload.subspan(1, 16)) size += std::to_integer<unsigned>(count);
      const Bytes table = payload.first(size);
      const auto known = standard_huffman_tables();
      const auto is_same = [&](Bytes standard) { return std::ranges::equal(standard, table); };
      if (std::ranges::none_of(known, is_same)) has_other_huffman_table_ = true;
      payload = payload.subspan(size);
    }
  }

  Bytes frame_;
  Bytes scan_;
  std::array<Bytes, 4> quantization_tables_;
  bool has_other_huffman_table_ = false;
};

/// The size of the same shape that fits, as far as multiples of 8 have it.
PictureSize nearest_fit(int width, int height) {
  const double scale = std::min(1.0, static_cast<double>(kMaxPixels) / std::max(width, height));
  const auto fitting = [scale](int pixels) {
    return std::max(static_cast<int>(pixels * scale) / 8 * 8, 16);
  };
  const bool is_full_hd = width * 9 == height * 16 && width >= 1920;
  return is_full_hd ? PictureSize{1920, 1080} : PictureSize{fitting(width), fitting(height)};
}

std::string describe_size(int width, int height) {
  const PictureSize fit = nearest_fit(width, height);
  return fmt::format(
      "RTP/JPEG carries widths and heights that are multiples of 8, up to {}, and this picture has "
      "{}x{}: ask for --size {}x{}, or watch over TCP",
      kMaxPixels, width, height, fit.width, fit.height);
}

}  // namespace

JpegFitness check_fitness(const JpegLayout& layout, JpegFormat& format,
                          QuantizationTables& tables) {
  if (!is_fit_size(layout.width) || !is_fit_size(layout.height)) return JpegFitness::bad_size;
  const HeaderReader header(layout.header);
  if (!header.has_fit_sampling()) return JpegFitness::bad_sampling;
  if (!header.has_one_scan()) return JpegFitness::bad_scan;
  if (!header.copy_tables(tables)) return JpegFitness::bad_quantization_tables;
  if (!header.has_standard_huffman_tables()) return JpegFitness::bad_huffman_tables;
  format.is_420 = header.is_420();
  format.width = layout.width;
  format.height = layout.height;
  format.restart_interval = layout.restart_interval;
  return JpegFitness::fit;
}

std::string describe(JpegFitness fitness, int width, int height) {
  if (fitness == JpegFitness::bad_size) return describe_size(width, height);
  const auto sentence = [](std::string_view what) {
    return fmt::format(
        "the source's own JPEGs {}, which RTP/JPEG cannot carry: encode them again with "
        "--passthrough off, or watch over TCP",
        what);
  };
  switch (fitness) {
    case JpegFitness::bad_sampling:
      return sentence("are neither 4:2:0 nor 4:2:2");
    case JpegFitness::bad_scan:
      return sentence("have components in separate scans or out of order");
    case JpegFitness::bad_quantization_tables:
      return sentence("have quantization tables other than two of 8 bits");
    case JpegFitness::bad_huffman_tables:
      return sentence("have Huffman tables other than the standard ones");
    case JpegFitness::fit:
    case JpegFitness::bad_size:
      break;
  }
  return "RTP/JPEG can carry this picture";
}

}  // namespace jpegwire
