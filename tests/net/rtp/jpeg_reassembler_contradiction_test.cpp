#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "net/rtp/format/jpeg_header.hpp"
#include "net/rtp/jpeg_reassembler.hpp"
#include "support/reassembly.hpp"
#include "support/rtp_frames.hpp"

// Packets that contradict each other, or ask for too much; tables that are lost; and what other
// programs send.

namespace jpegwire::jpeg_reassembler_contradiction_test {
namespace {

using namespace test;

using Datagrams = std::vector<ByteVector>;
using Ends = std::vector<Reception>;

/// Four rows of two MCUs, a restart interval each, of six bytes with its marker.
constexpr JpegFormat kFormat{
    .is_420 = true, .q = 80, .width = 32, .height = 64, .restart_interval = 2};

ByteVector interval(int number) {
  ByteVector bytes = to_bytes({number, 0x22, 0x33, 0x44});
  if (number < 3) append(bytes, to_bytes({0xFF, 0xD0 + number}));
  return bytes;
}

/// Packets by hand, of one frame after the other.
struct Hand {
  ByteVector packet(const JpegFragment& fragment, Bytes data, const JpegFormat& format = kFormat,
                    bool marker = false, const QuantizationTables* tables = nullptr) {
    const RtpHeader header{
        .marker = marker, .payload_type = 26, .sequence = sequence++, .timestamp = timestamp};
    return craft(header, format, fragment, data, tables);
  }

  /// A whole restart interval where it belongs.
  ByteVector interval_packet(int number) {
    return packet({.offset = static_cast<std::uint32_t>(6 * number),
                   .restart_count = static_cast<std::uint16_t>(number)},
                  interval(number), kFormat, number == 3);
  }

  void next_frame() { timestamp += 3600; }

