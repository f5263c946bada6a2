#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "codec/jpeg_layout.hpp"
#include "net/stream/received_frame.hpp"

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

  /// A frame begins whose bands can be decoded as they come through its feed; what becomes of it
  /// follows.
  virtual void frame_begun(const std::shared_ptr<ReceivedFrame>& frame) {
    static_cast<void>(frame);
  }

  /// A frame that was begun is whole and valid. Its feed is closed next.
  virtual void frame_received(std::shared_ptr<ReceivedFrame> frame) = 0;

  /// A frame of datagrams that never became whole. Where it was begun, its feed tells so too.
  virtual void frame_given_up(const ReceivedFrame& frame, Reception how, bool was_begun) {
    static_cast<void>(frame);
    static_cast<void>(how);
    static_cast<void>(was_begun);
  }

  /// A frame that is not valid was refused; the stream goes on.
  virtual void frame_refused(JpegVerdict verdict) = 0;

  /// No frame comes for now, and the client tries on; the sentence says why.
  virtual void interrupted(const std::string& sentence) = 0;

  /// The stream is over: in order where `error` is empty. The last call.
  virtual void ended(const std::string& error) = 0;
};

}  // namespace jpegwire
