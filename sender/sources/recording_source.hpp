#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "codec/object_pool.hpp"
#include "recording/video_file_reader.hpp"
#include "sender/sources/frame_source.hpp"
#include "sender/sources/pacer.hpp"
#include "sender/sources/schedule.hpp"

namespace jpegwire {

struct RecordingSourceOptions {
  std::string path;
  bool loop = false;  // restart at the end
  /// Instead of the recording's times; 0: without waiting.
  std::optional<double> frames_per_second = std::nullopt;
  bool passthrough = true;  // used for the description only
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
  RefusalCounts refused() const override { return refused_.counts(); }
  Refusals refused_since_shown() const override { return refused_.recent(); }
  void frame_passed_on() override { refused_.reset_recent(); }
  void frame_refused() override { refused_.add(JpegVerdict::undecodable); }

 private:
  /// A validated JPEG, and its time in the file.
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
  std::optional<Pacer> pacer_;  // for a rate that the user chose
  Schedule schedule_{milliseconds(1000)};
  std::atomic<std::uint64_t> corrupt_ = 0;
  RefusalLog refused_;
};

}  // namespace jpegwire
