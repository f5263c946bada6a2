#include "camera.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <type_traits>

namespace fakecam {
namespace {

constexpr std::int64_t kNsPerSecond = 1'000'000'000;
constexpr std::int64_t kNsPerUs = 1'000;
constexpr std::int64_t kLongAgo = 1;  // Absolute time 0 would stop the timer.
constexpr std::uint32_t kMaxBuffers = 32;
constexpr std::uint32_t kPageSize = 4096;
constexpr std::uint32_t kCapabilities =
    V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING | V4L2_CAP_EXT_PIX_FORMAT;

// The open of each device that owns the buffers: a device can be opened several times, but streams
// to one of them only.
constinit std::array<std::atomic<const Camera*>, kMaxDevices> owners{};

std::atomic<const Camera*>& owner_of(int device) {
  return owners[static_cast<std::size_t>(device)];
}

void disown(int device, const Camera* camera) {
  owner_of(device).compare_exchange_strong(camera, nullptr);
}

std::int64_t now_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * kNsPerSecond + now.tv_nsec;
}

template <typename Text>
void copy_text(Text& target, const char* text) {
  std::snprintf(reinterpret_cast<char*>(target), sizeof target, "%s", text);
}

template <typename Argument>
Argument argument_of(int (Camera::*)(Argument&));

template <auto Method>
int call(Camera& camera, void* argument) {
  using Argument = decltype(argument_of(Method));
  return (camera.*Method)(*static_cast<Argument*>(argument));
}

struct Entry {
  std::uint32_t request;
  int (*handler)(Camera&, void*);
};

constexpr std::array kEntries{
    Entry{VIDIOC_QUERYCAP, call<&Camera::query_capability>},
    Entry{VIDIOC_ENUM_FMT, call<&Camera::enumerate_formats>},
    Entry{VIDIOC_ENUM_FRAMESIZES, call<&Camera::enumerate_sizes>},
    Entry{VIDIOC_ENUM_FRAMEINTERVALS, call<&Camera::enumerate_intervals>},
    Entry{VIDIOC_G_FMT, call<&Camera::get_format>},
    Entry{VIDIOC_TRY_FMT, call<&Camera::try_format>},
    Entry{VIDIOC_S_FMT, call<&Camera::set_format>},
    Entry{VIDIOC_G_PARM, call<&Camera::get_rate>},
    Entry{VIDIOC_S_PARM, call<&Camera::set_rate>},
    Entry{VIDIOC_ENUMINPUT, call<&Camera::enumerate_inputs>},
    Entry{VIDIOC_G_INPUT, call<&Camera::get_input>},
    Entry{VIDIOC_S_INPUT, call<&Camera::set_input>},
    Entry{VIDIOC_G_CTRL, call<&Camera::no_control>},
    Entry{VIDIOC_S_CTRL, call<&Camera::no_control>},
    Entry{VIDIOC_REQBUFS, call<&Camera::request_buffers>},
    Entry{VIDIOC_QUERYBUF, call<&Camera::query_buffer>},
    Entry{VIDIOC_QBUF, call<&Camera::queue_buffer>},
    Entry{VIDIOC_DQBUF, call<&Camera::dequeue_buffer>},
    Entry{VIDIOC_STREAMON, call<&Camera::start_stream>},
    Entry{VIDIOC_STREAMOFF, call<&Camera::stop_stream>},
};

// Whether it is the N-th frame.
bool is_each(std::uint32_t every, std::uint32_t sequence) {
  return every > 0 && (sequence + 1) % every == 0;
}

// How much of a frame the camera delivers.
std::size_t arrived_bytes(std::uint32_t sequence, std::size_t size) {
  if (is_each(config().empty_every, sequence)) return 0;
  return is_each(config().short_every, sequence) ? size / 2 : size;
}

// Programs read EINVAL as "no such control" and ENOTTY as "no such ioctl".
int refuse(std::uint32_t request) {
  const bool about_controls = request == VIDIOC_QUERYCTRL || request == VIDIOC_QUERY_EXT_CTRL ||
                              request == VIDIOC_QUERYMENU || request == VIDIOC_G_EXT_CTRLS ||
                              request == VIDIOC_S_EXT_CTRLS || request == VIDIOC_TRY_EXT_CTRLS;
  return about_controls ? EINVAL : ENOTTY;
}

}  // namespace

FileHandle::~FileHandle() { reset(-1); }

void FileHandle::reset(int fd) {
  if (fd_ >= 0) ::close(fd_);
  fd_ = fd;
}

