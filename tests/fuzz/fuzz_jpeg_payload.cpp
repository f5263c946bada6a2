#include <algorithm>
#include <vector>

#include "codec/jpeg_layout.hpp"
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
  require(!a.tables || std::ranges::equal(*a.tables, *b.tables), "the tables are the same");
  require(std::ranges::equal(a.data, b.data), "the data is the same");
}

QuantizationTables tables_of(const JpegPayload& payload) {
  QuantizationTables tables;
  tables.fill(std::byte{1});
  if (payload.tables) std::ranges::copy(*payload.tables, tables.begin());
  return tables;
}

void check_writing(const JpegPayload& payload) {
  const QuantizationTables tables = tables_of(payload);
  std::vector<std::byte> bytes(kMaxJpegPayloadHeaderSizeBytes);
  const auto rest = put_jpeg_payload_header(bytes, payload.format, payload.fragment,
                                            payload.tables ? &tables : nullptr);
  bytes.resize(bytes.size() - rest.size());
  bytes.insert(bytes.end(), payload.data.begin(), payload.data.end());
  const auto again = parse_jpeg_payload(bytes);
  require(again.has_value(), "it is a payload again");
  require_equal(payload, *again);
}

void check_header(const JpegPayload& payload) {
  const std::size_t size = jpeg_header_size_bytes(payload.format);
  std::vector<std::byte> jpeg(size);
  JpegLayout layout;
  write_jpeg_header(payload.format, tables_of(payload), jpeg, layout);
  jpeg.insert(jpeg.end(), {std::byte{0xFF}, std::byte{0xD9}});
  JpegLayout found;
  require(validate_jpeg(jpeg, found) == JpegVerdict::ok, "the header is valid");
  require(found.header.size() == size - 2 && layout.header.size() == size - 2,
          "the header has the size it was said to have");
  require(found.width == layout.width && found.height == layout.height, "the size is the same");
  require(found.mcu_width == layout.mcu_width && found.mcu_height == layout.mcu_height,
          "the sampling is the same");
  require(found.restart_interval == layout.restart_interval, "the restart interval is the same");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes input = as_input(data, size);
  const auto payload = parse_jpeg_payload(input);
  if (!payload) return 0;
  require(!payload->data.empty(), "there is data");
  require(payload->data.data() + payload->data.size() == input.data() + input.size(),
          "the data goes to the payload's end");
  require(payload->format.width <= 2040 && payload->format.height <= 2040, "the size is bounded");
  check_writing(*payload);
  check_header(*payload);
  return 0;
}
