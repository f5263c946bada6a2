#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <set>

#include "bench/link/impairment.hpp"
#include "net/rtp/jpeg_reassembler.hpp"
#include "support/reassembly.hpp"
#include "support/rtp_frames.hpp"

// Invariants that hold for every network and every input.

namespace jpegwire::jpeg_reassembler_impairment_test {
namespace {

using namespace test;

constexpr std::uint32_t kFrames = 40;
constexpr int kWidth = 168;
constexpr int kHeight = 128;

/// Frames of our own and of a camera's, by turns, and their packets in one row.
struct MixedStream {
  MixedStream() {
    JpegPacketizer packetizer({.first_sequence = 0xFF00, .mtu_bytes = kMinMtuBytes});
    for (std::uint32_t number = 0; number < kFrames; ++number) {
      frames.push_back(number % 2 == 0 ? own(number) : camera(number));
      for (ByteVector& datagram : packetize(packetizer, *frames.back()))
        datagrams.push_back(std::move(datagram));
    }
  }

  static FramePointer own(std::uint32_t number) {
    return encoded(kWidth, kHeight, {.quality = 95, .bands = 4}, number);
  }

  static FramePointer camera(std::uint32_t number) {
    return validated(with_own_tables(encode_plainly(make_bgr(kWidth, kHeight, number),
                                                    {.quality = 95, .restart = "1"})),
                     number);
  }

  std::vector<FramePointer> frames;
  std::vector<ByteVector> datagrams;
};

const MixedStream& stream() {
  static const MixedStream once;
  return once;
}

void pass_through(const ImpairmentSettings& settings, Reassembly& reassembly) {
  Impairment impairment(settings);
  for (const ByteVector& datagram : stream().datagrams) {
    for (const Passed& passed : impairment.pass(datagram)) reassembly.add(passed.bytes);
    reassembly.pass(microseconds(100));
  }
  for (const Passed& passed : impairment.flush()) reassembly.add(passed.bytes);
  reassembly.pass(std::chrono::seconds(1));
}

bool is_band_of(const EncodedFrame& frame, int top, const Reassembled::CopiedBand& band) {
  const auto intervals = restart_intervals_of(frame);
  const int height = kHeight / static_cast<int>(intervals.size());
  return top % height == 0 && band.height == height &&
         intervals.at(static_cast<std::size_t>(top / height)) == band.bytes;
}

/// Every band is the original's, and what is whole is byte for byte what was sent.
void check(const Reassembled& told) {
  if (told.end == Reception::whole) {
    REQUIRE(told.stamp);
    CHECK(told.jpeg == bytes_of(stream().frames.at(told.stamp->sequence)->layout));
  }
  CHECK_FALSE(told.is_doubled);
  for (const auto& [top, band] : told.bands) {
    // Where every packet with a stamp was lost, it is a band of some frame.
    const auto is_it = [&](const FramePointer& frame) {
      return (!told.stamp || told.stamp->sequence == frame->sequence) &&
             is_band_of(*frame, top, band);
    };
    CHECK(std::ranges::any_of(stream().frames, is_it));
  }
}

TEST_CASE("whatever a network loses, duplicates and reorders, no wrong band is handed out") {
  const unsigned seed = GENERATE(range(1U, 5U));
  const ImpairmentSettings settings = GENERATE(values<ImpairmentSettings>({
      {.drop = 0.01},
      {.drop = 0.2},
      {.burst = 0.1, .burst_length = 20},
      {.duplicate = 0.5},
      {.reorder = 0.3, .reorder_depth = 100},
      {.drop = 0.05,
       .burst = 0.05,
       .burst_length = 5,
       .duplicate = 0.1,
       .reorder = 0.2,
       .reorder_depth = 30},
  }));
  INFO("seed " << seed << ", drop " << settings.drop << ", burst " << settings.burst
               << ", duplicate " << settings.duplicate << ", reorder " << settings.reorder);
  ImpairmentSettings seeded = settings;
  seeded.seed = seed;
  Reassembly reassembly;
  pass_through(seeded, reassembly);
  CHECK_FALSE(reassembly.is_contract_broken);
  CHECK(reassembly.frames.size() == reassembly.over.size());
  CHECK(std::ranges::count(reassembly.ends(), Reception::refused) == 0);
  CHECK(reassembly.frames.size() <= kFrames);
  CHECK(reassembly.frames.size() > kFrames / 2);
  for (const Reassembled* told : reassembly.over) check(*told);
}

TEST_CASE("without loss and with little reordering all frames are whole") {
  const unsigned seed = GENERATE(range(1U, 6U));
  INFO("seed " << seed);
  Reassembly reassembly;
  pass_through({.duplicate = 0.2, .reorder = 0.3, .reorder_depth = 5, .seed = seed}, reassembly);
  CHECK(reassembly.ends() == std::vector(kFrames, Reception::whole));
}

TEST_CASE("a lost packet costs one band") {
  const std::size_t lost = GENERATE(range(0, 60, 7));
  INFO("packet " << lost << " is lost");
  REQUIRE(stream().datagrams.size() > 100);
  std::vector<ByteVector> datagrams = stream().datagrams;
  datagrams.erase(datagrams.begin() + static_cast<std::ptrdiff_t>(lost));
  Reassembly reassembly;
  reassembly.add_all(datagrams);
  REQUIRE(reassembly.over.size() == kFrames);
  CHECK(std::ranges::count(reassembly.ends(), Reception::whole) == kFrames - 1);
  for (const Reassembled* told : reassembly.over) {
    const auto all = restart_intervals_of(*stream().frames.at(told->stamp->sequence)).size();
    CHECK(told->bands.size() == (told->end == Reception::whole ? all : all - 1));
  }
}

/// How the frames end in a flood of packets, and how many objects they take.
struct Flood final : FrameObserver {
  explicit Flood(unsigned seed) : random(seed) {}

