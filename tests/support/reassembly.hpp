#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "net/rtp/format/sequence_number.hpp"
#include "net/rtp/jpeg_reassembler.hpp"
#include "support/jpegs.hpp"

namespace jpegwire::test {

/// What has come through a feed by now, without waiting.
inline std::vector<Band> take_bands(BandFeed& feed) {
  std::stop_source stop;
  stop.request_stop();
  std::vector<Band> bands;
  feed.take(bands, stop.get_token());
  return bands;
}

/// What a reassembler told of one frame.
struct Reassembled {
  struct CopiedBand {
    int height = 0;
    ByteVector bytes;
  };

  std::map<int, CopiedBand> bands;  // by their top
  bool is_doubled = false;          // one came twice
  bool was_opened = false;
  std::optional<Reception> end;
  ByteVector jpeg;  // of one that is whole
  std::optional<FrameStamp> stamp;
  std::uint32_t reads = 0;
  WallTime first_byte{};
  WallTime last_byte{};
  std::size_t storage_size_bytes = 0;
};

/// A reassembler whose time passes only where a test says so, and what it tells, frame by frame. It
/// notes where the observer's contract is broken.
class Reassembly final : public ReassemblyObserver {
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
    const bool is_of_use = reassembler.add(*packet, extended, now, ++reads);
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

  /// The frames that are over, and how each ended.
  std::vector<Reception> ends() const {
    std::vector<Reception> result;
    for (const Reassembled* frame : over) result.push_back(*frame->end);
    return result;
  }

  void frame_opened(const std::shared_ptr<ReceivedFrame>& frame) override {
    Reassembled& told = of(frame);
    if (told.was_opened) is_contract_broken = true;
    told.was_opened = true;
    if (frame->jpeg.layout.header.empty()) is_contract_broken = true;
  }

  void frame_whole(const std::shared_ptr<ReceivedFrame>& frame) override {
    Reassembled& told = of(frame);
    if (!told.was_opened) is_contract_broken = true;
    told.jpeg.assign(frame->bytes().begin(), frame->bytes().end());
    if (bytes_of(frame->jpeg.layout) != told.jpeg) is_contract_broken = true;
    finish(frame, Reception::whole);
  }

  void frame_given_up(const std::shared_ptr<ReceivedFrame>& frame, Reception how,
                      bool was_opened) override {
    if (of(frame).was_opened != was_opened) is_contract_broken = true;
    if (how == Reception::whole || how == Reception::under_way) is_contract_broken = true;
    finish(frame, how);
  }

  JpegReassembler reassembler;
  WallTime now{microseconds(1'000'000)};
  std::optional<std::int64_t> sequence;  // the highest so far
  std::uint64_t reads = 0;
  std::vector<std::unique_ptr<Reassembled>> frames;
  std::vector<Reassembled*> over;
  bool is_contract_broken = false;

 private:
  struct Open {
    std::shared_ptr<ReceivedFrame> frame;
    Reassembled* told = nullptr;
  };

  Reassembled& of(const std::shared_ptr<ReceivedFrame>& frame) {
    for (const Open& open : open_)
      if (open.frame == frame) return *open.told;
    frames.push_back(std::make_unique<Reassembled>());
    open_.push_back({frame, frames.back().get()});
    return *frames.back();
  }

  void finish(const std::shared_ptr<ReceivedFrame>& frame, Reception how) {
    Reassembled& told = of(frame);
    if (told.end) is_contract_broken = true;
    take(*frame, told);
    told.end = how;
    told.stamp = frame->stamp;
    told.reads = frame->reads;
    told.first_byte = frame->first_byte;
    told.last_byte = frame->last_byte;
    told.storage_size_bytes = frame->jpeg.storage.at(0).size();
    over.push_back(&told);
    closing_.push_back(frame);
  }

  // Frames are let go only once their feeds have been seen closed, as a decoder does it.
  void collect() {
    for (const Open& open : open_) take(*open.frame, *open.told);
    for (const auto& frame : closing_) {
      if (frame->bands.reception() != *of(frame).end) is_contract_broken = true;
      std::erase_if(open_, [&](const Open& open) { return open.frame == frame; });
    }
    closing_.clear();
  }

  static void take(ReceivedFrame& frame, Reassembled& told) {
    for (const Band& band : take_bands(frame.bands)) {
      const ByteVector bytes(band.bytes.begin(), band.bytes.end());
      if (!told.bands.try_emplace(band.top, band.height, bytes).second) told.is_doubled = true;
    }
  }

  std::vector<Open> open_;
  std::vector<std::shared_ptr<ReceivedFrame>> closing_;
};

}  // namespace jpegwire::test
