#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "codec/frame.hpp"

namespace jpegwire {

/// One frame from a source: raw pixels to encode, or a validated JPEG.
/// Exactly one of the two is set; nobody else holds it.
struct CapturedFrame {
  std::uint32_t sequence = 0;  // set by the pipeline, which counts
  WallTime capture_time{};
  std::shared_ptr<Picture> raw;
  std::shared_ptr<EncodedFrame> jpeg;
};

/// Where frames come from. Made and described on the main thread; read on the capture thread alone.
/// A constructor throws std::runtime_error with a sentence that says what to do.
class FrameSource {
 public:
  FrameSource() = default;
  FrameSource(const FrameSource&) = delete;
  FrameSource& operator=(const FrameSource&) = delete;
  virtual ~FrameSource() = default;

  /// One line for people: what it is and what was really negotiated.
  virtual std::string description() const = 0;

  /// Blocks until the next frame is due and gives it; nothing once the source has ended or stop is
  /// requested. Throws std::runtime_error when the source has failed for good.
  virtual std::optional<CapturedFrame> read(std::stop_token stop) = 0;

  /// Whether reading pauses while there are no viewers: a file waits where it is.
  virtual bool waits_for_viewers() const { return false; }

  /// On the io thread, when the sender ends: lets go of whatever the source holds there.
  virtual void stop() {}

  /// Whether its own frames come, and no card in their place. Any thread.
  virtual bool is_online() const { return true; }

  /// JPEGs that were not valid, so far. Any thread.
  virtual std::uint64_t corrupt() const { return 0; }

  /// Frames that came in part only and so could not be passed on, so far. Any thread.
  virtual std::uint64_t incomplete() const { return 0; }

  /// How often a lost device was opened again, so far. Any thread.
  virtual std::uint64_t reopened() const { return 0; }
};

}  // namespace jpegwire