Camera::Camera(int device, int timer)
    : device_(device),
      is_other_(presence(device) == Presence::kOther),
      timer_(timer),
      formats_(source_.largest_jpeg()),
      queue_(config().gap_every) {}

Camera::~Camera() { disown(device_, this); }

int Camera::control(std::uint32_t request, void* argument) {
  observe();
  if (gone_) return ENODEV;
  const auto entry = std::ranges::find(kEntries, request, &Entry::request);
  if (entry == kEntries.end()) return refuse(request);
  if (argument == nullptr) return EFAULT;
  const int error = entry->handler(*this, argument);
  set_wakeup();
  return error;
}

void Camera::observe() {
  const auto now = now_ns();
  const Presence now_present = presence(device_);
  gone_ = gone_ || now_present == Presence::kUnplugged;
  busy_ = now_present == Presence::kBusy;
  if (gone_) disown(device_, this);  // a camera plugged in later is another device
  queue_.set_hung(now_present == Presence::kHung, now);
  queue_.advance(now);
  set_wakeup();
}

bool Camera::has_buffer_at(off_t offset, std::size_t size) const {
  if (gone_ || slots_.empty() || offset < 0 || offset % slot_size_ != 0) return false;
  return static_cast<std::size_t>(offset / slot_size_) < slots_.size() && size <= slot_size_;
}

bool Camera::nonblocking() const { return (::fcntl(timer_.get(), F_GETFL) & O_NONBLOCK) != 0; }

int Camera::query_capability(v4l2_capability& capability) {
  capability = {};
  copy_text(capability.driver, "uvcvideo");
  copy_text(capability.card, "Fake camera");
  copy_text(capability.bus_info, is_other_ ? "usb-fakecam-2" : "usb-fakecam-1");
  capability.version = 0x060100;
  capability.device_caps = kCapabilities;
  capability.capabilities = kCapabilities | V4L2_CAP_DEVICE_CAPS;
  return 0;
}

int Camera::enumerate_formats(v4l2_fmtdesc& description) {
  return formats_.enumerate_formats(description);
}

int Camera::enumerate_sizes(v4l2_frmsizeenum& size) { return formats_.enumerate_sizes(size); }

int Camera::enumerate_intervals(v4l2_frmivalenum& interval) {
  return formats_.enumerate_intervals(interval);
}

int Camera::get_format(v4l2_format& format) { return formats_.get_format(format); }

int Camera::try_format(v4l2_format& format) { return formats_.try_format(format); }

int Camera::set_format(v4l2_format& format) {
  return is_taken() || !slots_.empty() ? EBUSY : formats_.set_format(format);
}

int Camera::get_rate(v4l2_streamparm& parameters) { return formats_.get_rate(parameters); }

int Camera::set_rate(v4l2_streamparm& parameters) {
  return queue_.streaming() ? EBUSY : formats_.set_rate(parameters);
}

int Camera::enumerate_inputs(v4l2_input& input) {
  if (input.index != 0) return EINVAL;
  input = {};
  copy_text(input.name, "Camera 1");
  input.type = V4L2_INPUT_TYPE_CAMERA;
  return 0;
}

int Camera::get_input(int& input) {
  input = 0;
  return 0;
}

int Camera::set_input(int& input) { return input == 0 ? 0 : EINVAL; }

int Camera::no_control(v4l2_control&) { return EINVAL; }

int Camera::request_buffers(v4l2_requestbuffers& request) {
  if (request.type != V4L2_BUF_TYPE_VIDEO_CAPTURE) return EINVAL;
  if (request.memory != V4L2_MEMORY_MMAP) return EINVAL;
  if (is_taken() || (queue_.streaming() && request.count > 0)) return EBUSY;
  release_buffers();
  request.flags = 0;
  request.capabilities = V4L2_BUF_CAP_SUPPORTS_MMAP | V4L2_BUF_CAP_SUPPORTS_ORPHANED_BUFS;
  request.count = std::min(request.count, kMaxBuffers);
  return request.count == 0 ? 0 : allocate_buffers(request.count);
}

int Camera::allocate_buffers(std::uint32_t count) {
  slot_size_ = (formats_.image_size(formats_.current()) + kPageSize - 1) / kPageSize * kPageSize;
  memory_.reset(::memfd_create("fakecam", MFD_CLOEXEC));
  if (::ftruncate(memory_.get(), off_t{slot_size_} * count) != 0) return ENOMEM;
  slots_.resize(count);
  owner_of(device_) = this;
  return 0;
}

