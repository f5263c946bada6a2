#include "sender/sources/file_source.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <stdexcept>

#include "app/text.hpp"
#include "codec/jpeg_layout.hpp"
#include "net/stream/frame_stamp.hpp"
#include "sender/sources/opencv_quiet.hpp"

namespace jpegwire {
namespace {

constexpr double kStillFramesPerSecond = 30;
constexpr double kHighestCredibleRate =
    1000;  // files without a frame rate report their clock rate instead

constexpr double kLatestTimeMs = 366.0 * 24 * 3600 * 1000;  // in a file that is not damaged

const cv::Size kLargestSize(7680, 4320);  // of --size
constexpr int kSmallestSide = 16;         // likewise
constexpr int kLongestSide = 65500;       // that libjpeg encodes and decodes

void require_readable(const std::string& path) {
  if (::access(path.c_str(), R_OK) != 0)
    throw std::runtime_error(fmt::format(
        "cannot open '{}': {}; --source takes auto, test, a file, camera:N, /dev/videoN or "
        "opencv:N, or a stream as tcp://HOST:PORT, http://HOST:PORT/PATH or rtp://ADDR:PORT",
        without_password(path), std::strerror(errno)));
  const auto type = std::filesystem::status(path).type();
  if (type == std::filesystem::file_type::directory)
    throw std::runtime_error(
        fmt::format("'{}' is a directory; name a video or a picture in it with --source", path));
  if (type != std::filesystem::file_type::regular)
    throw std::runtime_error(fmt::format(
        "'{}' is a pipe, socket or device; with --source, name a file, or a camera as camera:N or "
        "/dev/videoN",
        path));
}

/// The largest size of the same proportions that --size takes.
cv::Size fitting_size(cv::Size size) {
  const std::int64_t width = size.width, height = size.height;
  const bool is_wide = width * kLargestSize.height >= height * kLargestSize.width;
  const auto fitting_width = is_wide ? kLargestSize.width : width * kLargestSize.height / height;
  const auto fitting_height = is_wide ? height * kLargestSize.width / width : kLargestSize.height;
  return {std::max(kSmallestSide, static_cast<int>(fitting_width)),
          std::max(kSmallestSide, static_cast<int>(fitting_height))};
}

/// Checked at the start, because every viewer refuses frames that are too large.
void require_viewable(const std::string& path, cv::Size size) {
  const auto pixels = static_cast<std::int64_t>(size.width) * size.height;
  if (pixels <= kDefaultMaxPixels && std::max(size.width, size.height) <= kLongestSide) return;
  const cv::Size smaller = fitting_size(size);
  throw std::runtime_error(
      fmt::format("'{}' has {}x{} pixels, more than viewers accept; scale it with --size {}x{}",
                  path, size.width, size.height, smaller.width, smaller.height));
}

/// A sequence of JPEGs begins like a picture but is a video.
bool is_motion_jpeg(const std::string& path) {
  const std::string extension = lower(std::filesystem::path(path).extension().string());
  return extension == ".mjpeg" || extension == ".mjpg";
}

bool is_picture(const std::string& path) {
  return !is_motion_jpeg(path) && cv::haveImageReader(path);
}

/// Whether it is stored upright. A picture that its Exif data rotates has to be decoded: neither
/// sender nor viewer rotates the frames of a stream.
bool is_upright(const std::string& path) {
  const cv::Mat shown = cv::imread(path, cv::IMREAD_REDUCED_COLOR_8);
  const cv::Mat stored =
      cv::imread(path, cv::IMREAD_REDUCED_COLOR_8 | cv::IMREAD_IGNORE_ORIENTATION);
  return shown.size() == stored.size() && cv::norm(shown, stored, cv::NORM_INF) == 0;
}

std::vector<std::byte> read_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<std::byte> bytes(static_cast<std::size_t>(std::filesystem::file_size(path)));
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  return bytes;
}

cv::Mat pixels_of(Picture& frame) {
  return {frame.height, frame.width, CV_8UC3, frame.pixels.data()};
}

void scale(const cv::Mat& from, cv::Mat to) {
  const bool smaller = to.cols < from.cols && to.rows < from.rows;
  cv::resize(from, to, to.size(), 0, 0, smaller ? cv::INTER_AREA : cv::INTER_LINEAR);
}

}  // namespace

FileSource::FileSource(FileSourceOptions options) : options_(std::move(options)) {
  quiet_opencv();
  require_readable(options_.path);
  bool opened = false;
  try {
    opened = is_picture(options_.path) ? open_jpeg() || open_picture() : open_video();
  } catch (const cv::Exception&) {
    opened = false;
  }
  if (!opened)
    throw std::runtime_error(
        fmt::format("'{}' is neither a video nor a picture that OpenCV can read; choose another "
                    "file with --source",
                    options_.path));
  if (!video_.isOpened() && !options_.frames_per_second)
    options_.frames_per_second = kStillFramesPerSecond;
  if (options_.frames_per_second) pacer_.emplace(*options_.frames_per_second);
}

/// A JPEG that needs no decoding.
bool FileSource::open_jpeg() {
  if (!options_.passthrough || options_.size) return false;
  EncodedFrame frame;
  frame.storage.push_back(read_bytes(options_.path));
  if (validate_with_tables(frame) != JpegVerdict::ok || !is_upright(options_.path)) return false;
  jpeg_ = std::move(frame.storage.back());
  size_ = {frame.layout.width, frame.layout.height};
  return true;
}

bool FileSource::open_picture() {
  picture_ = cv::imread(options_.path, cv::IMREAD_COLOR);
  if (picture_.empty()) return false;
  if (options_.size) {
    const cv::Mat scaled(options_.size->second, options_.size->first, CV_8UC3);
    scale(picture_, scaled);
    picture_ = scaled;
  }
  size_ = picture_.size();
  require_viewable(options_.path, size_);
  return true;
}

