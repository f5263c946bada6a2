#pragma once

#include <cstdint>
#include <deque>
#include <optional>

namespace fakecam {

// A buffer that the camera has filled with a frame.
struct Capture {
  std::uint32_t buffer;
  std::uint32_t sequence;
  std::int64_t due_ns;
};

// Assigns the camera's frames to buffers. Frames fall due at a fixed rate; each takes the buffer
// that has been queued longest, and is lost if none is queued, or if it is the N-th. There is no
// background thread: every change of the queue passes through here with its time, so `advance` can
// later compute what happened at each due time.
class FrameQueue {
 public:
  // Loses every N-th frame; 0: none.
  explicit FrameQueue(std::uint32_t lose_every) : lose_every_(lose_every) {}

  void start(std::int64_t now, std::int64_t interval_ns);
  void stop();
  void queue(std::uint32_t buffer, std::int64_t now);
  void set_hung(bool hung, std::int64_t now);
  void advance(std::int64_t now);
  std::optional<Capture> take();

  bool streaming() const { return interval_ns_ > 0; }
  bool is_done(std::uint32_t buffer) const;

  // When the next frame can be dequeued; nothing if no buffer is queued or no frame is due.
  std::optional<std::int64_t> ready_at() const;

 private:
  bool is_lost(std::uint32_t sequence) const;

  std::uint32_t lose_every_;
  std::deque<std::uint32_t> queued_;
  std::deque<Capture> done_;
  std::int64_t interval_ns_ = 0;
  std::int64_t next_due_ = 0;
  std::uint32_t next_sequence_ = 0;
  bool hung_ = false;
};

}  // namespace fakecam
