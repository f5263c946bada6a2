#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "codec/frame.hpp"
#include "net/stream/refusal_log.hpp"
#include "sender/sources/camera_buffers.hpp"

namespace jpegwire {

/// A raw picture in a camera's buffer, which the camera lacks until this is destroyed.
struct LentPicture {
  CameraBuffer buffer;
  RawView view;  // of the buffer
};

/// One frame from a source: raw pixels to encode, or a validated JPEG.
/// Exactly one of `raw`, `lent` and `jpeg` is set, and it has no other owner.
struct CapturedFrame {
  std::uint32_t sequence = 0;  // set by the pipeline, which counts
  WallTime capture_time{};
  bool no_signal = false;  // it is a card, because the source gives no pictures
  std::shared_ptr<Picture> raw = nullptr;
  std::optional<LentPicture> lent = std::nullopt;
  std::shared_ptr<EncodedFrame> jpeg = nullptr;

  /// Of `raw` or `lent`.
  RawView pixels() const { return lent ? lent->view : RawView(*raw); }
};

/// A source of frames. Created and described on the main thread; read only on the capture thread. A
/// constructor throws std::runtime_error with a sentence that says what to do.
class FrameSource {
 public:
  FrameSource() = default;
  FrameSource(const FrameSource&) = delete;
  FrameSource& operator=(const FrameSource&) = delete;
  virtual ~FrameSource() = default;

  /// One line for the user: the source and the mode that was actually negotiated.
  virtual std::string description() const = 0;

  /// Waits until the next frame is due and returns it; nothing if the source has ended or stop is
  /// requested. Throws std::runtime_error if the source has failed permanently.
  virtual std::optional<CapturedFrame> read(std::stop_token stop) = 0;

  // What became of a JPEG that was read; called by the pipeline, on any thread.

  /// It was passed on, encoded again, or nobody watches.
  virtual void frame_passed_on() {}

  /// It could not be decoded to be encoded again.
  virtual void frame_refused() {}

  /// Whether reading pauses while there are no viewers, as for a file.
  virtual bool waits_for_viewers() const { return false; }

  /// On the io thread, when the sender ends: cancels the source's operations there.
  virtual void stop() {}

  /// Whether it delivers its own frames, not a replacement card. Any thread.
  virtual bool is_online() const { return true; }

  /// The number of damaged frames so far, which are not passed on. Any thread.
  virtual std::uint64_t corrupt() const { return 0; }

  /// The frames of these that are no valid JPEGs, and the packets of datagrams that belong to no
  /// frame, by reason. Any thread.
  virtual RefusalCounts refused() const { return {}; }

  /// What was refused since the last frame that was passed on: if all is refused, the reason for
  /// which nothing is shown. Any thread.
  virtual Refusals refused_since_shown() const { return {}; }

  /// The number of incomplete frames so far, which are not passed on. Any thread.
  virtual std::uint64_t incomplete() const { return 0; }

  /// The number of frames so far that the camera lost before they could be read. Any thread.
  virtual std::uint64_t missed() const { return 0; }

  /// The number of frames so far that were left out: a newer one was there, or the source has more
  /// of them than were asked for. Any thread.
  virtual std::uint64_t skipped() const { return 0; }

  /// How often a lost device was opened again, so far. Any thread.
  virtual std::uint64_t reopened() const { return 0; }
};

}  // namespace jpegwire
