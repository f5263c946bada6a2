#include "net/rtp/format/packet.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "support/streams.hpp"

namespace jpegwire::packet_test {
namespace {

using namespace test;

const RtpHeader kHeader{.marker = true,
                        .payload_type = 26,
                        .sequence = 0x1234,
                        .timestamp = 0x56789ABC,
                        .ssrc = 0xDEF01122};

const ByteVector kHeaderBytes =
    to_bytes({0x80, 0x9A, 0x12, 0x34, 0x56, 0x78, 0x9A, 0xBC, 0xDE, 0xF0, 0x11, 0x22});

ByteVector written(const RtpHeader& header, bool has_extension) {
  ByteVector bytes(kRtpHeaderSizeBytes + 2, std::byte{0xEE});
  CHECK(put_rtp_header(bytes, header, has_extension).size() == 2);
  CHECK(bytes[kRtpHeaderSizeBytes] == std::byte{0xEE});
  bytes.resize(kRtpHeaderSizeBytes);
  return bytes;
}

ByteVector with_first(ByteVector bytes, int first) {
  bytes[0] = static_cast<std::byte>(first);
  return bytes;
}

bool same(Bytes a, Bytes b) { return std::ranges::equal(a, b); }

// Each length is a datagram of its own, so that reading beyond its end shows in a sanitizer.
std::vector<std::size_t> readable_lengths(const ByteVector& whole) {
  std::vector<std::size_t> readable;
  for (std::size_t size = 0; size <= whole.size(); ++size)
    if (parse_rtp(ByteVector(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))))
      readable.push_back(size);
  return readable;
}

TEST_CASE("an RTP header has the format of RFC 3550, byte for byte") {
  CHECK(written(kHeader, false) == kHeaderBytes);
  CHECK(written(kHeader, true) == with_first(kHeaderBytes, 0x90));
  CHECK(written({.payload_type = 127, .sequence = 0xFFFF}, false) ==
        to_bytes({0x80, 0x7F, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0}));
}

TEST_CASE("an RTP packet is parsed") {
  const ByteVector datagram = joined(kHeaderBytes, "payload");
  const auto packet = parse_rtp(datagram);
  REQUIRE(packet);
  CHECK(packet->header == kHeader);
  CHECK(packet->extension.empty());
  CHECK(same(packet->payload, to_bytes("payload")));
  CHECK(packet->payload.data() == datagram.data() + kRtpHeaderSizeBytes);
}

TEST_CASE("an RTP packet may have no payload") {
  const auto packet = parse_rtp(kHeaderBytes);
  REQUIRE(packet);
  CHECK(packet->payload.empty());
}

TEST_CASE("an RTP packet's extension precedes its payload") {
  const ByteVector datagram =
      joined(with_first(kHeaderBytes, 0x90), to_bytes({0xBE, 0xDE, 0, 2}), "12345678", "payload");
  const auto packet = parse_rtp(datagram);
  REQUIRE(packet);
  CHECK(packet->extension_profile == 0xBEDE);
  CHECK(same(packet->extension, to_bytes("12345678")));
  CHECK(same(packet->payload, to_bytes("payload")));
  const ByteVector empty =
      joined(with_first(kHeaderBytes, 0x90), to_bytes({0x10, 0x00, 0, 0}), "payload");
  REQUIRE(parse_rtp(empty));
  CHECK(parse_rtp(empty)->extension_profile == 0x1000);
  CHECK(parse_rtp(empty)->extension.empty());
}

TEST_CASE("up to 15 contributing sources are skipped") {
  const int count = GENERATE(1, 2, 15);
  const ByteVector sources(4 * static_cast<std::size_t>(count), std::byte{0xCC});
  const auto packet = parse_rtp(joined(with_first(kHeaderBytes, 0x80 | count), sources, "payload"));
  REQUIRE(packet);
  CHECK(packet->payload.size() == 7);
  CHECK(readable_lengths(joined(with_first(kHeaderBytes, 0x80 | count), sources)) ==
        std::vector{kRtpHeaderSizeBytes + sources.size()});
}

TEST_CASE("padding is not part of the payload") {
  const auto payload_of = [](int padding) -> std::optional<std::string> {
    const ByteVector datagram =
        joined(with_first(kHeaderBytes, 0xA0), "payload", to_bytes({0, padding}));
    const auto packet = parse_rtp(datagram);
    if (!packet) return std::nullopt;
    return std::string(reinterpret_cast<const char*>(packet->payload.data()),
                       packet->payload.size());
  };
  CHECK(payload_of(2) == "payload");
  CHECK(payload_of(1) == std::string("payload\0", 8));
  CHECK(payload_of(9) == "");
  CHECK(payload_of(0) == std::nullopt);
  CHECK(payload_of(10) == std::nullopt);
  CHECK(payload_of(255) == std::nullopt);
  CHECK_FALSE(parse_rtp(with_first(kHeaderBytes, 0xA0)));
}

TEST_CASE("a packet with all fields is refused if it is truncated before its payload") {
  const ByteVector head =
      joined(with_first(kHeaderBytes, 0x92), "SSRCSSRC", to_bytes({0xBE, 0xDE, 0, 1}), "stmp");
  CHECK(readable_lengths(head) == std::vector{head.size()});
  CHECK(readable_lengths(joined(head, "abc")) ==
        std::vector{head.size(), head.size() + 1, head.size() + 2, head.size() + 3});
}

TEST_CASE("an extension longer than its datagram is refused") {
  CHECK_FALSE(parse_rtp(
      joined(with_first(kHeaderBytes, 0x90), to_bytes({0xBE, 0xDE, 255, 255}), ByteVector(1000))));
}

TEST_CASE("only version 2 is RTP") {
  for (const int first : {0x00, 0x40, 0xC0})
    CHECK_FALSE(parse_rtp(with_first(kHeaderBytes, first)));
}

TEST_CASE("random bytes are either a packet within its datagram or refused") {
  std::mt19937 random(3);
  for (int i = 0; i < 20'000; ++i) {
    ByteVector datagram(random() % 64);
    for (std::byte& byte : datagram) byte = static_cast<std::byte>(random());
    if (!datagram.empty()) datagram[0] = (datagram[0] & std::byte{0x3F}) | std::byte{0x80};
    const auto packet = parse_rtp(datagram);
    if (packet)
      REQUIRE(packet->payload.size() + packet->extension.size() + kRtpHeaderSizeBytes <=
              datagram.size());
  }
}

TEST_CASE("the reason why a datagram is not RTP is named") {
  CHECK(rtp_fault({}) == PacketFault::too_short);
  CHECK(rtp_fault(Bytes(kHeaderBytes).first(11)) == PacketFault::too_short);
  CHECK(rtp_fault(to_bytes("GET / HTTP/1.1")) == PacketFault::not_rtp);
  CHECK(rtp_fault(with_first(kHeaderBytes, 0x40)) == PacketFault::not_rtp);
  CHECK(rtp_fault(with_first(kHeaderBytes, 0xA0)) == PacketFault::bad_rtp_header);
}

}  // namespace
}  // namespace jpegwire::packet_test
