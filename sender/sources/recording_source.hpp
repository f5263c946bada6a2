#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "codec/object_pool.hpp"
#include "recording/video_file_reader.hpp"
#include "sender/sources/frame_source.hpp"
#include "sender/sources/pacer.hpp"

namespace jpegwire {

struct RecordingSourceOptions {
  std::string path;
  bool loop = false;  // restart at the end
  /// Instead of the recording's times; 0: without waiting.
  std::optional<double> frames_per_second = std::nullopt;
  bool passthrough = true;  // used for the description only
};

/// Waits until frames are due according to their own times. Bound to one thread.
class Schedule {
 public:
  /// Waits until `time` has passed since that of the first call, and returns the wall time of that
  /// moment, so that frames keep their intervals. A call that is more than kMaxDelay late follows a
  /// wait for viewers, or the source cannot keep up: then the frame is due now, and later ones are
  /// delayed by the same time. Returns nothing as soon as stop is requested.
  std::optional<WallTime> wait(microseconds time, std::stop_token stop);

  static constexpr milliseconds kMaxDelay{1000};

 private:
  using Clock = std::chrono::steady_clock;

  void begin(microseconds time);

  std::optional<microseconds> first_time_;
  Clock::time_point first_due_{};
  WallTime first_wall_time_{};
  std::mutex mutex_;  // for the condition variable only
  std::condition_variable_any never_notified_;
};

/// A video file of JPEGs, as --record writes them: each frame is returned unchanged when it is due.
/// A damaged file ends where the damage begins.
class RecordingSource final : public FrameSource {
 public:
  /// Null if the file has no JPEGs that can be passed on; OpenCV may be able to read it.
  static std::unique_ptr<RecordingSource> open(const RecordingSourceOptions& options);

  std::string description() const override;
  std::optional<CapturedFrame> read(std::stop_token stop) override;
  bool waits_for_viewers() const override { return true; }
  std::uint64_t corrupt() const override { return corrupt_; }

 private:
  /// A validated JPEG, and its time since the start, including earlier rounds of a loop.
  struct Frame {
    std::shared_ptr<EncodedFrame> jpeg;
    microseconds time{};
  };

  RecordingSource(RecordingSourceOptions options, VideoFileReader reader);

  std::optional<Frame> next();
  std::optional<Frame> next_of_round();
  std::shared_ptr<EncodedFrame> validated(Bytes jpeg);
  void restart();

  const RecordingSourceOptions options_;
  VideoFileReader reader_;
  ObjectPool<EncodedFrame> pool_;
  std::optional<Frame> first_;  // read to check that it can be
  int width_ = 0;
  int height_ = 0;
  microseconds round_begin_{};
  microseconds last_time_{};
  microseconds interval_{33'333};  // between the last two frames; initially a guess
  std::optional<Pacer> pacer_;     // for a rate that the user chose
  Schedule schedule_;
  std::atomic<std::uint64_t> corrupt_ = 0;
};

}  // namespace jpegwire
