#include "net/rtp/format/jpeg_header.hpp"

#include <algorithm>
#include <array>

#include "codec/bytes.hpp"
#include "codec/jpeg_layout.hpp"
#include "codec/jpeg_markers.hpp"

namespace jpegwire {
namespace {

constexpr std::size_t kSegmentHeadSizeBytes =
    4;  // the marker and the length, which includes itself

constexpr std::array<std::uint8_t, 14> kJfif = {'J', 'F', 'I', 'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0};
constexpr std::array<std::uint8_t, 10> kScan = {3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0};
constexpr std::size_t kFrameSizeBytes = 15;
constexpr std::size_t kTableSizeBytes = 65;
constexpr std::size_t kMaxTablesSizeBytes = 3 * (kSegmentHeadSizeBytes + 129);

/// Writes segments one after the other.
class SegmentWriter {
 public:
  explicit SegmentWriter(std::span<std::byte> out) : out_(out), rest_(out) {}

  std::size_t position() const { return out_.size() - rest_.size(); }

  void begin(std::byte code, std::size_t payload_size) {
    rest_[0] = marker::kPrefix;
    rest_[1] = code;
    rest_ = put_big_endian(rest_.subspan(2), static_cast<std::uint16_t>(payload_size + 2));
  }

  void put(Bytes bytes) { rest_ = put_bytes(rest_, bytes); }

  void put(unsigned byte) {
    rest_[0] = static_cast<std::byte>(byte);
    rest_ = rest_.subspan(1);
  }

  void put_16(int value) { rest_ = put_big_endian(rest_, static_cast<std::uint16_t>(value)); }

 private:
  std::span<std::byte> out_;
  std::span<std::byte> rest_;
};

bool has_16_bits(const ComponentTables& tables) {
  return std::ranges::any_of(tables, [](const auto& table) {
    return std::ranges::any_of(table, [](unsigned step) { return step > 255; });
  });
}

// All have the same precision, since mixing them saves nothing worth having.
void write_quantization_table(SegmentWriter& writer, unsigned id,
                              const std::array<std::uint16_t, 64>& table, bool is_wide) {
  writer.begin(marker::kQuantizationTables, 1 + table.size() * (is_wide ? 2 : 1));
  writer.put(id | (is_wide ? 0x10U : 0U));
  for (const std::uint16_t step : table)
    if (is_wide)
      writer.put_16(step);
    else
      writer.put(unsigned{step});
}

// Tables of 16 bits do not belong in a baseline JPEG (ITU-T T.81, B.2.4.1), but libjpeg and others
// decode them.
void write_frame_header(SegmentWriter& writer, const JpegFormat& format, bool has_third_table,
                        bool is_wide) {
  writer.begin(is_wide ? marker::kExtendedFrame : marker::kBaselineFrame, kFrameSizeBytes);
  writer.put(8U);
  writer.put_16(format.height);
  writer.put_16(format.width);
  const std::array<unsigned, 10> components = {
      3, 1, format.is_420 ? 0x22U : 0x21U, 0, 2, 0x11, 1, 3, 0x11, has_third_table ? 2U : 1U};
  for (const unsigned byte : components) writer.put(byte);
}

}  // namespace

std::size_t jpeg_header_size_bytes(const JpegFormat& format) {
  std::size_t size = 2 + kSegmentHeadSizeBytes + kJfif.size() +
                     2 * (kSegmentHeadSizeBytes + kTableSizeBytes) + kSegmentHeadSizeBytes +
                     kFrameSizeBytes + kSegmentHeadSizeBytes + kScan.size();
  for (const Bytes table : standard_huffman_tables()) size += kSegmentHeadSizeBytes + table.size();
  if (format.restart_interval > 0) size += kSegmentHeadSizeBytes + 2;
  return size;
}

ComponentTables component_tables(const InBandTables& tables) {
  ComponentTables components{};
  Bytes rest = tables.bytes;
  for (std::size_t i = 0; i < components.size(); ++i) {
    if (rest.empty()) {
      components[i] = components[i - 1];
      continue;
    }
    const std::size_t size = tables.size_bytes(static_cast<int>(i));
    for (std::size_t step = 0; step < 64; ++step)
      components[i][step] = size == 64 ? static_cast<std::uint16_t>(byte_at(rest, step))
                                       : get_big_endian<std::uint16_t>(rest.subspan(2 * step));
    rest = rest.subspan(size);
  }
  return components;
}

void write_jpeg_header(const JpegFormat& format, const ComponentTables& tables,
                       std::vector<std::byte>& out, JpegLayout& layout) {
  constexpr std::byte kJfifMarker{0xE0};
  const bool has_third_table = tables[2] != tables[1];
  const bool is_wide = has_16_bits(tables);
  out.resize(jpeg_header_size_bytes(format) + kMaxTablesSizeBytes);
  put_bytes(out, marker::kStartOfImageBytes);
  SegmentWriter writer{std::span(out).subspan(2)};
  writer.begin(kJfifMarker, kJfif.size());
  writer.put(std::as_bytes(std::span(kJfif)));
  for (unsigned id = 0; id < (has_third_table ? 3U : 2U); ++id)
    write_quantization_table(writer, id, tables[id], is_wide);
  layout.height_offset = writer.position() + kSegmentHeadSizeBytes + 1;
  write_frame_header(writer, format, has_third_table, is_wide);
  for (const Bytes table : standard_huffman_tables()) {
    writer.begin(marker::kHuffmanTables, table.size());
    writer.put(table);
  }
  if (format.restart_interval > 0) {
    writer.begin(marker::kRestartInterval, 2);
    writer.put_16(format.restart_interval);
  }
  layout.scan_offset = writer.position();
  writer.begin(marker::kStartOfScan, kScan.size());
  writer.put(std::as_bytes(std::span(kScan)));
  out.resize(2 + writer.position());
  layout.header = Bytes(out).subspan(2);
  layout.width = format.width;
  layout.height = format.height;
  layout.components = 3;
  layout.mcu_width = 16;
  layout.mcu_height = format.is_420 ? 16 : 8;
  layout.restart_interval = format.restart_interval;
  layout.has_huffman_tables = true;
}

std::optional<std::uint8_t> find_standard_q(const QuantizationTables& tables) {
  for (int q = 1; q <= 99; ++q)
    if (standard_quantization_tables(q) == tables) return static_cast<std::uint8_t>(q);
  return std::nullopt;
}

}  // namespace jpegwire
