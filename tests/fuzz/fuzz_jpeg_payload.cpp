#include <algorithm>
#include <vector>

#include "codec/jpeg_layout.hpp"
#include "codec/jpeg_markers.hpp"
#include "net/rtp/format/jpeg_header.hpp"
#include "net/rtp/format/jpeg_payload.hpp"
#include "support/fuzzing.hpp"

// A parsed RTP/JPEG payload is written back identically, and gives a JPEG header that is valid.

using namespace jpegwire;
using namespace jpegwire::test;

namespace {

void require_equal(const JpegPayload& a, const JpegPayload& b) {
  require(a.format == b.format, "the format is the same");
  require(a.fragment.offset == b.fragment.offset, "the offset is the same");
  require(a.fragment.first == b.fragment.first && a.fragment.last == b.fragment.last &&
              a.fragment.restart_count == b.fragment.restart_count,
          "the restart interval is the same");
  require(a.tables.has_value() == b.tables.has_value(), "there are tables or none");
  require(!a.tables || std::ranges::equal(a.tables->bytes, b.tables->bytes),
          "the tables are the same");
  require(std::ranges::equal(a.data, b.data), "the data is the same");
}

// We write two tables of 8 bits, and others write other ones.
bool has_tables_of_others(const JpegPayload& payload) {
  return payload.tables && (payload.tables->precision != 0 || payload.tables->bytes.size() != 128);
}

void check_writing(const JpegPayload& payload) {
  QuantizationTables tables{};
  if (payload.tables) std::ranges::copy(payload.tables->bytes, tables.begin());
  std::vector<std::byte> bytes(kMaxJpegPayloadHeaderSizeBytes);
  const auto rest = put_jpeg_payload_header(bytes, payload.format, payload.fragment,
                                            payload.tables ? &tables : nullptr);
  bytes.resize(bytes.size() - rest.size());
  bytes.insert(bytes.end(), payload.data.begin(), payload.data.end());
  JpegPayload again;
  require(parse_jpeg_payload(bytes, again) == PacketFault::none, "it is a payload again");
  require_equal(payload, again);
}

// The header announces restart markers.
void append_empty_scan(const JpegLayout& layout, std::vector<std::byte>& jpeg) {
  const int columns = (layout.width + layout.mcu_width - 1) / layout.mcu_width;
  const int rows = (layout.height + layout.mcu_height - 1) / layout.mcu_height;
  const int interval = layout.restart_interval;
  const int restarts = interval == 0 ? 0 : (columns * rows - 1) / interval;
  for (int i = 0; i < restarts; ++i) jpeg.insert(jpeg.end(), {marker::kPrefix, marker::restart(i)});
  jpeg.insert(jpeg.end(), {marker::kPrefix, marker::kEndOfImage});
}

void check_header(const JpegPayload& payload) {
  const ComponentTables tables =
      payload.tables ? component_tables(*payload.tables) : ComponentTables{};
  std::vector<std::byte> jpeg;
  JpegLayout layout;
  write_jpeg_header(payload.format, tables, jpeg, layout);
  const std::size_t size = jpeg.size();
  require(size >= jpeg_header_size_bytes(payload.format), "the header is not too small");
  require(has_tables_of_others(payload) || size == jpeg_header_size_bytes(payload.format),
          "the header has the size it was said to have");
  append_empty_scan(layout, jpeg);
  JpegLayout found;
  require(validate_jpeg(jpeg, found) == JpegVerdict::ok, "the header is valid");
  require(found.header.size() == size - 2, "nothing is behind the header");
  require(found.width == layout.width && found.height == layout.height, "the size is the same");
  require(found.mcu_width == layout.mcu_width && found.mcu_height == layout.mcu_height,
          "the sampling is the same");
  require(found.restart_interval == layout.restart_interval, "the restart interval is the same");
  require(found.height_offset == layout.height_offset && found.scan_offset == layout.scan_offset,
          "its parts are where they were said to be");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes input = as_input(data, size);
  JpegPayload payload;
  if (parse_jpeg_payload(input, payload) != PacketFault::none) return 0;
  require(!payload.data.empty(), "there is data");
  require(payload.data.data() + payload.data.size() == input.data() + input.size(),
          "the data goes to the payload's end");
  require(payload.format.width <= 2040 && payload.format.height <= 2040, "the size is bounded");
  if (!has_tables_of_others(payload)) check_writing(payload);
  check_header(payload);
  return 0;
}
