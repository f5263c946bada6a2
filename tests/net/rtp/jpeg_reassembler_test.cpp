#include "net/rtp/jpeg_reassembler.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <thread>

#include "support/reassembly.hpp"
#include "support/rtp_frames.hpp"

// Frames that come whole or in part, in any order; and when they are given up.

namespace jpegwire::jpeg_reassembler_test {
namespace {

using namespace test;

using Datagrams = std::vector<ByteVector>;
using Ends = std::vector<Reception>;

constexpr milliseconds kGrace{20};

Datagrams packets_of(const EncodedFrame& frame) {
  JpegPacketizer packetizer({.first_sequence = 1000, .mtu_bytes = kMinMtuBytes});
  return packetize(packetizer, frame);
}

/// Frames of four bands each, one behind the other.
struct Stream {
  explicit Stream(std::uint32_t count, std::uint16_t first_sequence = 1000) {
    JpegPacketizer packetizer({.first_sequence = first_sequence, .mtu_bytes = kMinMtuBytes});
    for (std::uint32_t number = 0; number < count; ++number) {
      frames.push_back(encoded(168, 128, {.quality = 95, .bands = 4}, number));
      datagrams.push_back(packetize(packetizer, *frames.back()));
    }
  }

  std::vector<FramePointer> frames;
  std::vector<Datagrams> datagrams;
};

/// Without the packets of one restart interval.
Datagrams without_interval(Datagrams datagrams, int interval) {
  std::erase_if(datagrams, [&](const ByteVector& datagram) {
    return ParsedPacket(datagram).jpeg.fragment.restart_count == interval;
  });
  return datagrams;
}

Datagrams in_order(Datagrams datagrams, const std::string& order) {
  if (order == "reversed") std::ranges::reverse(datagrams);
  if (order == "shuffled") std::ranges::shuffle(datagrams, std::mt19937(7));
  if (order != "doubled") return datagrams;
  Datagrams doubled;
  for (const ByteVector& datagram : datagrams) doubled.insert(doubled.end(), 2, datagram);
  return doubled;
}

std::map<int, Reassembled::CopiedBand> bands_of(const NamedFrame& named) {
  const JpegLayout& layout = named.frame->layout;
  std::map<int, Reassembled::CopiedBand> bands;
  if (!named.is_aligned) {
    for (std::size_t i = 0; i < layout.bands.size(); ++i) {
      const Band band = layout.band(i);
      bands[band.top] = {band.height, ByteVector(band.bytes.begin(), band.bytes.end())};
    }
    return bands;
  }
  const int row = (layout.width + layout.mcu_width - 1) / layout.mcu_width;
  const int height = layout.restart_interval / row * layout.mcu_height;
  int top = 0;
  for (const ByteVector& interval : restart_intervals_of(*named.frame)) {
    bands[top] = {std::min(height, layout.height - top), interval};
    top += height;
  }
  return bands;
}

TEST_CASE("a frame is restored byte for byte, whatever the order of its packets") {
  const NamedFrame named = GENERATE(from_range(named_frames()));
  const std::string order = GENERATE("in order", "reversed", "shuffled", "doubled");
  CAPTURE(named.name, order);
  Reassembly reassembly;
  reassembly.add_all(in_order(packets_of(*named.frame), order));
  REQUIRE(reassembly.ends() == Ends{Reception::whole});
  const Reassembled& frame = *reassembly.over[0];
  CHECK(frame.jpeg == bytes_of(named.frame->layout));
  CHECK_FALSE(frame.is_doubled);
  CHECK_FALSE(reassembly.is_contract_broken);
  CHECK_FALSE(reassembly.reassembler.next_expiry());
  const auto expected = bands_of(named);
  REQUIRE(frame.bands.size() == expected.size());
  for (const auto& [top, band] : expected) {
    CAPTURE(top);
    REQUIRE(frame.bands.contains(top));
    CHECK(frame.bands.at(top).height == band.height);
    CHECK(frame.bands.at(top).bytes == band.bytes);
  }
}

TEST_CASE("a band is handed out with its last packet, before the frame is whole") {
  const Stream stream(1);
  Reassembly reassembly;
  for (const ByteVector& datagram : stream.datagrams[0]) {
    CHECK(reassembly.add(datagram));
    const JpegFragment fragment = ParsedPacket(datagram).jpeg.fragment;
    const std::size_t expected = fragment.restart_count + (fragment.last ? 1U : 0U);
    REQUIRE(reassembly.frames.size() == (expected == 0 ? 0 : 1));
    if (expected == 0) continue;
    CHECK(reassembly.frames[0]->was_begun);
    CHECK(reassembly.frames[0]->bands.size() == expected);
  }
  CHECK(reassembly.ends() == Ends{Reception::whole});
}

TEST_CASE("bands are handed out before the bands above them arrive") {
  const Stream stream(1);
  Reassembly reassembly;
  reassembly.add_all(without_interval(stream.datagrams[0], 0));
  REQUIRE(reassembly.frames.size() == 1);
  CHECK(reassembly.frames[0]->bands.size() == 3);
  CHECK_FALSE(reassembly.frames[0]->bands.contains(0));
}

TEST_CASE("a frame whose packets are not aligned with bands is not handed out in part") {
  const FramePointer frame = encoded(168, 128, {.quality = 95, .bands = 1});
  Datagrams datagrams = packets_of(*frame);
  const ByteVector last = datagrams.back();
  datagrams.pop_back();
  Reassembly reassembly;
  reassembly.add_all(datagrams);
  CHECK(reassembly.frames.empty());
  reassembly.add(last);
  CHECK(reassembly.ends() == Ends{Reception::whole});
}

TEST_CASE("a frame that lacks a band is given up after the grace period") {
  const int lost = GENERATE(0, 1, 2);
  CAPTURE(lost);
  const Stream stream(1);
  Reassembly reassembly;
  reassembly.reassembler.set_grace(kGrace);
  reassembly.add_all(without_interval(stream.datagrams[0], lost));
  CHECK(reassembly.reassembler.next_expiry() == reassembly.now + kGrace);
  reassembly.pass(kGrace - microseconds(1));
  CHECK(reassembly.over.empty());
  reassembly.pass(microseconds(1));
  REQUIRE(reassembly.ends() == Ends{Reception::incomplete});
  CHECK(reassembly.over[0]->was_begun);
  CHECK(reassembly.over[0]->bands.size() == 3);
  CHECK_FALSE(reassembly.reassembler.next_expiry());
  CHECK_FALSE(reassembly.is_contract_broken);
}

TEST_CASE("a frame whose end is lost is given up some time after the next one begins") {
  const Stream stream(2);
  Reassembly reassembly;
  reassembly.reassembler.set_grace(kGrace);
  reassembly.add_all(without_interval(stream.datagrams[0], 3));
  CHECK(*reassembly.reassembler.next_expiry() > reassembly.now + kGrace);
  reassembly.pass(milliseconds(1));
  reassembly.add(stream.datagrams[1][0]);
  CHECK(reassembly.reassembler.next_expiry() == reassembly.now + kGrace);
  reassembly.pass(kGrace);
  CHECK(reassembly.ends() == Ends{Reception::incomplete});
}

TEST_CASE("a frame whose sender stops within it is given up eventually") {
  const Stream stream(1);
  Reassembly reassembly;
  reassembly.add(stream.datagrams[0][0]);
  const WallTime first = *reassembly.reassembler.next_expiry();
  reassembly.pass(milliseconds(50));
  reassembly.add(stream.datagrams[0][1]);
  CHECK(reassembly.reassembler.next_expiry() == first + milliseconds(50));
  reassembly.pass(first - reassembly.now);
  CHECK(reassembly.over.empty());
  reassembly.pass(milliseconds(50));
  REQUIRE(reassembly.ends() == Ends{Reception::incomplete});
  CHECK_FALSE(reassembly.over[0]->was_begun);
}

TEST_CASE(
    "a late packet within the grace period completes its frame, though the next one has begun") {
  const Stream stream(2);
  Reassembly reassembly;
  const std::size_t late = stream.datagrams[0].size() - 2;
  for (std::size_t i = 0; i < stream.datagrams[0].size(); ++i)
    if (i != late) reassembly.add(stream.datagrams[0][i]);
  reassembly.add(stream.datagrams[1][0]);
  CHECK(reassembly.over.empty());
  CHECK(reassembly.add(stream.datagrams[0][late]));
  REQUIRE(reassembly.ends() == Ends{Reception::whole});
  CHECK(reassembly.over[0]->jpeg == bytes_of(stream.frames[0]->layout));
}

TEST_CASE("the third frame to begin closes the first") {
  const Stream stream(3);
  Reassembly reassembly;
  reassembly.add(stream.datagrams[0][0]);
  reassembly.add(stream.datagrams[1][0]);
  CHECK(reassembly.over.empty());
  reassembly.add(stream.datagrams[2][0]);
  REQUIRE(reassembly.ends() == Ends{Reception::incomplete});
  CHECK(reassembly.over[0]->stamp->sequence == 0);
}

TEST_CASE("a frame that is whole closes the older ones") {
  const Stream stream(2);
  Reassembly reassembly;
  reassembly.add_all(without_interval(stream.datagrams[0], 1));
  reassembly.add_all(stream.datagrams[1]);
  CHECK(reassembly.ends() == Ends{Reception::incomplete, Reception::whole});
  CHECK_FALSE(reassembly.reassembler.next_expiry());
}

TEST_CASE("packets of a frame that has ended are useless") {
  const Stream stream(2);
  Reassembly reassembly;
  reassembly.add_all(without_interval(stream.datagrams[0], 1));
  reassembly.add_all(stream.datagrams[1]);
  CHECK(reassembly.reassembler.first_open_sequence() == *reassembly.sequence + 1);
  for (const ByteVector& datagram : stream.datagrams[0]) CHECK_FALSE(reassembly.add(datagram));
  for (const ByteVector& datagram : stream.datagrams[1]) CHECK_FALSE(reassembly.add(datagram));
  CHECK(reassembly.frames.size() == 2);
}

TEST_CASE("packets of a frame older than the open one are useless") {
  const Stream stream(2);
  Reassembly reassembly;
  reassembly.add(stream.datagrams[1][0]);
  CHECK_FALSE(reassembly.add(stream.datagrams[0].back()));
  for (std::size_t i = 1; i < stream.datagrams[1].size(); ++i)
    reassembly.add(stream.datagrams[1][i]);
  CHECK(reassembly.ends() == Ends{Reception::whole});
}

TEST_CASE("a late frame between two open ones closes the first of them") {
  const Stream stream(3);
  Reassembly reassembly;
  reassembly.add(stream.datagrams[0][0]);
  reassembly.add(stream.datagrams[2][0]);
  reassembly.add_all(stream.datagrams[1]);
  REQUIRE(reassembly.ends() == Ends{Reception::incomplete, Reception::whole});
  CHECK(reassembly.over[1]->jpeg == bytes_of(stream.frames[1]->layout));
  for (std::size_t i = 1; i < stream.datagrams[2].size(); ++i)
    reassembly.add(stream.datagrams[2][i]);
  CHECK(reassembly.ends().back() == Reception::whole);
}

TEST_CASE("frames continue across the wrap-around of sequence numbers") {
  const Stream stream(4, 0xFFF0);
  REQUIRE(ParsedPacket(stream.datagrams[3].back()).rtp.header.sequence < 0xFFF0);
  Reassembly reassembly;
  for (const Datagrams& datagrams : stream.datagrams)
    reassembly.add_all(in_order(datagrams, "shuffled"));
  CHECK(reassembly.ends() == Ends(4, Reception::whole));
}

TEST_CASE("a frame has the stamp, times and number of reads of its packets") {
  const Stream stream(1);
  Reassembly reassembly;
  const WallTime begin = reassembly.now;
  std::uint64_t number = 0;
  for (const ByteVector& datagram : stream.datagrams[0]) {
    const RtpPacket packet = *parse_rtp(datagram);
    reassembly.reassembler.add(packet, packet.header.sequence, reassembly.now, number++ / 4);
    reassembly.now += microseconds(10);
  }
  REQUIRE(reassembly.over.size() == 1);
  const Reassembled& frame = *reassembly.over[0];
  CHECK(frame.stamp == stamp_of(*stream.frames[0]).stamp);
  CHECK(frame.reads == (stream.datagrams[0].size() + 3) / 4);
  CHECK(frame.first_byte == begin);
  CHECK(frame.last_byte == reassembly.now - microseconds(10));
}

/// Takes the bands of each frame on its own thread, and keeps everything that it received, together
/// with copies.
struct Decoders final : FrameObserver {
  struct Taken {
    std::shared_ptr<const IncomingFrame> frame;
    ByteVector header;
    std::vector<Band> bands;
    std::vector<ByteVector> copies;
    FrameEnd end;
  };

