#pragma once

#include <cstddef>

#include "codec/time.hpp"
#include "net/sockets/tcp_link.hpp"

namespace jpegwire {

/// Paces the frames to a viewer that sends no reports and reads slowly, so that few of them wait
/// unread in its kernel. What is unread shows in the window that the kernel advertises, and in when
/// it acknowledges data (docs/rate-control.md). It has no clock and no socket; bound to the io
/// thread.
class ReaderPacing {
 public:
  /// A frame begins, which has so many bytes on the wire.
  void begin_frame(std::size_t size_bytes, SteadyTime now);

  /// All that was begun is acknowledged. The last frame should have taken `transfer` on the link.
  void observe(const TcpLink& link, microseconds transfer, SteadyTime now);

  /// The earliest time for the next frame. While frames are unread it is a time at which one is
  /// sent all the same, because often only that shows what has been read.
  SteadyTime next_begin() const;

 private:
  void judge(microseconds delay, SteadyTime now);
  void note_busy(bool is_busy, SteadyTime now);
  bool has_smaller_buffer(bool is_busy);
  void slow_down(bool is_stopping, SteadyTime now);
  void speed_up(SteadyTime now);
  bool is_behind() const;
  bool has_stopped() const;
  std::size_t unread_frames() const;
  std::size_t lacking_bytes() const { return largest_bytes_ - window_bytes_; }
  std::size_t tolerance_bytes() const { return 3 * last_frame_bytes_ / 20; }

  std::size_t window_bytes_ = 0;   // advertised last
  std::size_t largest_bytes_ = 0;  // the window while nothing is unread, or less

  SteadyTime last_begin_{};
  std::size_t last_frame_bytes_ = 0;  // 0: none was begun
  std::size_t window_at_begin_ = 0;
  bool is_after_pause_ = false;  // it followed one, so its acknowledgement says little
  bool was_behind_ = false;      // the viewer, before it
  milliseconds long_hold_{};     // before it, if it was held that long
  bool is_judged_ = true;        // its acknowledgement was evaluated, with these results:
  bool is_late_ = false;         // it came before the viewer had read any of the frame
  int busy_frames_ = 0;          // so many in a row waited for the viewer
  int frames_read_ = 0;          // so many in a row were read while earlier ones seemed not to be

  bool must_catch_up_ = false;
  SteadyTime last_catch_up_{};
  microseconds usual_spacing_{};  // between frames that were not held
  microseconds spacing_{};        // the least between frames; 0: no limit
  SteadyTime last_behind_{};
};

}  // namespace jpegwire