int Camera::query_buffer(v4l2_buffer& buffer) {
  if (buffer.type != V4L2_BUF_TYPE_VIDEO_CAPTURE || buffer.index >= slots_.size()) return EINVAL;
  describe(buffer.index, buffer);
  return 0;
}

int Camera::queue_buffer(v4l2_buffer& buffer) {
  if (!is_known(buffer) || buffer.index >= slots_.size()) return EINVAL;
  Slot& slot = slots_[buffer.index];
  if (slot.owned_by_camera) return EINVAL;
  slot.owned_by_camera = true;
  queue_.queue(buffer.index, now_ns());
  describe(buffer.index, buffer);
  return 0;
}

int Camera::dequeue_buffer(v4l2_buffer& buffer) {
  if (!is_known(buffer) || !queue_.streaming()) return EINVAL;
  const auto capture = queue_.take();
  if (!capture) return EAGAIN;
  fill(*capture);
  describe(capture->buffer, buffer);
  return 0;
}

int Camera::start_stream(int& type) {
  if (type != V4L2_BUF_TYPE_VIDEO_CAPTURE || slots_.empty()) return EINVAL;
  if (!queue_.streaming()) queue_.start(now_ns(), formats_.interval_ns());
  return 0;
}

int Camera::stop_stream(int& type) {
  if (type != V4L2_BUF_TYPE_VIDEO_CAPTURE) return EINVAL;
  queue_.stop();
  for (Slot& slot : slots_) slot.owned_by_camera = false;
  return 0;
}

bool Camera::is_taken() const {
  const Camera* other = owner_of(device_);
  return busy_ || (other != nullptr && other != this);
}

bool Camera::is_known(const v4l2_buffer& buffer) const {
  return buffer.type == V4L2_BUF_TYPE_VIDEO_CAPTURE && buffer.memory == V4L2_MEMORY_MMAP;
}

void Camera::describe(std::uint32_t index, v4l2_buffer& buffer) const {
  const Slot& slot = slots_[index];
  buffer = {};
  buffer.index = index;
  buffer.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  buffer.memory = V4L2_MEMORY_MMAP;
  buffer.field = V4L2_FIELD_NONE;
  buffer.m.offset = index * slot_size_;
  buffer.length = slot_size_;
  buffer.flags =
      config().unknown_times ? V4L2_BUF_FLAG_TIMESTAMP_UNKNOWN : V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
  if (slot.owned_by_camera) {
    buffer.flags |= queue_.is_done(index) ? V4L2_BUF_FLAG_DONE : V4L2_BUF_FLAG_QUEUED;
    return;
  }
  if (slot.has_error) buffer.flags |= V4L2_BUF_FLAG_ERROR;
  buffer.bytesused = slot.bytes_used;
  buffer.sequence = slot.last.sequence;
  if (config().unknown_times) return;
  buffer.timestamp.tv_sec = slot.last.due_ns / kNsPerSecond;
  buffer.timestamp.tv_usec = slot.last.due_ns % kNsPerSecond / kNsPerUs;
}

void Camera::fill(const Capture& capture) {
  const auto frame = source_.make_frame(formats_.current(), capture.sequence, capture.due_ns);
  const auto size = std::min<std::size_t>(frame.size(), slot_size_);
  Slot& slot = slots_[capture.buffer];
  // The rest of a damaged buffer still has its previous frame.
  const std::size_t arrived = arrived_bytes(capture.sequence, size);
  const bool has_error = is_each(config().error_every, capture.sequence);
  // Bytes that the buffer still has from its previous frame need not be written again.
  const std::size_t changed = slot.was_filled ? source_.changing_bytes() : size;
  const std::size_t written = std::min(has_error ? size / 2 : arrived, changed);
  const bool is_written =
      ::pwrite(memory_.get(), frame.data(), written, off_t{slot_size_} * capture.buffer) >= 0;
  slot = {false, capture, static_cast<std::uint32_t>(is_written ? arrived : 0),
          slot.was_filled || written == size, has_error};
}

// The program's mapped memory outlives this object, as it does with real drivers.
void Camera::release_buffers() {
  queue_.stop();
  slots_.clear();
  memory_.reset(-1);
  disown(device_, this);
}

void Camera::set_wakeup() const {
  const auto at = gone_ ? std::optional<std::int64_t>(kLongAgo) : queue_.ready_at();
  itimerspec setting{};
  if (at) setting.it_value = {*at / kNsPerSecond, *at % kNsPerSecond};
  ::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &setting, nullptr);
}

}  // namespace fakecam
