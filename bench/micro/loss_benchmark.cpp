// Simulates packet loss with the code of the sender and the viewer, but without sockets and in
// simulated time: thousands of frames take a second.
#include <fmt/format.h>

#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>
#include <vector>

#include "bench/link/impairment.hpp"
#include "net/rtp/fec/fec_decoder.hpp"
#include "net/rtp/jpeg_reassembler.hpp"
#include "net/rtp/repair_blocks.hpp"
#include "net/rtp/sequence_tracker.hpp"
#include "number_argument.hpp"
#include "test_frames.hpp"

namespace jpegwire::bench {
namespace {

constexpr microseconds kInterval{33'333};
constexpr microseconds kBandInterval{300};  // between the bands that the encoder outputs
constexpr milliseconds kGrace{5};
constexpr milliseconds kGraceForRepairs{10};

struct Scenario {
  std::string name;
  ImpairmentSettings network;
  int fec_percent = 0;
};

const std::vector<Scenario>& scenarios() {
  static const std::vector<Scenario> all = {
      {"random_fec_10", {.drop = 0.01}, 10},
      {"random", {.drop = 0.01}, 0},
      {"bursts_fec_25", {.burst = 0.05, .burst_length = 3}, 25},
  };
  return all;
}

/// The viewer's side, connected like RtpReceiver, with simulated time.
class ReceivingEnd final : private FrameObserver {
 public:
  explicit ReceivingEnd(bool expects_repairs) : expects_repairs_(expects_repairs) {
    reassembler_.set_grace(expects_repairs ? kGraceForRepairs : kGrace);
  }

  void take_packet(Bytes datagram, WallTime now) {
    expire(now);
    const std::optional<RtpPacket> packet = parse_rtp(datagram);
    const SequenceTracker::Accepted accepted = tracker_.accept(packet->header.sequence);
    reassembler_.add(*packet, accepted.number, now, 0);
    if (expects_repairs_) take_recovered(fec_.source(accepted.number, datagram), now);
  }

  void take_repair(Bytes datagram, WallTime now) {
    take_recovered(fec_.repair(datagram, tracker_.highest()), now);
  }

  void expire(WallTime now) {
    reassembler_.expire(now);
    count_bands();
  }

  std::int64_t whole() const { return whole_; }
  std::int64_t patched() const { return patched_; }

  /// The ages of the shown frames, patched or not.
  std::int64_t fresh_bands() const { return fresh_bands_; }

 private:
  void take_recovered(std::span<const RecoveredPacket> packets, WallTime now) {
    for (const RecoveredPacket& recovered : packets)
      reassembler_.add(*parse_rtp(recovered.packet), recovered.sequence, now, 0);
  }

  bool frame_begun(const std::shared_ptr<const IncomingFrame>& frame) override {
    begun_.push_back(frame);
    return true;
  }

  void frame_received(std::shared_ptr<ReceivedFrame>) override { ++whole_; }

  void frame_given_up(const LostFrame& frame) override {
    if (frame.was_begun) ++patched_;
  }

  void count_bands() {
    std::stop_source stop;  // NOLINT(misc-const-correctness)
    stop.request_stop();
    for (const auto& frame : begun_) {
      frame->take(bands_, stop.get_token());
      fresh_bands_ += static_cast<std::int64_t>(bands_.size());
    }
    std::erase_if(begun_,
                  [](const auto& frame) { return frame->end().reception != Reception::under_way; });
  }

  bool expects_repairs_;
  SequenceTracker tracker_;
  JpegReassembler reassembler_{{.max_frame_bytes = 8 << 20}, *this};
  FecDecoder fec_;
  std::vector<std::shared_ptr<const IncomingFrame>> begun_;
  std::vector<Band> bands_;
  std::int64_t whole_ = 0;
  std::int64_t patched_ = 0;
  std::int64_t fresh_bands_ = 0;
};

ImpairmentSettings with_seed(ImpairmentSettings settings, unsigned seed) {
  settings.seed = seed;
  return settings;
}

/// A sender, its network and a viewer. Media and repair packets are impaired separately, because
/// they use separate ports.
class Transmission {
 public:
  Transmission(const Scenario& scenario, unsigned seed)
      : percent_(scenario.fec_percent),
        packetizer_({.mtu_bytes = kDefaultMtuBytes - (percent_ > 0 ? kFecOverheadBytes : 0)}),
        media_(with_seed(scenario.network, 2 * seed)),
        repair_(with_seed(scenario.network, 2 * seed + 1)),
        receiver_(percent_ > 0) {}

  void send(EncodedFrame& frame) {
    now_ += kInterval;
    receiver_.expire(now_);
    frame.capture_time = now_;
    cut(packetizer_, frame, packets_);
    blocks_.begin_frame(percent_, frame.layout.bands.size());
    WallTime now = now_;
    for (const OutgoingPacket& packet : packets_) {
      send_packet(packet, now);
      send_repairs(blocks_.add(packet), now);
      if (packet.ends_band) now += kBandInterval;
    }
    send_repairs(blocks_.end_frame(), now);
    bands_sent_ += static_cast<std::int64_t>(frame.layout.bands.size());
    ++frames_sent_;
  }

  /// The results as shares of the sent frames.
  nlohmann::json finish() {
    receiver_.expire(now_ + kInterval);
    const double sent = static_cast<double>(frames_sent_);
    const auto shown = static_cast<double>(receiver_.whole() + receiver_.patched());
    const double bands = static_cast<double>(bands_sent_) * shown / sent;
    return {{"whole", 100 * static_cast<double>(receiver_.whole()) / sent},
            {"shown", 100 * shown / sent},
            {"fresh_bands", 100 * static_cast<double>(receiver_.fresh_bands()) / bands}};
  }

 private:
  void send_packet(const OutgoingPacket& packet, WallTime now) {
    datagram_.assign(packet.head().begin(), packet.head().end());
    datagram_.insert(datagram_.end(), packet.data.begin(), packet.data.end());
    for (const Passed& passed : media_.pass(datagram_)) receiver_.take_packet(passed.bytes, now);
  }

  void send_repairs(std::span<const Bytes> datagrams, WallTime now) {
    for (const Bytes datagram : datagrams)
      for (const Passed& passed : repair_.pass(datagram)) receiver_.take_repair(passed.bytes, now);
  }

  int percent_;
  JpegPacketizer packetizer_;
  RepairBlocks blocks_;
  Impairment media_;
  Impairment repair_;
  ReceivingEnd receiver_;
  std::vector<OutgoingPacket> packets_;
  std::vector<std::byte> datagram_;
  WallTime now_{};
  std::int64_t frames_sent_ = 0;
  std::int64_t bands_sent_ = 0;
};

nlohmann::json run(const Scenario& scenario, std::span<const std::shared_ptr<EncodedFrame>> card,
                   int frames, unsigned seed) {
  Transmission transmission(scenario, seed);
  for (int i = 0; i < frames; ++i)
    transmission.send(*card[static_cast<std::size_t>(i) % card.size()]);
  return transmission.finish();
}

nlohmann::json run_all(int frames, unsigned seeds) {
  const std::vector<std::shared_ptr<EncodedFrame>> card = test_card_frames(30);
  nlohmann::json results;
  for (const Scenario& scenario : scenarios())
    for (unsigned seed = 1; seed <= seeds; ++seed)
      results[scenario.name].push_back(run(scenario, card, frames, seed));
  return results;
}

}  // namespace
}  // namespace jpegwire::bench

int main(int argc, char** argv) {
  using jpegwire::bench::number_argument;
  if (argc != 3) {
    fmt::print(stderr, "usage: loss_benchmark FRAMES SEEDS\n");
    return 2;
  }
  const nlohmann::json results =
      jpegwire::bench::run_all(number_argument<int>(argv[1]), number_argument<unsigned>(argv[2]));
  fmt::print("{}\n", results.dump());
  return 0;
}
