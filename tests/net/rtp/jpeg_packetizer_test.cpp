#include "net/rtp/jpeg_packetizer.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>

#include "net/rtp/format/jpeg_header.hpp"
#include "net/rtp/format/sequence_number.hpp"
#include "support/rtp_frames.hpp"

namespace jpegwire::jpeg_packetizer_test {
namespace {

using namespace test;

using Datagrams = std::vector<ByteVector>;

Datagrams packetize(const EncodedFrame& frame, PacketizerSettings settings = {}) {
  JpegPacketizer packetizer(settings);
  return test::packetize(packetizer, frame);
}

NamedFrame each_frame() { return GENERATE(from_range(named_frames())); }

std::size_t each_mtu() { return GENERATE(kMinMtuBytes, kDefaultMtuBytes, kMaxMtuBytes); }

TEST_CASE("the packets' data is the frame's scan without EOI") {
  const NamedFrame named = each_frame();
  const std::size_t mtu = each_mtu();
  CAPTURE(named.name, mtu);
  ByteVector scan;
  for (const ByteVector& datagram : packetize(*named.frame, {.mtu_bytes = mtu})) {
    const ParsedPacket packet(datagram);
    CHECK(packet.jpeg.fragment.offset == scan.size());
    append(scan, packet.jpeg.data);
  }
  CHECK(scan == scan_of(*named.frame));
}

TEST_CASE("every packet has the frame's format") {
  const NamedFrame named = each_frame();
  CAPTURE(named.name);
  JpegFormat expected;
  QuantizationTables tables;
  REQUIRE(check_fitness(named.frame->layout, expected, tables) == JpegFitness::fit);
  expected.q = find_standard_q(tables).value_or(128);
  for (const ByteVector& datagram : packetize(*named.frame))
    CHECK(ParsedPacket(datagram).jpeg.format == expected);
}

TEST_CASE("no packet is larger than the MTU") {
  const NamedFrame named = each_frame();
  const std::size_t mtu = each_mtu();
  CAPTURE(named.name, mtu);
  for (const ByteVector& datagram : packetize(*named.frame, {.mtu_bytes = mtu}))
    CHECK(datagram.size() <= mtu);
}

TEST_CASE("only the very last packet of a frame has the marker") {
  const NamedFrame named = each_frame();
  CAPTURE(named.name);
  const Datagrams datagrams = packetize(*named.frame, {.mtu_bytes = kMinMtuBytes});
  for (const ByteVector& datagram : datagrams)
    CHECK(ParsedPacket(datagram).rtp.header.marker == (&datagram == &datagrams.back()));
}

/// The packets of each restart interval, by its number.
std::map<int, std::vector<ParsedPacket>> by_interval(const Datagrams& datagrams) {
  std::map<int, std::vector<ParsedPacket>> intervals;
  for (const ByteVector& datagram : datagrams) {
    const ParsedPacket packet(datagram);
    intervals[packet.jpeg.fragment.restart_count].push_back(packet);
  }
  return intervals;
}

TEST_CASE("a restart interval of whole rows never shares a packet with another") {
  const NamedFrame named = each_frame();
  if (!named.is_aligned) return;
  CAPTURE(named.name);
  const auto expected = restart_intervals_of(*named.frame);
  const Datagrams datagrams = packetize(*named.frame, {.mtu_bytes = kMinMtuBytes});
  const auto intervals = by_interval(datagrams);
  REQUIRE(intervals.size() == expected.size());
  for (const auto& [number, packets] : intervals) {
    CAPTURE(number);
    ByteVector bytes;
    for (const ParsedPacket& packet : packets) append(bytes, packet.jpeg.data);
    const bool is_last = number + 1 == static_cast<int>(expected.size());
    if (is_last) append(bytes, to_bytes({0xFF, 0xD9}));
    CHECK(bytes == expected.at(static_cast<std::size_t>(number)));
  }
}

TEST_CASE("the first and last packet of an interval are marked") {
  const NamedFrame named = each_frame();
  if (!named.is_aligned) return;
  CAPTURE(named.name);
  const Datagrams datagrams = packetize(*named.frame, {.mtu_bytes = kMinMtuBytes});
  for (const auto& [number, packets] : by_interval(datagrams)) {
    CAPTURE(number);
    for (const ParsedPacket& packet : packets) {
      CHECK(packet.jpeg.fragment.first == (&packet == &packets.front()));
      CHECK(packet.jpeg.fragment.last == (&packet == &packets.back()));
    }
  }
}

ByteVector datagram_of(const OutgoingPacket& packet) {
  ByteVector datagram(packet.head().begin(), packet.head().end());
  append(datagram, packet.data);
  return datagram;
}

int interval_of(const OutgoingPacket& packet) {
  return ParsedPacket(datagram_of(packet)).jpeg.fragment.restart_count;
}

TEST_CASE("all packets of an interval except the last have the full size") {
  const NamedFrame named = each_frame();
  const std::size_t mtu = each_mtu();
  CAPTURE(named.name, mtu);
  JpegPacketizer packetizer({.mtu_bytes = mtu});
  REQUIRE(packetizer.begin_frame(*named.frame, {}) == JpegFitness::fit);
  while (packetizer.has_more_bands()) {
    std::vector<OutgoingPacket> packets;
    packetizer.add_band(packets);
    for (std::size_t i = 0; i + 1 < packets.size(); ++i)
      if (interval_of(packets[i]) == interval_of(packets[i + 1]))
        CHECK(packets[i].size_bytes() == mtu);
  }
}

TEST_CASE("the bands of our own frames are restart intervals") {
  const FramePointer frame = encoded(640, 480, {.bands = 8});
  JpegPacketizer packetizer({});
  REQUIRE(packetizer.begin_frame(*frame, {}) == JpegFitness::fit);
  for (std::size_t band = 0; band < 8; ++band) {
    CHECK(packetizer.has_more_bands());
    CHECK(packetizer.bands_added() == band);
    std::vector<OutgoingPacket> packets;
    packetizer.add_band(packets);
    REQUIRE_FALSE(packets.empty());
    for (const OutgoingPacket& packet : packets) {
      CHECK(packet.data.data() >= frame->layout.bands[band].data());
      const ByteVector datagram = datagram_of(packet);
      CHECK(ParsedPacket(datagram).jpeg.fragment.restart_count == band);
      CHECK(ParsedPacket(datagram).jpeg.format.restart_interval == 40 * 4);
      CHECK(packet.size_bytes() == datagram.size());
      CHECK(packet.sequence == ParsedPacket(datagram).rtp.header.sequence);
    }
  }
  CHECK_FALSE(packetizer.has_more_bands());
}

TEST_CASE("if intervals do not match rows, packets are marked as not aligned") {
  const NamedFrame named = each_frame();
  if (named.is_aligned || named.frame->layout.restart_interval == 0) return;
  CAPTURE(named.name);
  for (const ByteVector& datagram : packetize(*named.frame, {.mtu_bytes = kMinMtuBytes})) {
    const JpegFragment fragment = ParsedPacket(datagram).jpeg.fragment;
    CHECK(fragment.first);
    CHECK(fragment.last);
    CHECK(fragment.restart_count == kUnalignedRestartCount);
  }
}

TEST_CASE("restart markers with wrong numbers are numbered before packets are aligned to them") {
  ByteVector jpeg = encode_plainly(make_bgr(168, 120), {.restart = "1"});
  const ByteVector marker = to_bytes({0xFF, 0xD2});
  const auto at = std::search(jpeg.begin(), jpeg.end(), marker.begin(), marker.end());
  REQUIRE(at != jpeg.end());
  at[1] = std::byte{0xD5};
  const FramePointer frame = validated(jpeg);
  for (const ByteVector& datagram : packetize(*frame))
    CHECK(ParsedPacket(datagram).jpeg.fragment.restart_count != kUnalignedRestartCount);
}

TEST_CASE("sequence numbers increase by one, across the wrap-around and from frame to frame") {
  JpegPacketizer packetizer({.first_sequence = 0xFFFE, .mtu_bytes = kMinMtuBytes});
  std::uint16_t expected = 0xFFFE;
  for (std::uint32_t number = 0; number < 3; ++number)
    for (const ByteVector& datagram : test::packetize(packetizer, *encoded(168, 120, {}, number)))
      CHECK(ParsedPacket(datagram).rtp.header.sequence == expected++);
  CHECK(expected < 0xFFFE);
}

/// The one timestamp of a frame's packets.
std::uint32_t timestamp_of(JpegPacketizer& packetizer, WallTime capture_time) {
  EncodedFrame frame;
  frame.storage.push_back(encode_plainly(make_bgr(32, 32), {.restart = "1"}));
  frame.capture_time = capture_time;
  REQUIRE(validate(frame) == JpegVerdict::ok);
  const Datagrams datagrams = test::packetize(packetizer, frame);
  for (const ByteVector& datagram : datagrams)
    CHECK(ParsedPacket(datagram).rtp.header.timestamp ==
          ParsedPacket(datagrams[0]).rtp.header.timestamp);
  return ParsedPacket(datagrams[0]).rtp.header.timestamp;
}

TEST_CASE("timestamps count capture time at 90 kHz, also across the wrap-around") {
  const WallTime start = capture_time(0);
  JpegPacketizer probe({});
  const std::uint32_t begin = probe.timestamp_at(start);
  JpegPacketizer packetizer({.timestamp_offset = 0xFFFF'FF00 - begin});
  CHECK(timestamp_of(packetizer, start) == 0xFFFF'FF00);
  CHECK(timestamp_of(packetizer, start + milliseconds(40)) == 3600 - 0x100);
  CHECK(timestamp_of(packetizer, start + milliseconds(1040)) == 93'600 - 0x100);
  CHECK(packetizer.timestamp_at(start + milliseconds(2040)) == 183'600 - 0x100);
}

TEST_CASE("timestamps increase even if capture times do not") {
  JpegPacketizer packetizer({});
  const WallTime start = capture_time(0);
  std::uint32_t last = timestamp_of(packetizer, start);
  for (const microseconds step :
       {microseconds(0), microseconds(1), microseconds(-1), microseconds(-3'600'000'000),
        microseconds(-3'599'000'000), microseconds(-86'400'000'000), microseconds(5)}) {
    CAPTURE(step.count());
    const std::uint32_t next = timestamp_of(packetizer, start + step);
    CHECK(distance(last, next) > 0);
    last = next;
  }
}

TEST_CASE("after the clock was set back, timestamps follow it") {
  JpegPacketizer packetizer({});
  const WallTime start = capture_time(0);
  const std::uint32_t before = timestamp_of(packetizer, start);
  const WallTime back = start - std::chrono::hours(1);
  CHECK(timestamp_of(packetizer, back) == before + 1);
  CHECK(timestamp_of(packetizer, back + milliseconds(40)) == before + 1 + 3600);
  CHECK(packetizer.timestamp_at(back + milliseconds(40)) == before + 1 + 3600);
}

TEST_CASE("the first packet of each band carries the stamp") {
  const FramePointer frame = encoded(328, 240, {.quality = 95}, 9);
  int stamps = 0;
  for (const ByteVector& datagram : packetize(*frame, {.mtu_bytes = kMinMtuBytes})) {
    const ParsedPacket packet(datagram);
    const auto extension = read_stamp_extension(packet.rtp);
    CHECK(extension.has_value() == packet.jpeg.fragment.first);
    if (!extension) continue;
    ++stamps;
    CHECK(extension->stamp == stamp_of(*frame).stamp);
  }
  CHECK(stamps == static_cast<int>(frame->layout.bands.size()));
}

TEST_CASE("the header has the stream's SSRC") {
  for (const ByteVector& datagram : packetize(*encoded(328, 240), {.ssrc = 0xCAFE'F00D})) {
    CHECK(ParsedPacket(datagram).rtp.header.ssrc == 0xCAFE'F00D);
    CHECK(ParsedPacket(datagram).rtp.header.payload_type == 26);
  }
}

ByteVector jpeg_with_tables(int step) {
  return with_own_tables(encode_plainly(make_bgr(32, 32)), step);
}

/// The first packet of a frame with such tables.
struct FirstPacket {
  FirstPacket(JpegPacketizer& packetizer, const ByteVector& jpeg)
      : datagram(test::packetize(packetizer, *validated(jpeg)).at(0)), packet(datagram) {}

  int q() const { return packet.jpeg.format.q; }

  ByteVector datagram;
  ParsedPacket packet;
};

TEST_CASE("custom tables keep their Q while they do not change") {
  JpegPacketizer packetizer({});
  CHECK(FirstPacket(packetizer, jpeg_with_tables(1)).q() == 128);
  CHECK(FirstPacket(packetizer, jpeg_with_tables(1)).q() == 128);
  CHECK(FirstPacket(packetizer, jpeg_with_tables(2)).q() == 129);
  CHECK(FirstPacket(packetizer, encode_plainly(make_bgr(32, 32))).q() == 80);
  CHECK(FirstPacket(packetizer, jpeg_with_tables(2)).q() == 130);
}

TEST_CASE("a Q below 255 never stands for different tables, however often they change") {
  JpegPacketizer packetizer({});
  std::map<int, ByteVector> tables_of_q;
  for (int number = 0; number < 300; ++number) {
    CAPTURE(number);
    const FirstPacket first(packetizer, jpeg_with_tables(7 + number % 200));
    REQUIRE(first.packet.jpeg.tables);
    const Bytes in_band = first.packet.jpeg.tables->bytes;
    const ByteVector tables(in_band.begin(), in_band.end());
    if (first.q() == kChangingTablesQ) continue;
    CHECK(tables_of_q.try_emplace(first.q(), tables).first->second == tables);
  }
  CHECK(FirstPacket(packetizer, jpeg_with_tables(77)).q() == kChangingTablesQ);
}

TEST_CASE("a frame's tables are in its first packet") {
  const FramePointer frame = validated(jpeg_with_tables(3));
  const Datagrams datagrams = packetize(*frame, {.mtu_bytes = kMinMtuBytes});
  JpegFormat format;
  QuantizationTables tables;
  check_fitness(frame->layout, format, tables);
  REQUIRE(datagrams.size() > 1);
  for (const ByteVector& datagram : datagrams) {
    const ParsedPacket packet(datagram);
    REQUIRE(packet.jpeg.tables.has_value() == (&datagram == &datagrams.front()));
    if (packet.jpeg.tables) CHECK(std::ranges::equal(packet.jpeg.tables->bytes, tables));
  }
}

TEST_CASE("a frame that is not fit is not begun") {
  JpegPacketizer packetizer({.first_sequence = 100});
  const FramePointer grey =
      validated(encode_plainly(make_bgr(32, 32), {.subsampling = TJSAMP_GRAY}));
  CHECK(packetizer.begin_frame(*grey, {}) == JpegFitness::bad_sampling);
  CHECK_FALSE(packetizer.has_more_bands());
  CHECK(FirstPacket(packetizer, jpeg_with_tables(1)).packet.rtp.header.sequence == 100);
}

TEST_CASE("fill bytes in front of EOI are omitted with it") {
  ByteVector jpeg = encode_plainly(make_bgr(32, 64), {.restart = "1"});
  const ByteVector scan = scan_of(*validated(jpeg));
  insert_at(jpeg, jpeg.size() - 2, to_bytes({0xFF, 0xFF, 0xFF}));
  ByteVector sent;
  for (const ByteVector& datagram : packetize(*validated(jpeg)))
    append(sent, ParsedPacket(datagram).jpeg.data);
  CHECK(sent == scan);
}

TEST_CASE("an empty scan makes no packet") {
  ByteVector jpeg = encode_plainly(make_bgr(32, 32));
  erase_at(jpeg, find_scan(jpeg), jpeg.size() - 2 - find_scan(jpeg));
  const FramePointer frame = validated(jpeg);
  CHECK(packetize(*frame).empty());
}

}  // namespace
}  // namespace jpegwire::jpeg_packetizer_test
