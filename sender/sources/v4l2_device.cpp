#include "sender/sources/v4l2_device.hpp"

#include <fcntl.h>
#include <linux/videodev2.h>
#include <poll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <system_error>

#include "sender/sources/v4l2_ioctl.hpp"

namespace jpegwire {
namespace {

constexpr unsigned kMaxEntries = 1000;  // ends the enumeration of a driver that never does

[[noreturn]] void fail(int error, const std::string& what) {
  throw std::system_error(error, std::generic_category(), what);
}

template <std::size_t size>
std::string text_of(const __u8 (&field)[size]) {
  const auto* text = reinterpret_cast<const char*>(field);
  return {text, ::strnlen(text, size)};
}

double rate_of(const v4l2_fract& interval) {
  return interval.numerator == 0 ? 0 : double{1} * interval.denominator / interval.numerator;
}

RateRange rates_in(const v4l2_frmivalenum& entry) {
  if (entry.type == V4L2_FRMIVAL_TYPE_DISCRETE)
    return {rate_of(entry.discrete), rate_of(entry.discrete)};
  return {rate_of(entry.stepwise.max), rate_of(entry.stepwise.min)};
}

v4l2_streamparm capture_parameters() {
  v4l2_streamparm parameters{};
  parameters.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  return parameters;
}

}  // namespace

V4l2Device::V4l2Device(const std::string& path)
    : device_(::open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC)),
      stop_event_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (!device_.is_open()) fail(errno, path);
  if (!stop_event_.is_open()) fail(errno, "eventfd");
  query();
}

V4l2Device::~V4l2Device() {
  if (buffers_) buffers_->stop();
}

void V4l2Device::query() {
  v4l2_capability capability{};
  if (video_ioctl(device_.number(), VIDIOC_QUERYCAP, capability) != 0) return;
  const bool has_own = (capability.capabilities & V4L2_CAP_DEVICE_CAPS) != 0;
  const auto abilities = has_own ? capability.device_caps : capability.capabilities;
  captures_ = (abilities & V4L2_CAP_VIDEO_CAPTURE) != 0;
  identity_ = {text_of(capability.card), text_of(capability.bus_info)};
}

std::vector<OfferedFormat> V4l2Device::formats() const {
  std::vector<OfferedFormat> found;
  v4l2_fmtdesc entry{};
  entry.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  for (; entry.index < kMaxEntries; ++entry.index) {
    v4l2_fmtdesc description = entry;
    if (video_ioctl(device_.number(), VIDIOC_ENUM_FMT, description) != 0) break;
    found.push_back({description.pixelformat, (description.flags & V4L2_FMT_FLAG_COMPRESSED) != 0});
  }
  return found;
}

std::vector<RateRange> V4l2Device::rates(const DeviceFormat& format) const {
  std::vector<RateRange> found;
  for (unsigned index = 0; index < kMaxEntries; ++index) {
    v4l2_frmivalenum entry{};
    entry.index = index;
    entry.pixel_format = format.fourcc;
    entry.width = static_cast<__u32>(format.size.width);
    entry.height = static_cast<__u32>(format.size.height);
    if (video_ioctl(device_.number(), VIDIOC_ENUM_FRAMEINTERVALS, entry) != 0) break;
    const RateRange range = rates_in(entry);
    if (range.max > 0) found.push_back(range);
    if (entry.type != V4L2_FRMIVAL_TYPE_DISCRETE) break;
  }
  return found;
}

std::optional<DeviceFormat> V4l2Device::set_format(std::uint32_t fourcc, PictureSize wanted) {
  v4l2_format format{};
  format.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  format.fmt.pix.width = static_cast<__u32>(wanted.width);
  format.fmt.pix.height = static_cast<__u32>(wanted.height);
  format.fmt.pix.pixelformat = fourcc;
  format.fmt.pix.field = V4L2_FIELD_NONE;
  const int error = video_ioctl(device_.number(), VIDIOC_S_FMT, format);
  if (error == EBUSY) fail(error, "VIDIOC_S_FMT");
  if (error != 0 || format.fmt.pix.pixelformat != fourcc) return std::nullopt;
  return DeviceFormat{
      fourcc,
      {static_cast<int>(format.fmt.pix.width), static_cast<int>(format.fmt.pix.height)},
      format.fmt.pix.bytesperline,
      format.fmt.pix.sizeimage};
}

std::optional<double> V4l2Device::set_rate(double frames_per_second) {
  constexpr unsigned kPrecision = 1000;
  v4l2_streamparm parameters = capture_parameters();
  parameters.parm.capture.timeperframe = {
      kPrecision, static_cast<__u32>(std::max(1L, std::lround(frames_per_second * kPrecision)))};
  if (video_ioctl(device_.number(), VIDIOC_S_PARM, parameters) != 0) {
    parameters = capture_parameters();
    if (video_ioctl(device_.number(), VIDIOC_G_PARM, parameters) != 0) return std::nullopt;
  }
  const double rate = rate_of(parameters.parm.capture.timeperframe);
  return rate > 0 ? std::optional(rate) : std::nullopt;
}

void V4l2Device::start(unsigned buffers) {
  buffers_ = CameraBuffers::start(device_.number(), buffers);
}

V4l2Device::Event V4l2Device::wait(std::chrono::milliseconds timeout, const std::stop_token& stop) {
  eventfd_t of_an_earlier_stop = 0;
  ::eventfd_read(stop_event_.number(), &of_an_earlier_stop);
  const std::stop_callback on_stop(stop, [this] { ::eventfd_write(stop_event_.number(), 1); });
  const SteadyTime deadline = std::chrono::steady_clock::now() + timeout;
  for (;;) {
    std::array<pollfd, 2> descriptors{
        {{device_.number(), POLLIN, 0}, {stop_event_.number(), POLLIN, 0}}};
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    const int ready =
        ::poll(descriptors.data(), descriptors.size(), std::max(0, static_cast<int>(left.count())));
    if (stop.stop_requested()) return Event::stopped;
    if (ready == 0) return Event::timeout;
    if (ready > 0) return (descriptors[0].revents & POLLIN) != 0 ? Event::frame : Event::gone;
    if (errno != EINTR) return Event::gone;
  }
}

}  // namespace jpegwire
