#pragma once

#include <opencv2/core.hpp>
#include <opencv2/videoio.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "codec/object_pool.hpp"
#include "sender/sources/frame_source.hpp"
#include "sender/sources/pacer.hpp"
#include "sender/sources/schedule.hpp"

namespace jpegwire {

struct FileSourceOptions {
  std::string path;
  bool loop = false;                        // a video begins again at its end
  std::optional<double> frames_per_second;  // instead of the file's times; 0: as fast as it decodes
  std::optional<std::pair<int, int>> size;  // width and height to scale to
  bool passthrough = false;                 // send a still JPEG unchanged if possible
};

/// A video file, at its own times, or a still picture, repeated without end. Frames are bgr, or the
/// picture's own JPEG. A damaged video ends where the damage begins.
class FileSource : public FrameSource {
 public:
  explicit FileSource(FileSourceOptions options);

  std::string description() const override;
  std::optional<CapturedFrame> read(std::stop_token stop) override;
  bool waits_for_viewers() const override { return true; }

 private:
  bool open_jpeg();
  bool open_picture();
  bool open_video();
  microseconds own_interval() const;
  void take_time();

  std::optional<WallTime> wait(std::stop_token stop);
  CapturedFrame fetch();
  std::shared_ptr<EncodedFrame> copy_jpeg();
  std::shared_ptr<Picture> copy_picture();
  std::shared_ptr<Picture> next_of_video();
  std::shared_ptr<Picture> decode();
  bool retrieve_scaled(Picture& frame);
  bool retrieve_as_is(Picture& frame);

  FileSourceOptions options_;
  std::optional<Pacer> pacer_;  // for a rate that the user chose, and a picture
  // Otherwise. The age of a frame that is decoded late includes at most this delay.
  Schedule schedule_{milliseconds(100)};
  cv::Size size_;

  // Exactly one of these three is used, depending on the file.
  std::vector<std::byte> jpeg_;
  cv::Mat picture_;
  cv::VideoCapture video_;

  std::shared_ptr<Picture> first_of_video_;  // decoded to check that it can be
  std::optional<microseconds> time_;         // of the latest frame in the video
  microseconds interval_{};                  // between the latest two
  cv::Mat decoded_;
  ObjectPool<Picture> raw_pool_;
  ObjectPool<EncodedFrame> jpeg_pool_;
};

}  // namespace jpegwire
