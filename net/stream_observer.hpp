#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "codec/jpeg_layout.hpp"
#include "net/received_frame.hpp"

namespace jpegwire {

/// What a client of a stream tells whoever uses it. All on the io thread.
class StreamObserver {
 public:
  StreamObserver() = default;
  StreamObserver(const StreamObserver&) = delete;
  StreamObserver& operator=(const StreamObserver&) = delete;
  virtual ~StreamObserver() = default;

  /// A connection stands.
  virtual void connected(const std::string& peer) = 0;

  /// A call of recv brought so many bytes.
  virtual void bytes_read(std::size_t size) = 0;

  /// A whole frame that has passed the gate. Nobody else holds it.
  virtual void frame_received(std::shared_ptr<ReceivedFrame> frame) = 0;

  /// A frame that the gate refused; the stream goes on.
  virtual void frame_refused(JpegVerdict verdict) = 0;

  /// No frame comes for now, and the client tries on; the sentence says why.
  virtual void interrupted(const std::string& sentence) = 0;

  /// The stream is over: in order where `error` is empty. The last call.
  virtual void ended(const std::string& error) = 0;
};

}  // namespace jpegwire