  bool frame_begun(const std::shared_ptr<const IncomingFrame>& frame) override {
    Taken& taken = *all.emplace_back(std::make_unique<Taken>());
    taken.frame = frame;
    threads.emplace_back([&taken] { decode(taken); });
    return true;
  }

  void frame_received(std::shared_ptr<ReceivedFrame> frame) override {
    copies.emplace_back(frame->bytes().begin(), frame->bytes().end());
    received.push_back(std::move(frame));
  }

  static void decode(Taken& taken) {
    const Bytes header = taken.frame->layout().header;
    taken.header.assign(header.begin(), header.end());
    std::vector<Band> bands;
    for (taken.frame->take(bands, {}); !bands.empty(); taken.frame->take(bands, {}))
      for (const Band& band : bands) {
        taken.bands.push_back(band);
        taken.copies.emplace_back(band.bytes.begin(), band.bytes.end());
      }
    taken.end = taken.frame->end();
  }

  std::vector<std::unique_ptr<Taken>> all;
  std::vector<std::jthread> threads;
  std::vector<std::shared_ptr<const ReceivedFrame>> received;
  std::vector<ByteVector> copies;
};

TEST_CASE("frames do not change once they are published, while others read them") {
  const Stream stream(12);
  Decoders decoders;
  JpegReassembler reassembler({.max_frame_bytes = Reassembly::kMaxFrameBytes}, decoders);
  std::int64_t sequence = 0;
  for (const Datagrams& datagrams : stream.datagrams)
    for (const ByteVector& datagram : datagrams)
      reassembler.add(*parse_rtp(datagram), sequence++, WallTime{}, 0);
  decoders.threads.clear();
  REQUIRE(decoders.received.size() == stream.frames.size());
  REQUIRE(decoders.all.size() == stream.frames.size());
  for (std::size_t i = 0; i < stream.frames.size(); ++i) {
    CAPTURE(i);
    const ReceivedFrame& whole = *decoders.received[i];
    CHECK(std::ranges::equal(whole.bytes(), decoders.copies[i]));
    CHECK(bytes_of(whole.jpeg.layout) == decoders.copies[i]);
    const Decoders::Taken& taken = *decoders.all[i];
    CHECK(taken.end.reception == Reception::whole);
    CHECK(taken.end.whole == decoders.received[i]);
    CHECK(std::ranges::equal(taken.frame->layout().header, taken.header));
    CHECK(std::ranges::equal(whole.jpeg.layout.header, taken.header));
    CHECK(taken.frame->layout().bands.empty());
    REQUIRE(taken.bands.size() == 4);
    for (std::size_t band = 0; band < taken.bands.size(); ++band)
      CHECK(std::ranges::equal(taken.bands[band].bytes, taken.copies[band]));
  }
}

/// Wants whole frames only, like a relay.
struct WholeFrames final : FrameObserver {
  void frame_received(std::shared_ptr<ReceivedFrame> frame) override {
    received.push_back(std::move(frame));
  }
  void frame_given_up(const LostFrame& frame) override { lost.push_back(frame); }