  std::uint16_t sequence = 0;
  std::uint32_t timestamp = 0;
};

Datagrams whole_frame(Hand& hand) {
  hand.next_frame();
  Datagrams datagrams;
  for (int number = 0; number < 4; ++number) datagrams.push_back(hand.interval_packet(number));
  return datagrams;
}

TEST_CASE("hand-made intervals make a frame") {
  Hand hand;
  Reassembly reassembly;
  reassembly.add_all(whole_frame(hand));
  REQUIRE(reassembly.ends() == Ends{Reception::whole});
  CHECK(reassembly.over[0]->bands.size() == 4);
  CHECK(reassembly.over[0]->bands.at(48).bytes == to_bytes({3, 0x22, 0x33, 0x44, 0xFF, 0xD9}));
}

struct Contradiction {
  std::string name;
  JpegFragment fragment;
  ByteVector data;
  JpegFormat format = kFormat;
  bool marker = false;
};

JpegFormat with(void (*change)(JpegFormat&)) {
  JpegFormat format = kFormat;
  change(format);
  return format;
}

/// Behind interval 0, which has been handed out, and the first half of interval 1.
std::vector<Contradiction> contradictions() {
  const auto piece = [](std::uint32_t offset, bool first, bool last, std::uint16_t count) {
    return JpegFragment{offset, first, last, count};
  };
  const ByteVector end_of_1 = to_bytes({0x44, 0xFF, 0xD1});
  return {
      {"other bytes in the same place", piece(6, true, false, 1), to_bytes({1, 0x22, 0x34})},
      {"an overlap at its beginning", piece(8, false, true, 1), to_bytes({0x33, 0x44, 0xFF, 0xD1})},
      {"a piece within another", piece(7, false, false, 1), to_bytes({0x22})},
      {"a piece around another", piece(6, true, true, 1), interval(1)},
      {"bytes of the interval before", piece(5, false, false, 1), to_bytes({0xD0})},
      {"bytes of the interval behind", piece(8, true, true, 2), interval(2)},
      {"a second beginning", piece(9, true, false, 1), end_of_1},
      {"more of an interval that is over", piece(20, false, false, 0), to_bytes({1})},
      {"a second end", piece(20, false, true, 0), to_bytes({1})},
      {"another width", piece(9, false, true, 1), end_of_1, with([](auto& f) { f.width = 24; })},
      {"another height", piece(9, false, true, 1), end_of_1, with([](auto& f) { f.height = 56; })},
      {"another Q", piece(9, false, true, 1), end_of_1, with([](auto& f) { f.q = 81; })},
      {"another sampling", piece(9, false, true, 1), end_of_1,
       with([](auto& f) { f.is_420 = false; })},
      {"another restart interval", piece(9, false, true, 1), end_of_1,
       with([](auto& f) { f.restart_interval = 4; })},
      {"no restart interval", piece(9, false, true, 1), end_of_1,
       with([](auto& f) { f.restart_interval = 0; })},
      {"no longer aligned", piece(9, true, true, kUnalignedRestartCount), end_of_1},
      {"another restart marker than is due", piece(9, false, true, 1),
       to_bytes({0x44, 0xFF, 0xD2})},
      {"no restart marker", piece(9, false, true, 1), to_bytes({0x44, 0x55, 0x66})},
      {"an end of image too early", piece(9, false, true, 1), to_bytes({0x44, 0xFF, 0xD9})},
      {"a marker of another kind", piece(9, false, true, 1),
       to_bytes({0xFF, 0xC4, 0x44, 0xFF, 0xD1})},
      {"half a marker at the end", piece(18, true, true, 3), to_bytes({3, 0x22, 0xFF})},
      {"more intervals than the frame has", piece(18, true, true, 3),
       to_bytes({3, 0xFF, 0xD3, 0x44, 0xFF, 0xD4})},
      {"a restart marker behind the last interval", piece(18, true, true, 3),
       to_bytes({3, 0x22, 0xFF, 0xD3, 4})},
      {"the intervals of a run that others have begun too", piece(0, true, true, 0),
       to_bytes({0, 0xFF, 0xD0, 1, 0xFF, 0xD1})},
  };
}

TEST_CASE("a frame that contradicts itself is refused at once, and its later packets are ignored") {
  const Contradiction wrong = GENERATE(from_range(contradictions()));
  CAPTURE(wrong.name);
  Hand hand;
  Reassembly reassembly;
  reassembly.add(hand.interval_packet(0));
  reassembly.add(
      hand.packet({.offset = 6, .last = false, .restart_count = 1}, to_bytes({1, 0x22, 0x33})));
  CHECK(reassembly.over.empty());
  reassembly.add(hand.packet(wrong.fragment, wrong.data, wrong.format, wrong.marker));
  REQUIRE(reassembly.ends() == Ends{Reception::refused});
  CHECK(reassembly.over[0]->was_begun);
  for (int number = 1; number < 4; ++number)
    CHECK_FALSE(reassembly.add(hand.interval_packet(number)));
  CHECK(reassembly.over[0]->bands.size() == 1);
  reassembly.add_all(whole_frame(hand));
  CHECK(reassembly.ends() == Ends{Reception::refused, Reception::whole});
  CHECK_FALSE(reassembly.reassembler.next_expiry());
  CHECK_FALSE(reassembly.is_contract_broken);
}

TEST_CASE("a run of several intervals makes one band") {
  Hand hand;
  Reassembly reassembly;
  ByteVector two = interval(0);
  append(two, interval(1));
  reassembly.add(hand.packet({.offset = 0}, two));
  reassembly.add(hand.interval_packet(3));
  reassembly.add(hand.interval_packet(2));
  REQUIRE(reassembly.ends() == Ends{Reception::whole});
  CHECK(reassembly.over[0]->bands.at(0).height == 32);
  CHECK(reassembly.over[0]->bands.at(0).bytes == two);
}

TEST_CASE("no rows are handed out twice") {
  const bool whole_interval = GENERATE(false, true);
  Hand hand;
  Reassembly reassembly;
  ByteVector two = interval(0);
  append(two, interval(1));
  reassembly.add(hand.packet({.offset = 0}, two));
  reassembly.add(
      hand.packet({.offset = 12, .last = whole_interval, .restart_count = 1}, interval(1)));
  REQUIRE(reassembly.ends() == Ends{Reception::refused});
  CHECK(reassembly.over[0]->bands.size() == 1);
}

/// Holds the latest frame, as a decoder does.
struct Holder final : FrameObserver {
  bool frame_begun(const std::shared_ptr<const IncomingFrame>& begun) override {
    frame = begun;
    return true;
  }
  void frame_received(std::shared_ptr<ReceivedFrame> received) override { whole = received; }