  bool add(const RtpPacket& packet, std::int64_t sequence) {
    return reassembler.add(packet, sequence, WallTime{}, 0) == JpegReassembler::Added::used;
  }
  bool frame_begun(const std::shared_ptr<const IncomingFrame>& frame) override {
    seen.insert(frame.get());
    return true;
  }
  void frame_received(std::shared_ptr<ReceivedFrame> frame) override {
    seen_whole.insert(frame.get());
    ++whole;
  }
  void frame_given_up(const LostFrame&) override { ++given_up; }

  std::set<const IncomingFrame*> seen;
  std::set<const ReceivedFrame*> seen_whole;
  int whole = 0;
  int given_up = 0;
  std::mt19937 random;
  JpegReassembler reassembler{{.max_frame_bytes = Reassembly::kMaxFrameBytes}, *this};
};

ByteVector garbage(std::mt19937& random) {
  ByteVector payload(random() % 1400);
  for (std::byte& byte : payload) byte = static_cast<std::byte>(random());
  // Half of it looks as if it were RTP/JPEG.
  const ByteVector head = to_bytes({0, 0, 0, 0, 65, 80, 21, 16, 0, 22, 0xC0, 0});
  if (payload.size() > head.size() && random() % 2 == 0) std::ranges::copy(head, payload.begin());
  return payload;
}

TEST_CASE("a flood of stale packets costs no good frame", "[no_tsan]") {
  Flood flood(11);
  std::int64_t sequence = 0;
  std::int64_t over = -1;
  int count = 0;
  for (const ByteVector& datagram : stream().datagrams) {
    const RtpPacket packet = *parse_rtp(datagram);
    CHECK(flood.add(packet, sequence++));
    if (packet.header.marker) over = sequence - 1;
    for (int i = 0; over >= 0 && i < 150; ++i, ++count) {
      const ByteVector payload = garbage(flood.random);
      RtpPacket stale = packet;
      stale.header.timestamp =
          packet.header.timestamp + 1 + static_cast<std::uint32_t>(flood.random());
      stale.payload = payload;
      REQUIRE_FALSE(flood.add(stale, over - flood.random() % 30'000));
    }
  }
  CHECK(count > 100'000);
  CHECK(flood.whole == kFrames);
  CHECK(flood.given_up == 0);
  CHECK(flood.seen.size() <= 3);
  CHECK(flood.seen_whole.size() <= 3);
}

TEST_CASE("a flood of frames that never become whole takes no memory", "[no_tsan]") {
  Flood flood(12);
  std::int64_t sequence = 0;
  RtpPacket packet = *parse_rtp(stream().datagrams[0]);
  for (int i = 0; i < 100'000; ++i) {
    const ByteVector payload = garbage(flood.random);
    ++packet.header.timestamp;
    packet.payload = payload;
    flood.add(packet, ++sequence);
  }
  CHECK(flood.given_up > 40'000);
  CHECK(flood.seen.size() <= 3);
  CHECK(flood.seen_whole.size() <= 3);
  flood.reassembler.reset();
  for (const ByteVector& datagram : stream().datagrams) flood.add(*parse_rtp(datagram), ++sequence);
  CHECK(flood.whole == kFrames);
}

}  // namespace
}  // namespace jpegwire::jpeg_reassembler_impairment_test