bool FileSource::open_video() {
  // The prefix keeps FFmpeg from taking a name with a colon for a protocol.
  if (!video_.open("file:" + options_.path, cv::CAP_FFMPEG)) return false;
  size_ = {static_cast<int>(video_.get(cv::CAP_PROP_FRAME_WIDTH)),
           static_cast<int>(video_.get(cv::CAP_PROP_FRAME_HEIGHT))};
  if (!options_.size) require_viewable(options_.path, size_);
  time_.reset();
  interval_ = own_interval();
  first_of_video_ = decode();
  return first_of_video_ != nullptr;
}

/// The mean, for frames without a time.
microseconds FileSource::own_interval() const {
  const double rate = video_.get(cv::CAP_PROP_FPS);
  const bool is_credible = rate > 0 && rate <= kHighestCredibleRate;
  return duration_cast<microseconds>(
      std::chrono::duration<double>(1 / (is_credible ? rate : kStillFramesPerSecond)));
}

std::string FileSource::description() const {
  const bool still = !video_.isOpened();
  std::string text = fmt::format("{} {}, {}x{}", still ? "picture" : "video",
                                 quotable(options_.path), size_.width, size_.height);
  if (!options_.frames_per_second)
    text += " at its own times";
  else if (*options_.frames_per_second > 0)
    text += fmt::format(" at {:.4g} frames/s", *options_.frames_per_second);
  else
    text += " as fast as it decodes";
  if (!jpeg_.empty()) text += ", passed through";
  if (!still && options_.loop) text += ", in a loop";
  return text;
}

/// Decodes before it waits, so that the frame is ready when it is due.
std::optional<CapturedFrame> FileSource::read(std::stop_token stop) {
  if (stop.stop_requested()) return std::nullopt;
  CapturedFrame captured = fetch();
  if (!captured.raw && !captured.jpeg) return std::nullopt;
  const std::optional<WallTime> due = wait(stop);
  if (!due) return std::nullopt;
  captured.capture_time = *due;
  return captured;
}

/// Returns the time at which the frame was due.
std::optional<WallTime> FileSource::wait(std::stop_token stop) {
  if (!pacer_) return schedule_.wait(*time_, std::move(stop));
  return pacer_->wait(std::move(stop)) ? std::optional(wall_now()) : std::nullopt;
}

CapturedFrame FileSource::fetch() {
  CapturedFrame captured;
  if (!jpeg_.empty())
    captured.jpeg = copy_jpeg();
  else if (!picture_.empty())
    captured.raw = copy_picture();
  else
    captured.raw = next_of_video();
  return captured;
}

std::shared_ptr<EncodedFrame> FileSource::copy_jpeg() {
  auto frame = jpeg_pool_.take();
  frame->storage.resize(1);
  frame->storage[0] = jpeg_;
  return validate_with_tables(*frame) == JpegVerdict::ok ? frame : nullptr;
}

std::shared_ptr<Picture> FileSource::copy_picture() {
  auto frame = raw_pool_.take();
  frame->resize(PixelFormat::bgr, size_.width, size_.height);
  picture_.copyTo(pixels_of(*frame));
  return frame;
}

/// Reopens the file to restart, because not every format can seek.
std::shared_ptr<Picture> FileSource::next_of_video() {
  if (first_of_video_) return std::exchange(first_of_video_, nullptr);
  auto frame = decode();
  if (frame || !options_.loop) return frame;
  if (!open_video())
    throw std::runtime_error(
        fmt::format("cannot restart '{}'; was it changed or removed?", options_.path));
  schedule_.begin_round();
  return std::exchange(first_of_video_, nullptr);
}

/// Nothing at the end of the video, or if the rest cannot be decoded.
std::shared_ptr<Picture> FileSource::decode() try {
  if (!video_.grab()) return nullptr;
  take_time();
  auto frame = raw_pool_.take();
  const bool retrieved = options_.size ? retrieve_scaled(*frame) : retrieve_as_is(*frame);
  return retrieved ? frame : nullptr;
} catch (const cv::Exception&) {
  return nullptr;
}

/// A file without times, such as a sequence of JPEGs, is played at its rate; so are single frames
/// without a time, as OpenCV returns them at the end of a video whose frames are stored in another
/// order than they are shown in.
void FileSource::take_time() {
  const double ms = video_.get(cv::CAP_PROP_POS_MSEC);
  const bool is_credible = ms >= 0 && ms < kLatestTimeMs;  // which NaN is not either
  const microseconds time(is_credible ? std::llround(ms * 1000) : 0);
  if (!time_) {
    time_ = time;
  } else if (time > *time_) {
    interval_ = time - *time_;
    time_ = time;
  } else {
    *time_ += interval_;
  }
}

bool FileSource::retrieve_scaled(Picture& frame) {
  if (!video_.retrieve(decoded_) || decoded_.type() != CV_8UC3) return false;
  size_ = {options_.size->first, options_.size->second};
  frame.resize(PixelFormat::bgr, size_.width, size_.height);
  scale(decoded_, pixels_of(frame));
  return true;
}

/// OpenCV writes directly into the frame if it already has this size.
bool FileSource::retrieve_as_is(Picture& frame) {
  frame.resize(PixelFormat::bgr, size_.width, size_.height);
  cv::Mat received = pixels_of(frame);
  if (!video_.retrieve(received) || received.type() != CV_8UC3) return false;
  if (received.data == reinterpret_cast<uchar*>(frame.pixels.data())) return true;
  size_ = received.size();
  frame.resize(PixelFormat::bgr, size_.width, size_.height);
  received.copyTo(pixels_of(frame));
  return true;
}

}  // namespace jpegwire
