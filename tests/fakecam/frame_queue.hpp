#pragma once

#include <cstdint>
#include <deque>
#include <optional>

namespace fakecam {

// A buffer the camera has put a frame into.
struct Capture {
  std::uint32_t buffer;
  std::uint32_t sequence;
  std::int64_t due_ns;
};

// Which frame of the camera's clockwork ends up in which buffer. Frames fall due at a fixed rate;
// each takes the buffer that is queued longest, and one that finds none is lost. Nothing runs in
// the background: as every change of the queue goes through here with its time, `advance` can
// work out later what happened at each due time.
class FrameQueue {
 public:
  void start(std::int64_t now, std::int64_t interval_ns);
  void stop();
  void queue(std::uint32_t buffer, std::int64_t now);
  void set_hung(bool hung, std::int64_t now);
  void advance(std::int64_t now);
  std::optional<Capture> take();

  bool streaming() const { return interval_ns_ > 0; }
  bool is_done(std::uint32_t buffer) const;

  // When a frame is there to take, or nothing if no buffer or no frame is to come.
  std::optional<std::int64_t> ready_at() const;

 private:
  std::deque<std::uint32_t> queued_;
  std::deque<Capture> done_;
  std::int64_t interval_ns_ = 0;
  std::int64_t next_due_ = 0;
  std::uint32_t next_sequence_ = 0;
  bool hung_ = false;
};

}  // namespace fakecam
