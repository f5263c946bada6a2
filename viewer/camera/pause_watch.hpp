#pragma once

#include <mutex>
#include <optional>

#include "codec/time.hpp"
#include "net/stream/received_frame.hpp"

namespace jpegwire {

/// A moment on the clock of frames, and on one that goes on while the machine sleeps.
struct PauseMoment {
  WallTime steady{};          // steady_now()
  microseconds since_boot{};  // of the machine, its sleep included

  static PauseMoment now();
};

/// Notices that the process was stopped (SIGSTOP, a debugger, a closed lid) and goes on, because
/// its ticks are late. Frames waited for it meanwhile. Any thread may call any function; what runs
/// first after the stop notices it.
class PauseWatch {
 public:
  /// The longest time between two ticks of a process that runs.
  static constexpr milliseconds kTick{100};

  /// A tick that is later by more than this shows that the process was stopped.
  static constexpr milliseconds kLate{250};

  /// The process runs at this moment. Call this every kTick until end(); before the first call, and
  /// after end(), no stop is noticed.
  void tick(PauseMoment now);
  void end();

  /// When the process last went on after a stop; nothing if it was never stopped.
  std::optional<WallTime> resumed(PauseMoment now = PauseMoment::now());

  /// Whether the process was stopped after this steady_now().
  bool was_stopped_since(WallTime time, PauseMoment now = PauseMoment::now()) {
    const std::optional<WallTime> end = resumed(now);
    return end && *end > time;
  }

 private:
  void check(PauseMoment now);

  std::mutex mutex_;
  std::optional<microseconds> last_tick_;  // since boot
  std::optional<WallTime> resumed_;
};

/// Tells the frames of one stream that waited in the socket, or at the sender, while this process
/// was stopped from those that follow. Bound to the io thread.
class WaitedFrames {
 public:
  /// A socket that is read more slowly than it fills is never empty.
  static constexpr std::chrono::seconds kLongestRead{1};

  /// Everything that had arrived at this time was read.
  void all_was_read(WallTime now, std::optional<WallTime> resumed);

  /// Whether this frame waited for the process, which was last resumed at this time.
  bool has_waited(const FrameOrigin& frame, std::optional<WallTime> resumed);

 private:
  void note(std::optional<WallTime> resumed);

  std::optional<WallTime> resumed_;
  std::optional<WallTime> emptied_;  // when the socket was first empty after that
};

}  // namespace jpegwire
