#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <memory_resource>
#include <mutex>
#include <optional>
#include <stop_token>
#include <vector>

#include "codec/frame.hpp"
#include "codec/jpeg_layout.hpp"
#include "net/stream/received_frame.hpp"

namespace jpegwire {

/// The state of a frame's reception.
enum class Reception {
  under_way,
  whole,
  incomplete,  // some bands never arrived
  refused,     // the packets contradict each other; the frame must not be shown
};

/// How a frame ended whose bands were handed out.
struct FrameEnd {
  Reception reception = Reception::under_way;
  WallTime last_byte{};                        // steady_now() of its last packet
  std::shared_ptr<const ReceivedFrame> whole;  // null unless the frame is whole
  JpegVerdict verdict = JpegVerdict::ok;       // why it was refused
};

/// A frame of datagrams while it arrives: its header and its bands, which can be decoded before
/// the frame is whole. It owns copies of both, so nothing that was handed out changes or moves
/// until the frame is reused. The receiver has it as IncomingFrame and adds bands; the decoder has
/// it as const IncomingFrame and takes them, on another thread.
class IncomingFrame {
 public:
  // The receiver.

  /// Begins a frame, before it is published. `layout` needs no bands; its header is copied.
  void begin(const FrameOrigin& origin, const JpegLayout& layout);

  /// Copies the band and hands it out.
  void add(const Band& band);

  /// No bands follow.
  void close(FrameEnd end);

  // Any thread.

  const FrameOrigin& origin() const { return origin_; }

  /// The layout without its bands: all that decoding a band needs.
  const JpegLayout& layout() const { return layout_; }

  // The decoder, one thread.

  /// Waits for bands and moves them to `bands`, whose previous content is dropped. Empty if the
  /// frame has ended or stop is requested. The bytes stay valid as long as the frame is held.
  void take(std::vector<Band>& bands, std::stop_token stop) const;

  FrameEnd end() const;

 private:
  Bytes keep(Bytes bytes);

  FrameOrigin origin_;
  JpegLayout layout_;

  // The copies' memory: first the buffer, which holds the largest frame so far, then blocks that
  // begin() releases.
  std::vector<std::byte> buffer_;
  std::optional<std::pmr::monotonic_buffer_resource> memory_;
  std::size_t used_bytes_ = 0;

  mutable std::mutex mutex_;
  mutable std::condition_variable_any changed_;
  mutable std::vector<Band> bands_;  // handed out and not taken yet
  FrameEnd end_;
};

}  // namespace jpegwire