  std::shared_ptr<const IncomingFrame> frame;
  std::shared_ptr<const ReceivedFrame> whole;
};

TEST_CASE("bytes after the last interval do not change bands that were handed out") {
  Hand hand;
  Holder holder;
  JpegReassembler reassembler({.max_frame_bytes = Reassembly::kMaxFrameBytes}, holder);
  const ByteVector last = hand.interval_packet(3);
  reassembler.add(*parse_rtp(last), 0, WallTime{}, 0);
  REQUIRE(holder.frame);
  const std::vector<Band> bands = take_bands(*holder.frame);
  REQUIRE(bands.size() == 1);
  const ByteVector before(bands[0].bytes.begin(), bands[0].bytes.end());
  const ByteVector more =
      hand.packet({.offset = 22, .first = false, .restart_count = 3}, interval(0));
  reassembler.add(*parse_rtp(more), 1, WallTime{}, 0);
  CHECK(holder.frame->end().reception == Reception::refused);
  CHECK(std::ranges::equal(bands[0].bytes, before));
}

TEST_CASE("a packet out of bounds is useless, and its frame continues") {
  const std::uint32_t far =
      GENERATE((std::uint32_t{1} << 20) + 1000, Reassembly::kMaxFrameBytes, 0xFF'FFFF);
  CAPTURE(far);
  Hand hand;
  Reassembly reassembly;
  Datagrams datagrams = whole_frame(hand);
  const ByteVector last = datagrams.back();
  datagrams.pop_back();
  reassembly.add_all(datagrams);
  CHECK_FALSE(reassembly.add(hand.packet({.offset = far, .restart_count = 3}, interval(3))));
  CHECK_FALSE(reassembly.add(hand.packet({.offset = 18, .restart_count = 4}, interval(3))));
  CHECK_FALSE(reassembly.add(hand.packet({.offset = 18, .restart_count = 0x3FFE}, interval(3))));
  CHECK(reassembly.add(last));
  REQUIRE(reassembly.ends() == Ends{Reception::whole});
  CHECK(reassembly.over[0]->storage_size_bytes < 1000);
}

TEST_CASE("a frame larger than the maximum never becomes whole") {
  const FramePointer frame = encoded(168, 128, {.quality = 95, .bands = 4});
  const std::size_t size = scan_of(*frame).size();
  const bool is_allowed = GENERATE(false, true);
  JpegPacketizer packetizer({});
  Reassembly reassembly(is_allowed ? size : size - 1);
  reassembly.add_all(packetize(packetizer, *frame));
  reassembly.pass(std::chrono::seconds(1));
  CHECK(reassembly.ends() == Ends{is_allowed ? Reception::whole : Reception::incomplete});
}

TEST_CASE("an empty packet begins no frame") {
  Hand hand;
  Reassembly reassembly;
  CHECK_FALSE(reassembly.add(hand.packet({}, {})));
  CHECK_FALSE(reassembly.reassembler.next_expiry());
}

/// Frames with tables of their own, and their packets with this Q.
Datagrams with_tables_in_band(int step, int q, std::uint32_t number) {
  const FramePointer frame = validated(
      with_own_tables(encode_plainly(make_bgr(168, 128), {.quality = 95, .restart = "1"}), step),
      number);
  const auto first_sequence = static_cast<std::uint16_t>(1000 * number);
  JpegPacketizer packetizer({.first_sequence = first_sequence, .mtu_bytes = kMinMtuBytes});
  Datagrams datagrams = packetize(packetizer, *frame);
  for (ByteVector& datagram : datagrams) {
    const std::size_t payload = datagram.size() - parse_rtp(datagram)->payload.size();
    datagram[payload + 5] = static_cast<std::byte>(q);
  }
  return datagrams;
}

bool shows_tables(const Reassembled& frame, int step) {
  return frame.jpeg.at(find_segment(frame.jpeg, 0xDB) + 5) == static_cast<std::byte>(step);
}

/// The next frame, without the packet that has its tables.
void add_without_tables(Reassembly& reassembly, int q) {
  Datagrams datagrams = with_tables_in_band(7, q, 2);
  datagrams.erase(datagrams.begin());
  reassembly.add_all(datagrams);
  reassembly.pass(std::chrono::seconds(1));
  REQUIRE(reassembly.ends() == Ends{Reception::whole, Reception::incomplete});
}

TEST_CASE("a frame whose tables are lost is decoded with those of the previous frame") {
  Reassembly reassembly;
  reassembly.add_all(with_tables_in_band(7, 200, 1));
  add_without_tables(reassembly, 200);
  CHECK(reassembly.over[1]->was_begun);
  CHECK(reassembly.over[1]->bands.size() == 7);
}

TEST_CASE("a frame whose tables are lost is not shown if they may have changed") {
  Reassembly reassembly;
  reassembly.add_all(with_tables_in_band(7, 255, 1));
  add_without_tables(reassembly, 255);
  CHECK_FALSE(reassembly.over[1]->was_begun);
}

TEST_CASE("bands wait for the tables") {
  Reassembly reassembly;
  Datagrams datagrams = with_tables_in_band(7, 255, 1);
  std::rotate(datagrams.begin(), datagrams.begin() + 1, datagrams.end());
  for (const ByteVector& datagram : datagrams) {
    CHECK(reassembly.frames.empty());
    reassembly.add(datagram);
  }
  REQUIRE(reassembly.ends() == Ends{Reception::whole});
  CHECK(shows_tables(*reassembly.over[0], 7));
}

TEST_CASE("if tables of the same Q change nevertheless, the frame's own are used") {
  Reassembly reassembly;
  reassembly.add_all(with_tables_in_band(7, 200, 1));
  Datagrams datagrams = with_tables_in_band(9, 200, 2);
  std::swap(datagrams[0], datagrams[1]);
  reassembly.add_all(datagrams);
  REQUIRE(reassembly.ends() == Ends{Reception::whole, Reception::whole});
  CHECK(shows_tables(*reassembly.over[0], 7));
  CHECK(shows_tables(*reassembly.over[1], 9));
}

TEST_CASE("a reset forgets the stream's tables") {
  Reassembly reassembly;
  reassembly.add_all(with_tables_in_band(7, 200, 1));
  reassembly.reset();
  add_without_tables(reassembly, 200);
  CHECK_FALSE(reassembly.over[1]->was_begun);
}

/// A JPEG in packets of 1000 bytes, as simple senders cut it: tables in-band, and what is behind
/// the scan left as it is.
Datagrams cut_simply(Hand& hand, const ByteVector& jpeg, int restart_interval, Bytes behind) {
  const FramePointer frame = validated(jpeg);
  JpegFormat format;
  QuantizationTables tables;
  REQUIRE(check_fitness(frame->layout, format, tables) == JpegFitness::fit);
  format.q = kChangingTablesQ;
  format.restart_interval = restart_interval;
  ByteVector scan = scan_of(*frame);
  append(scan, behind);
  Datagrams datagrams;
  for (std::size_t at = 0; at < scan.size(); at += 1000) {
    const auto data = Bytes(scan).subspan(at, std::min<std::size_t>(1000, scan.size() - at));
    datagrams.push_back(hand.packet(
        {.offset = static_cast<std::uint32_t>(at), .restart_count = kUnalignedRestartCount}, data,
        format, at + data.size() == scan.size(), &tables));
  }
  return datagrams;
}

TEST_CASE("packets of other programs make frames") {
  const auto [restart, restart_interval] = GENERATE(table<std::string, int>({{"", 0}, {"5B", 5}}));
  const auto [name, behind] = GENERATE(table<std::string, ByteVector>({
      {"without EOI", {}},
      {"with EOI", to_bytes({0xFF, 0xD9})},
      {"with fill bytes and EOI", to_bytes({0xFF, 0xFF, 0xFF, 0xD9})},
      {"with padding behind EOI", to_bytes({0xFF, 0xD9, 0, 0, 0})},
  }));
  CAPTURE(restart, name);
  const ByteVector jpeg = encode_plainly(make_bgr(328, 240), {.quality = 95, .restart = restart});
  Hand hand;
  Reassembly reassembly;
  Datagrams datagrams = cut_simply(hand, jpeg, restart_interval, behind);
  std::ranges::reverse(datagrams);
  reassembly.add_all(datagrams);
  REQUIRE(reassembly.ends() == Ends{Reception::whole});
  CHECK(decode_plainly(reassembly.over[0]->jpeg).pixels == decode_plainly(jpeg).pixels);
}

/// The datagram with the beginning of the frame, with other tables.
ByteVector with_tables(ByteVector datagram, Bytes tables) {
  constexpr std::size_t kLength = kRtpHeaderSizeBytes + 8 + 2;
  put_big_endian(std::span(datagram).subspan(kLength), static_cast<std::uint16_t>(tables.size()));
  erase_at(datagram, kLength + 2, 128);
  insert_at(datagram, kLength + 2, tables);
  return datagram;
}

TEST_CASE("frames with one table, or with one for each component, are shown") {
  const std::size_t count = GENERATE(1U, 3U);
  const ByteVector jpeg = encode_plainly(make_bgr(328, 240), {.quality = 95});
  ByteVector tables;
  for (std::size_t i = 0; i < count; ++i)
    tables.insert(tables.end(), 64, static_cast<std::byte>(2 + i));
  ByteVector expected = jpeg;
  for (const std::size_t id : {0U, 1U})
    std::fill_n(
        expected.begin() + static_cast<std::ptrdiff_t>(find_segment(jpeg, 0xDB) + 5 + 69 * id), 64,
        tables[64 * std::min(id, count - 1)]);
  Hand hand;
  Reassembly reassembly;
  Datagrams datagrams = cut_simply(hand, jpeg, 0, {});
  datagrams[0] = with_tables(datagrams[0], tables);
  reassembly.add_all(datagrams);
  REQUIRE(reassembly.ends() == Ends{Reception::whole});
  const Picture shown = decode_plainly(reassembly.over[0]->jpeg);
  if (count == 1) CHECK(shown.pixels == decode_plainly(expected).pixels);
  if (count == 3) CHECK(shown.pixels != decode_plainly(expected).pixels);  // Cr is different
  CHECK(reassembly.refused.empty());
}

TEST_CASE("a packet that is not RTP/JPEG is reported, and the frame goes on without it") {
  Hand hand;
  Reassembly reassembly;
  Datagrams datagrams =
      cut_simply(hand, encode_plainly(make_bgr(328, 240), {.quality = 95}), 0, {});
  ByteVector progressive = datagrams[0];
  progressive.at(kRtpHeaderSizeBytes + 4) = std::byte{2};
  reassembly.add(progressive);
  reassembly.add(with_tables(datagrams[0], ByteVector(100)));
  reassembly.add_all(datagrams);
  CHECK(reassembly.ends() == Ends{Reception::whole});
  CHECK(reassembly.refused == std::vector{PacketFault::unsupported_type, PacketFault::bad_tables});
}

TEST_CASE("an invalid marker in a scan is left out, and never reaches a decoder") {
  const ByteVector jpeg = encode_plainly(make_bgr(328, 240), {.quality = 95});
  Hand hand;
  Reassembly reassembly;
  Datagrams datagrams = cut_simply(hand, jpeg, 0, {});
  datagrams[1].at(100) = std::byte{0xFF};
  datagrams[1].at(101) = std::byte{0xC0};
  reassembly.add_all(datagrams);
  REQUIRE(reassembly.ends() == Ends{Reception::whole});
  JpegLayout layout;
  REQUIRE(validate_jpeg(reassembly.over[0]->jpeg, layout) == JpegVerdict::ok);
  for (const Bytes band : layout.bands) CHECK(count_restarts(band));
}

}  // namespace
}  // namespace jpegwire::jpeg_reassembler_contradiction_test