  std::vector<std::shared_ptr<ReceivedFrame>> received;
  std::vector<LostFrame> lost;
};

TEST_CASE("an observer that does not take bands gets whole frames only") {
  const Stream stream(2);
  WholeFrames observer;
  JpegReassembler reassembler({.max_frame_bytes = Reassembly::kMaxFrameBytes}, observer);
  std::int64_t sequence = 0;
  for (const ByteVector& datagram : without_interval(stream.datagrams[0], 1))
    reassembler.add(*parse_rtp(datagram), sequence++, WallTime{}, 0);
  for (const ByteVector& datagram : stream.datagrams[1])
    reassembler.add(*parse_rtp(datagram), sequence++, WallTime{}, 0);
  REQUIRE(observer.received.size() == 1);
  CHECK_FALSE(observer.received[0]->was_begun);
  CHECK(bytes_of(observer.received[0]->jpeg.layout) == bytes_of(stream.frames[1]->layout));
  REQUIRE(observer.lost.size() == 1);
  CHECK_FALSE(observer.lost[0].was_begun);
  CHECK(observer.lost[0].reception == Reception::incomplete);
}

TEST_CASE("after a reset a new stream may begin at any sequence number") {
  const Stream old(2, 5000);
  const Stream next(1, 100);
  Reassembly reassembly;
  reassembly.add_all(old.datagrams[0]);
  reassembly.add(old.datagrams[1][0]);
  CHECK_FALSE(reassembly.add(next.datagrams[0][0]));
  reassembly.reset();
  CHECK(reassembly.ends() == Ends{Reception::whole, Reception::incomplete});
  CHECK_FALSE(reassembly.reassembler.next_expiry());
  reassembly.add_all(next.datagrams[0]);
  CHECK(reassembly.ends().back() == Reception::whole);
}

TEST_CASE("a frame whose height is no multiple of an MCU ends with a lower band") {
  const FramePointer frame = encoded(168, 104, {.quality = 95, .bands = 3});
  Reassembly reassembly;
  reassembly.add_all(packets_of(*frame));
  REQUIRE(reassembly.ends() == Ends{Reception::whole});
  CHECK(reassembly.over[0]->bands.at(96).height == 8);
}

}  // namespace
}  // namespace jpegwire::jpeg_reassembler_test
