#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <vector>

#include "net/rtp/format/sequence_number.hpp"
#include "net/rtp/jpeg_reassembler.hpp"
#include "support/jpegs.hpp"

namespace jpegwire::test {

/// The bands that were handed out by now, without waiting.
inline std::vector<Band> take_bands(const IncomingFrame& frame) {
  std::stop_source stop;
  stop.request_stop();
  std::vector<Band> bands;
  frame.take(bands, stop.get_token());
  return bands;
}

/// What a reassembler reported of one frame.
struct Reassembled {
  struct CopiedBand {
    int height = 0;
    ByteVector bytes;
  };

  std::map<int, CopiedBand> bands;  // by their top
  bool is_doubled = false;          // a band was delivered twice
  bool was_begun = false;
  std::optional<Reception> end;
  ByteVector jpeg;  // if the frame is whole
  std::optional<FrameStamp> stamp;
  std::uint32_t reads = 0;
  WallTime first_byte{};
  WallTime last_byte{};
  std::size_t storage_size_bytes = 0;
};

/// A reassembler whose time passes only when a test says so, and what it reports, frame by frame.
/// Records violations of the observer's contract.
class Reassembly final : public FrameObserver {
 public:
  static constexpr std::size_t kMaxFrameBytes = std::size_t{4} << 20;

  explicit Reassembly(std::size_t max_frame_bytes = kMaxFrameBytes)
      : reassembler({.max_frame_bytes = max_frame_bytes}, *this) {}

  bool add(Bytes datagram) {
    const auto packet = parse_rtp(datagram);
    if (!packet) return false;
    if (!sequence) sequence = packet->header.sequence;
    const std::int64_t extended = extend_sequence(*sequence, packet->header.sequence);
    sequence = std::max(*sequence, extended);
    const bool is_of_use =
        reassembler.add(*packet, extended, now, ++reads) == JpegReassembler::Added::used;
    collect();
    return is_of_use;
  }

  template <class Datagrams>
  void add_all(const Datagrams& datagrams) {
    for (const auto& datagram : datagrams) add(datagram);
  }

  void pass(microseconds time) {
    now += time;
    reassembler.expire(now);
    collect();
  }

  void reset() {
    reassembler.reset();
    sequence.reset();
    collect();
  }

  /// The completed frames, and how each ended.
  std::vector<Reception> ends() const {
    std::vector<Reception> result;
    for (const Reassembled* frame : over) result.push_back(*frame->end);
    return result;
  }

  bool frame_begun(const std::shared_ptr<const IncomingFrame>& frame) override {
    frames.push_back(std::make_unique<Reassembled>());
    open_.push_back({frame, frames.back().get()});
    frames.back()->was_begun = true;
    if (frame->layout().header.empty()) is_contract_broken = true;
    return true;
  }

  void frame_received(std::shared_ptr<ReceivedFrame> frame) override {
    Reassembled& told = frame->was_begun ? ending(*frame) : unbegun();
    told.end = Reception::whole;
    told.jpeg.assign(frame->valid_bytes().begin(), frame->valid_bytes().end());
    if (bytes_of(frame->jpeg.layout) != told.jpeg) is_contract_broken = true;
    told.stamp = frame->stamp;
    told.reads = frame->reads;
    told.first_byte = frame->first_byte;
    told.last_byte = frame->last_byte;
    told.storage_size_bytes = frame->jpeg.storage.at(0).size();
    if (frame->was_begun) return;
    for (std::size_t i = 0; i < frame->jpeg.layout.bands.size(); ++i)
      keep(frame->jpeg.layout.band(i), told);
  }

  void frame_given_up(const LostFrame& frame) override {
    if (frame.reception != Reception::incomplete && frame.reception != Reception::refused)
      is_contract_broken = true;
    Reassembled& told = frame.was_begun ? ending(frame) : unbegun();
    told.end = frame.reception;
    told.stamp = frame.stamp;
  }

  void packet_refused(const RefusedPacket& packet) override { refused.push_back(packet.fault); }

  JpegReassembler reassembler;
  std::vector<PacketFault> refused;
  WallTime now{microseconds(1'000'000)};
  std::optional<std::int64_t> sequence;  // the highest so far
  std::uint64_t reads = 0;
  std::vector<std::unique_ptr<Reassembled>> frames;
  std::vector<Reassembled*> over;
  bool is_contract_broken = false;

 private:
  struct Open {
    std::shared_ptr<const IncomingFrame> frame;
    Reassembled* told = nullptr;
  };

  // A frame that has begun must not end before the observer is notified.
  template <class Frame>
  Reassembled& ending(const Frame& frame) {
    const auto is_it = [&](const Open& open) {
      return !open.told->end && open.frame->origin().stamp == frame.stamp;
    };
    auto open = std::ranges::find_if(open_, is_it);
    if (open == open_.end())
      open = std::ranges::find_if(open_, [](const Open& other) { return !other.told->end; });
    if (open == open_.end()) throw std::logic_error("no such frame was begun");
    if (open->frame->end().reception != Reception::under_way) is_contract_broken = true;
    take(*open);
    over.push_back(open->told);
    return *open->told;
  }

  Reassembled& unbegun() {
    frames.push_back(std::make_unique<Reassembled>());
    over.push_back(frames.back().get());
    return *frames.back();
  }

  // Like a decoder, releases frames only after it has seen their end.
  void collect() {
    for (const Open& open : open_) {
      take(open);
      const FrameEnd end = open.frame->end();
      if (end.reception != open.told->end.value_or(Reception::under_way)) is_contract_broken = true;
      if ((end.whole != nullptr) != (end.reception == Reception::whole)) is_contract_broken = true;
    }
    std::erase_if(open_, [](const Open& open) { return open.told->end.has_value(); });
  }

  static void take(const Open& open) {
    for (const Band& band : take_bands(*open.frame)) keep(band, *open.told);
  }

  static void keep(const Band& band, Reassembled& told) {
    const ByteVector bytes(band.bytes.begin(), band.bytes.end());
    if (!told.bands.try_emplace(band.top, band.height, bytes).second) told.is_doubled = true;
  }

  std::vector<Open> open_;
};

}  // namespace jpegwire::test
