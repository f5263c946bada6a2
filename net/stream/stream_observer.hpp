#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "app/text.hpp"
#include "codec/jpeg_layout.hpp"
#include "codec/time.hpp"
#include "net/stream/incoming_frame.hpp"
#include "net/stream/packet_fault.hpp"
#include "net/stream/received_frame.hpp"

namespace jpegwire {

/// Frames, and packets of datagrams, that were refused since the last frame that was shown.
struct Refusals {
  std::uint64_t frames = 0;
  JpegVerdict latest = JpegVerdict::ok;
  std::uint64_t packets = 0;
  RefusedPacket latest_packet{};

  bool empty() const { return frames == 0 && packets == 0; }

  void add(JpegVerdict verdict) {
    ++frames;
    latest = verdict;
  }

  void add(const RefusedPacket& packet) {
    ++packets;
    latest_packet = packet;
  }

  bool operator==(const Refusals&) const = default;
};

/// "230 frames refused: progressive JPEG", or else the same of packets.
inline std::string describe(const Refusals& refusals) {
  if (refusals.frames > 0)
    return fmt::format("{} refused: {}", counted(refusals.frames, "frame"),
                       describe(refusals.latest));
  return fmt::format("{} refused: {}", counted(refusals.packets, "packet"),
                     describe(refusals.latest_packet));
}

// What a frame passes through on the viewer's side:
//
//   TCP  StreamClient reads into FrameAssembler, which completes a ReceivedFrame
//        -> validate_jpeg() validates it and finds its bands -> frame_received()
//   RTP  RtpReceiver reads packets (FecDecoder restores lost ones) -> JpegReassembler -> first
//        whole band: frame_begun() with an IncomingFrame, which hands out this and later bands
//        -> last band: validate_jpeg() validates the whole -> frame_received(), the IncomingFrame
//        ends; or frame_given_up(), and it ends incomplete or refused

/// A frame of datagrams that never became whole.
struct LostFrame {
  std::optional<FrameStamp> stamp;
  std::size_t came_bytes = 0;                   // of its scan
  WallTime first_byte{};                        // arrival, as steady_now() has it
  WallTime last_byte{};                         // of those that came
  Reception reception = Reception::incomplete;  // or refused
  JpegVerdict verdict = JpegVerdict::ok;        // why it was refused
  bool was_begun = false;                       // frame_begun() was called and returned true
};

/// What happens to the frames of a stream. All calls on the io thread.
class FrameObserver {
 public:
  FrameObserver() = default;
  FrameObserver(const FrameObserver&) = delete;
  FrameObserver& operator=(const FrameObserver&) = delete;
  virtual ~FrameObserver() = default;

  /// A frame begins whose bands can be decoded as they arrive. True if the observer takes them:
  /// then frame_received() or frame_given_up() follows, and after it the frame ends. False if it
  /// only wants whole frames.
  virtual bool frame_begun(const std::shared_ptr<const IncomingFrame>& frame) {
    static_cast<void>(frame);
    return false;
  }

  /// A frame is whole and valid. Called once for each such frame, whether it was begun or not. If
  /// it was not begun, the observer is its only owner.
  virtual void frame_received(std::shared_ptr<ReceivedFrame> frame) = 0;

  /// A frame of datagrams is lost, in part or in whole.
  virtual void frame_given_up(const LostFrame& frame) { static_cast<void>(frame); }

  /// A datagram belongs to no frame of this stream and was dropped.
  virtual void packet_refused(const RefusedPacket& packet) { static_cast<void>(packet); }
};

/// What a viewer tells its sender besides how the frames arrive.
struct ViewerState {
  microseconds decode_time{};  // of the frame that was decoded last; 0: none yet
  PictureSize wanted{};        // the pixels that are shown; 0 by 0: the whole picture
};

/// Callbacks of a stream's receiver about the stream itself. All calls on the io thread.
class StreamObserver : public FrameObserver {
 public:
  /// A connection is established.
  virtual void connected(const std::string& peer) = 0;

  /// A call of recv returned this number of bytes.
  virtual void bytes_read(std::size_t size) = 0;

  /// Everything that had arrived at this steady_now() has been read.
  virtual void all_was_read(WallTime now) { static_cast<void>(now); }

  /// Goes into the next report to the sender.
  virtual ViewerState viewer_state() const { return {}; }

  /// A frame over TCP is invalid and was dropped; the stream continues.
  virtual void frame_refused(JpegVerdict verdict) = 0;

  /// When a frame was last shown, or passed on. Only that is a sign of life: the receiver's timeout
  /// counts from it, however many bytes arrive.
  virtual SteadyTime last_shown() const = 0;

  /// No frames arrive at present, and the receiver keeps trying; the sentence says why.
  virtual void interrupted(const std::string& sentence) = 0;

  /// The stream has ended, normally if `error` is empty. No call follows.
  virtual void ended(const std::string& error) = 0;
};

}  // namespace jpegwire
