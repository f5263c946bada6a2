#include "net/rtp/format/jpeg_payload.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "support/jpegs.hpp"

namespace jpegwire::jpeg_payload_test {
namespace {

using namespace test;

constexpr std::uint16_t kNoCount = kUnalignedRestartCount;

QuantizationTables counting_tables() {
  QuantizationTables tables;
  int step = 1;
  std::ranges::generate(tables, [&] { return static_cast<std::byte>(step++); });
  return tables;
}

std::optional<JpegPayload> parsed(Bytes bytes) {
  JpegPayload payload;
  if (parse_jpeg_payload(bytes, payload) != PacketFault::none) return std::nullopt;
  return payload;
}

/// Worked out by hand from RFC 2435, sections 3.1, 3.1.7 and 3.1.8.
struct Case {
  std::string name;
  JpegFormat format;
  JpegFragment fragment;
  bool has_tables = false;
  ByteVector header{};  // without the tables
};

Case header_case() {
  return GENERATE(values<Case>({
      {"type 1",
       {.is_420 = true, .q = 50, .width = 640, .height = 480},
       {.offset = 0},
       false,
       to_bytes({0, 0, 0, 0, 1, 50, 80, 60})},
      {"type 0, the largest of sizes and of standard Q",
       {.is_420 = false, .q = 99, .width = 2040, .height = 8},
       {.offset = 0x012345},
       false,
       to_bytes({0, 0x01, 0x23, 0x45, 0, 99, 255, 1})},
      {"type 64, the first packet of an interval",
       {.is_420 = false, .q = 1, .width = 16, .height = 16, .restart_interval = 5},
       {.offset = 0, .first = true, .last = false, .restart_count = 3},
       false,
       to_bytes({0, 0, 0, 0, 64, 1, 2, 2, 0, 5, 0x80, 3})},
      {"type 65, one in the middle",
       {.is_420 = true, .q = 80, .width = 640, .height = 480, .restart_interval = 0x0140},
       {.offset = 0xFFFFFF, .first = false, .last = false, .restart_count = 0x0102},
       false,
       to_bytes({0, 0xFF, 0xFF, 0xFF, 65, 80, 80, 60, 0x01, 0x40, 0x01, 0x02})},
      {"type 65, not aligned with the intervals",
       {.is_420 = true, .q = 80, .width = 640, .height = 480, .restart_interval = 0xFFFF},
       {.offset = 77, .first = true, .last = true, .restart_count = kNoCount},
       false,
       to_bytes({0, 0, 0, 77, 65, 80, 80, 60, 0xFF, 0xFF, 0xFF, 0xFF})},
      {"tables at offset 0",
       {.is_420 = true, .q = 255, .width = 640, .height = 480},
       {.offset = 0},
       true,
       to_bytes({0, 0, 0, 0, 1, 255, 80, 60, 0, 0, 0, 128})},
      {"tables behind a restart header",
       {.is_420 = true, .q = 128, .width = 640, .height = 480, .restart_interval = 40},
       {.offset = 0, .first = false, .last = true, .restart_count = 0},
       true,
       to_bytes({0, 0, 0, 0, 65, 128, 80, 60, 0, 40, 0x40, 0, 0, 0, 0, 128})},
      {"tables left out",
       {.is_420 = true, .q = 254, .width = 640, .height = 480},
       {.offset = 0},
       false,
       to_bytes({0, 0, 0, 0, 1, 254, 80, 60, 0, 0, 0, 0})},
      {"no table header behind the first packet",
       {.is_420 = true, .q = 255, .width = 640, .height = 480},
       {.offset = 1},
       false,
       to_bytes({0, 0, 0, 1, 1, 255, 80, 60})},
  }));
}

ByteVector bytes_of_header(const Case& expected) {
  ByteVector bytes = expected.header;
  if (expected.has_tables) append(bytes, counting_tables());
  return bytes;
}

TEST_CASE("a JPEG payload's header has the RFC's format, byte for byte") {
  const Case expected = header_case();
  CAPTURE(expected.name);
  ByteVector out(kMaxJpegPayloadHeaderSizeBytes);
  const QuantizationTables tables = counting_tables();
  const auto rest = put_jpeg_payload_header(out, expected.format, expected.fragment,
                                            expected.has_tables ? &tables : nullptr);
  out.resize(out.size() - rest.size());
  CHECK(out == bytes_of_header(expected));
}

TEST_CASE("a written JPEG payload is read back") {
  const Case expected = header_case();
  CAPTURE(expected.name);
  ByteVector bytes = bytes_of_header(expected);
  append(bytes, to_bytes("data"));
  const auto payload = parsed(bytes);
  REQUIRE(payload);
  CHECK(payload->format == expected.format);
  CHECK(payload->fragment.offset == expected.fragment.offset);
  CHECK(payload->fragment.first == expected.fragment.first);
  CHECK(payload->fragment.last == expected.fragment.last);
  CHECK(payload->fragment.restart_count == expected.fragment.restart_count);
  REQUIRE(payload->tables.has_value() == expected.has_tables);
  if (expected.has_tables) CHECK(std::ranges::equal(payload->tables->bytes, counting_tables()));
  CHECK(std::ranges::equal(payload->data, to_bytes("data")));
}

TEST_CASE("a payload with a truncated header or without data is refused") {
  const Case expected = header_case();
  ByteVector bytes = bytes_of_header(expected);
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    CAPTURE(expected.name, size);
    JpegPayload payload;
    CHECK(parse_jpeg_payload(Bytes(bytes).first(size), payload) == PacketFault::too_short);
  }
  bytes.push_back(std::byte{0});
  CHECK(parsed(bytes));
}

/// Why a payload with this header and one byte of data is refused.
PacketFault fault_of(std::initializer_list<int> header) {
  ByteVector bytes = to_bytes(header);
  bytes.push_back(std::byte{0x55});
  JpegPayload payload;
  return parse_jpeg_payload(bytes, payload);
}

TEST_CASE("types other than 4:2:0 and 4:2:2 are refused") {
  for (int type = 0; type < 256; ++type) {
    CAPTURE(type);
    const bool is_known = type == 0 || type == 1 || type == 64 || type == 65;
    CHECK(fault_of({0, 0, 0, 0, type, 50, 80, 60, 0, 5, 0xC0, 0}) ==
          (is_known ? PacketFault::none : PacketFault::unsupported_type));
  }
}

TEST_CASE("reserved values of Q are refused") {
  for (int q = 0; q < 256; ++q) {
    CAPTURE(q);
    const bool is_reserved = q == 0 || (q >= 100 && q < 128);
    CHECK(fault_of({0, 0, 0, 1, 1, q, 80, 60}) ==
          (is_reserved ? PacketFault::reserved_q : PacketFault::none));
  }
}

TEST_CASE("interlaced frames are refused") {
  CHECK(fault_of({0, 0, 0, 0, 1, 50, 80, 60}) == PacketFault::none);
  for (const int type_specific : {1, 2, 3, 4, 255})
    CHECK(fault_of({type_specific, 0, 0, 0, 1, 50, 80, 60}) == PacketFault::interlaced);
}

TEST_CASE("a picture without a width or a height is refused") {
  CHECK(fault_of({0, 0, 0, 0, 1, 50, 0, 60}) == PacketFault::no_size);
  CHECK(fault_of({0, 0, 0, 0, 1, 50, 80, 0}) == PacketFault::no_size);
}

TEST_CASE("a restart interval of no MCUs is refused") {
  CHECK(fault_of({0, 0, 0, 0, 65, 50, 80, 60, 0, 1, 0xFF, 0xFF}) == PacketFault::none);
  CHECK(fault_of({0, 0, 0, 0, 65, 50, 80, 60, 0, 0, 0xFF, 0xFF}) ==
        PacketFault::bad_restart_interval);
}

/// Why a payload with this number of bytes of tables is refused.
PacketFault fault_of_tables(int q, int precision, std::size_t size) {
  ByteVector bytes = to_bytes({0, 0, 0, 0, 1, q, 80, 60, 0, precision});
  append(bytes, to_bytes({static_cast<int>(size >> 8), static_cast<int>(size & 255)}));
  bytes.resize(bytes.size() + size + 1, std::byte{9});
  JpegPayload payload;
  return parse_jpeg_payload(bytes, payload);
}

TEST_CASE("one to four tables of 8 bits are read") {
  for (const std::size_t size : {64U, 128U, 192U, 256U}) {
    CAPTURE(size);
    CHECK(fault_of_tables(255, 0, size) == PacketFault::none);
  }
  for (const std::size_t size : {1U, 63U, 65U, 127U, 129U, 320U, 1000U}) {
    CAPTURE(size);
    CHECK(fault_of_tables(255, 0, size) == PacketFault::bad_tables);
  }
}

TEST_CASE("tables of 16 bits are read, each as its bit of the precision says") {
  CHECK(fault_of_tables(255, 1, 128) == PacketFault::none);  // one
  CHECK(fault_of_tables(255, 1, 192) == PacketFault::none);  // 16 bits, 8 bits
  CHECK(fault_of_tables(255, 2, 192) == PacketFault::none);  // 8 bits, 16 bits
  CHECK(fault_of_tables(255, 3, 256) == PacketFault::none);
  CHECK(fault_of_tables(255, 7, 384) == PacketFault::none);
  CHECK(fault_of_tables(255, 1, 64) == PacketFault::bad_tables);
  CHECK(fault_of_tables(255, 2, 128) == PacketFault::bad_tables);
  CHECK(fault_of_tables(255, 3, 192) == PacketFault::bad_tables);
}

TEST_CASE("tables may be omitted unless they may change with each frame") {
  for (int q = 128; q < 256; ++q) {
    CAPTURE(q);
    CHECK(fault_of_tables(q, 0, 0) == (q == 255 ? PacketFault::missing_tables : PacketFault::none));
  }
}

TEST_CASE("a table's length beyond the payload is refused") {
  CHECK(fault_of({0, 0, 0, 0, 1, 255, 80, 60, 0, 0, 0, 128, 1, 2, 3}) == PacketFault::too_short);
  CHECK(fault_of({0, 0, 0, 0, 1, 255, 80, 60, 0, 0, 255, 255}) == PacketFault::bad_tables);
}

}  // namespace
}  // namespace jpegwire::jpeg_payload_test
