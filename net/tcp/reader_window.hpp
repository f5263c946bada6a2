#pragma once

#include <cstddef>
#include <optional>

#include "codec/time.hpp"
#include "net/sockets/tcp_link.hpp"

namespace jpegwire {

/// Paces the frames to a viewer that sends no reports and reads slowly, so that few of them wait
/// unread in its kernel. What is unread shows in the window that the kernel advertises, and in when
/// it acknowledges data (docs/rate-control.md). It has no clock and no socket; bound to the io
/// thread.
class ReaderWindow {
 public:
  /// A frame begins, which has so many bytes on the wire.
  void begin_frame(std::size_t size_bytes, SteadyTime now);

  /// All that was begun is acknowledged. The last frame should have taken `transfer` on the link.
  void observe(const TcpLink& link, microseconds transfer, SteadyTime now);

  /// No frame should begin earlier. If frames are known to be unread, one is sent then all the
  /// same, because often only that shows what has been read.
  SteadyTime next_begin() const;

 private:
  void judge(microseconds delay, SteadyTime now);
  void note_busy(bool is_busy, SteadyTime now);
  void slow_down(bool is_stopped, SteadyTime now);
  void speed_up(SteadyTime now);
  bool is_behind() const;
  std::size_t lacking_bytes() const { return largest_bytes_ - window_bytes_; }
  std::size_t few_bytes() const { return 3 * last_frame_bytes_ / 20; }

  std::size_t window_bytes_ = 0;   // advertised last
  std::size_t largest_bytes_ = 0;  // the window while nothing is unread, or less

  SteadyTime last_begin_{};
  std::size_t last_frame_bytes_ = 0;
  std::size_t window_at_begin_ = 0;
  bool is_after_hold_ = false;  // because frames before it seemed to be unread
  milliseconds long_hold_{};    // before it, to learn whether the buffer has become smaller
  bool is_judged_ = true;       // it was acknowledged, and the two below tell how:
  bool is_late_ = false;        // before the viewer had read any of it
  int busy_frames_ = 0;         // so many in a row waited for the viewer

  bool must_catch_up_ = false;
  SteadyTime last_catch_up_{};
  microseconds usual_spacing_{};  // between the frames that were begun
  microseconds spacing_{};        // between frames, so that the viewer keeps up; 0: it does
  SteadyTime last_behind_{};
};

}  // namespace jpegwire
