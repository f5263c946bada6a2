#include "sender/sources/camera_buffers.hpp"

#include <linux/videodev2.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <system_error>

#include "sender/sources/v4l2_ioctl.hpp"

namespace jpegwire {
namespace {

v4l2_buffer describe(unsigned index) {
  v4l2_buffer buffer{};
  buffer.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  buffer.memory = V4L2_MEMORY_MMAP;
  buffer.index = index;
  return buffer;
}

void require(int error, const char* what) {
  if (error != 0) throw std::system_error(error, std::generic_category(), what);
}

/// std::chrono::steady_clock is the monotonic clock. A driver that claims to use it, and does not
/// set the time or uses another clock, is not believed.
std::optional<SteadyTime> time_of(const v4l2_buffer& buffer) {
  if ((buffer.flags & V4L2_BUF_FLAG_TIMESTAMP_MASK) != V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC)
    return std::nullopt;
  const SteadyTime time(std::chrono::seconds(buffer.timestamp.tv_sec) +
                        microseconds(buffer.timestamp.tv_usec));
  const bool is_set = time.time_since_epoch() != SteadyTime::duration::zero();
  if (!is_set || time > std::chrono::steady_clock::now()) return std::nullopt;
  return time;
}

}  // namespace

CameraBuffer::~CameraBuffer() {
  if (owner_) owner_->give_back(index_);
}

Bytes CameraBuffer::bytes() const { return owner_->bytes(index_, size_bytes_); }

std::shared_ptr<CameraBuffers> CameraBuffers::start(int descriptor, unsigned count) {
  auto buffers = std::make_shared<CameraBuffers>(descriptor);
  buffers->map(count);
  for (unsigned index = 0; index < buffers->mappings_.size(); ++index)
    require(buffers->queue(index), "VIDIOC_QBUF");
  int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  require(video_ioctl(descriptor, VIDIOC_STREAMON, type), "VIDIOC_STREAMON");
  return buffers;
}

void CameraBuffers::map(unsigned count) {
  v4l2_requestbuffers request{};
  request.count = count;
  request.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  request.memory = V4L2_MEMORY_MMAP;
  require(video_ioctl(descriptor_, VIDIOC_REQBUFS, request), "VIDIOC_REQBUFS");
  if (request.count == 0) require(ENOMEM, "VIDIOC_REQBUFS");
  for (unsigned index = 0; index < request.count; ++index) {
    v4l2_buffer buffer = describe(index);
    require(video_ioctl(descriptor_, VIDIOC_QUERYBUF, buffer), "VIDIOC_QUERYBUF");
    void* memory = ::mmap(nullptr, buffer.length, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor_,
                          static_cast<off_t>(buffer.m.offset));
    if (memory == MAP_FAILED) require(errno, "mmap");
    mappings_.push_back({memory, buffer.length});
  }
}

CameraBuffers::~CameraBuffers() {
  for (const Mapping& mapping : mappings_) ::munmap(mapping.memory, mapping.size_bytes);
}

std::optional<FilledBuffer> CameraBuffers::dequeue() {
  v4l2_buffer buffer = describe(0);
  {
    const std::scoped_lock lock(mutex_);
    const int error = is_stopped_ ? ENODEV : video_ioctl(descriptor_, VIDIOC_DQBUF, buffer);
    is_gone_ = error != 0 && error != EAGAIN;
    if (error != 0) return std::nullopt;
    --queued_;
  }
  return FilledBuffer{{shared_from_this(), buffer.index, buffer.bytesused},
                      (buffer.flags & V4L2_BUF_FLAG_ERROR) != 0,
                      buffer.sequence,
                      time_of(buffer)};
}

unsigned CameraBuffers::queued() const {
  const std::scoped_lock lock(mutex_);
  return queued_;
}

bool CameraBuffers::is_gone() const {
  const std::scoped_lock lock(mutex_);
  return is_gone_;
}

void CameraBuffers::stop() {
  const std::scoped_lock lock(mutex_);
  is_stopped_ = true;
  int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  static_cast<void>(video_ioctl(descriptor_, VIDIOC_STREAMOFF, type));
}

// If the driver refuses it, the camera is gone, which the next dequeue() notices.
void CameraBuffers::give_back(unsigned index) {
  const std::scoped_lock lock(mutex_);
  if (!is_stopped_) static_cast<void>(queue(index));
}

int CameraBuffers::queue(unsigned index) {
  v4l2_buffer buffer = describe(index);
  const int error = video_ioctl(descriptor_, VIDIOC_QBUF, buffer);
  if (error == 0) ++queued_;
  return error;
}

Bytes CameraBuffers::bytes(unsigned index, std::size_t size_bytes) const {
  const Mapping& mapping = mappings_[index];
  return {static_cast<const std::byte*>(mapping.memory), std::min(size_bytes, mapping.size_bytes)};
}

}  // namespace jpegwire
