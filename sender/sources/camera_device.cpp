#include "sender/sources/camera_device.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/videodev2.h>
#include <spdlog/spdlog.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <vector>

#include "app/descriptor.hpp"
#include "codec/jpeg_layout.hpp"
#include "sender/sources/opencv_quiet.hpp"

namespace jpegwire {
namespace {

constexpr int kHighestDeviceNumber = 63;  // Linux numbers them from 0
constexpr int kWantedBuffers = 2;         // one being filled while the other is read: nothing old
constexpr double kAnyHighRate = 1000;     // drivers take the nearest that they have
constexpr double kAssumedRate = 30;       // if a camera does not report its rate
constexpr int kFramesToJudgeStampsBy = 10;
constexpr std::chrono::seconds kOldestFirstFrame(2);

const int kMotionJpeg = cv::VideoWriter::fourcc('M', 'J', 'P', 'G');
const int kYuyv = cv::VideoWriter::fourcc('Y', 'U', 'Y', 'V');

Descriptor open_device(const std::string& path) {
  return Descriptor(::open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
}

std::string device_name(int number) { return fmt::format("/dev/video{}", number); }

/// A webcam has other device nodes besides the one for video, for example one for metadata.
bool captures(const Descriptor& device) {
  v4l2_capability capability{};
  if (::ioctl(device.number(), VIDIOC_QUERYCAP, &capability) != 0) return false;
  const bool has_own = (capability.capabilities & V4L2_CAP_DEVICE_CAPS) != 0;
  const auto abilities = has_own ? capability.device_caps : capability.capabilities;
  return (abilities & V4L2_CAP_VIDEO_CAPTURE) != 0;
}

/// Whether another program uses it: tries to set the current format.
bool is_busy(const Descriptor& device) {
  v4l2_format format{};
  format.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  if (::ioctl(device.number(), VIDIOC_G_FMT, &format) != 0) return errno == EBUSY;
  return ::ioctl(device.number(), VIDIOC_S_FMT, &format) != 0 && errno == EBUSY;
}

std::string existing_devices() {
  std::string names;
  for (int number = 0; number <= kHighestDeviceNumber; ++number)
    if (::access(device_name(number).c_str(), F_OK) == 0)
      names += (names.empty() ? "" : ", ") + device_name(number);
  return names;
}

std::string advice_about(int error, const std::string& device) {
  if (error == EACCES)
    return "; add yourself to the group 'video' (sudo usermod -aG video $USER) and log in again";
  if (error == EBUSY) return "; another program uses it: end that program first";
  const std::string others = existing_devices();
  if (others.empty())
    return "; there is no camera on this machine: plug one in, or use --source test";
  return others == device ? "" : fmt::format("; available: {}", others);
}

std::string refusal(const std::string& device, int error) {
  return fmt::format("cannot open {}: {}{}", device, std::strerror(error),
                     advice_about(error, device));
}

/// OpenCV reports only that it could not open a camera, so this determines the reason beforehand.
void require_camera(const std::string& path) {
  const Descriptor device = open_device(path);
  if (!device.is_open()) throw std::runtime_error(refusal(path, errno));
  if (!captures(device)) {
    const auto camera = first_camera();
    throw std::runtime_error(fmt::format("{} is not a video capture device; {}", path,
                                         camera
                                             ? fmt::format("{} is", *camera)
                                             : "there is none: plug one in, or use --source test"));
  }
  if (is_busy(device)) throw std::runtime_error(refusal(path, EBUSY));
}

std::string fourcc_text(int fourcc) {
  std::string text;
  for (int shift = 0; shift < 32; shift += 8) text += static_cast<char>(fourcc >> shift & 0xff);
  return text;
}

/// Once, before the first camera is opened: setenv() must not run while other threads call
/// getenv().
void prepare_opencv() {
  static const bool prepared = [] {
    quiet_opencv();
    // OpenCV waits 10 seconds for a frame; an unplugged cable must be noticed sooner. Whole
    // seconds, read when OpenCV waits for the first time.
    return ::setenv("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", "1", 1) == 0;
  }();
  static_cast<void>(prepared);
}

}  // namespace

std::optional<std::string> first_camera() {
  for (int number = 0; number <= kHighestDeviceNumber; ++number) {
    std::string name = device_name(number);
    const Descriptor device = open_device(name);
    if (device.is_open() ? captures(device) : errno == EBUSY) return name;
    if (!device.is_open() && errno == EACCES) spdlog::warn("{}", refusal(name, EACCES));
  }
  return std::nullopt;
}

std::string CameraMode::text() const {
  return fmt::format("{} {}x{} at {:.4g} frames/s", fourcc_text(fourcc), width, height,
                     frames_per_second);
}

CameraDevice::CameraDevice(const CameraOptions& options) {
  prepare_opencv();
  require_camera(options.device);
  if (!capture_.open(options.device, cv::CAP_V4L2))
    throw std::runtime_error(fmt::format(
        "cannot set up {}: it offers no format that OpenCV supports, or another program "
        "has just opened it",
        options.device));
  negotiate(options);
}

bool CameraDevice::gives_jpeg() const { return mode_.fourcc == kMotionJpeg; }

/// The format comes first, because it determines the available sizes, and they determine the rates.
/// The buffers come before the rate: setting them makes OpenCV set up the camera again.
void CameraDevice::negotiate(const CameraOptions& options) {
  const bool as_it_is = choose_format(options);
  capture_.set(cv::CAP_PROP_FRAME_WIDTH, options.width);
  capture_.set(cv::CAP_PROP_FRAME_HEIGHT, options.height);
  capture_.set(cv::CAP_PROP_BUFFERSIZE, kWantedBuffers);
  capture_.set(cv::CAP_PROP_FPS,
               options.frames_per_second > 0 ? options.frames_per_second : kAnyHighRate);
  capture_.set(cv::CAP_PROP_CONVERT_RGB, as_it_is ? 0 : 1);
  mode_.fourcc = static_cast<int>(capture_.get(cv::CAP_PROP_FOURCC));
  mode_.width = static_cast<int>(capture_.get(cv::CAP_PROP_FRAME_WIDTH));
  mode_.height = static_cast<int>(capture_.get(cv::CAP_PROP_FRAME_HEIGHT));
  const double rate = capture_.get(cv::CAP_PROP_FPS);
  mode_.frames_per_second = std::isfinite(rate) && rate > 0 ? rate : kAssumedRate;
  buffers_ = std::max(1, static_cast<int>(capture_.get(cv::CAP_PROP_BUFFERSIZE)));
}

/// False if the camera has neither of the formats that need no conversion.
bool CameraDevice::choose_format(const CameraOptions& options) {
  std::array wanted{kMotionJpeg, kYuyv};
  if (!options.passthrough) std::swap(wanted[0], wanted[1]);
  return std::any_of(wanted.begin(), wanted.end(), [this](int fourcc) {
    return capture_.set(cv::CAP_PROP_FOURCC, fourcc) &&
           static_cast<int>(capture_.get(cv::CAP_PROP_FOURCC)) == fourcc;
  });
}

/// V4L2 stamps buffers with the monotonic clock, which is also std::chrono::steady_clock.
microseconds CameraDevice::stamped_age() const {
  const std::chrono::duration<double, std::milli> stamp(capture_.get(cv::CAP_PROP_POS_MSEC));
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<microseconds>(now - stamp);
}

/// A driver may omit the timestamp or use another clock. The first frames, which are recent, show
/// this; later an old timestamp may be correct, because the program or machine may have been
/// suspended.
void CameraDevice::judge_stamps() {
  if (has_true_stamps_ || frames_judged_ == kFramesToJudgeStampsBy) return;
  ++frames_judged_;
  const microseconds age = stamped_age();
  has_true_stamps_ = age >= microseconds::zero() && age <= kOldestFirstFrame;
}

/// The age of the grabbed frame; nothing if the driver does not report it.
microseconds CameraDevice::age() const {
  return has_true_stamps_ ? std::max(stamped_age(), microseconds::zero()) : microseconds::zero();
}

/// A buffer that waited while this thread was busy is old, and newer ones may follow it.
bool CameraDevice::grab_newest() {
  const std::chrono::duration<double> old(1.5 / mode_.frames_per_second);
  for (int i = 0; i <= buffers_; ++i) {
    if (!capture_.grab()) return false;
    judge_stamps();
    if (age() <= old) break;
  }
  return true;
}

CameraDevice::Outcome CameraDevice::read(CameraPools& pools, CapturedFrame& frame) try {
  if (!grab_newest()) return Outcome::gone;
  frame.capture_time = wall_now() - age();
  if (!gives_jpeg()) {
    frame.raw = pools.raw.take();
    return retrieve_raw(*frame.raw) ? Outcome::frame : Outcome::gone;
  }
  auto jpeg = pools.jpeg.take();
  if (!retrieve_jpeg(*jpeg)) return Outcome::refused;
  frame.jpeg = std::move(jpeg);
  return Outcome::frame;
} catch (const cv::Exception&) {
  return Outcome::gone;
}

bool CameraDevice::retrieve_jpeg(EncodedFrame& frame) {
  if (!capture_.retrieve(buffer_) || buffer_.empty()) return false;
  frame.storage.resize(1);
  const auto* bytes = reinterpret_cast<const std::byte*>(buffer_.data);
  frame.storage[0].assign(bytes, bytes + buffer_.total() * buffer_.elemSize());
  return validate_with_tables(frame) == JpegVerdict::ok && !frame.layout.is_cut_off;
}

/// OpenCV writes directly into the frame, because the sizes are equal.
bool CameraDevice::retrieve_raw(Picture& frame) {
  const bool yuyv = mode_.fourcc == kYuyv;
  frame.resize(yuyv ? PixelFormat::yuyv : PixelFormat::bgr, mode_.width, mode_.height);
  cv::Mat received(mode_.height, mode_.width, yuyv ? CV_8UC2 : CV_8UC3, frame.pixels.data());
  const auto* own = received.data;
  if (received.total() * received.elemSize() != frame.pixels.size()) received.release();
  if (!capture_.retrieve(received) || received.empty()) return false;
  if (received.data == own) return true;
  const std::size_t size = received.total() * received.elemSize();
  std::memcpy(frame.pixels.data(), received.data, std::min(size, frame.pixels.size()));
  return true;
}

}  // namespace jpegwire
