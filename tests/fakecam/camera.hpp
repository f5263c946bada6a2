#pragma once

#include <linux/videodev2.h>
#include <sys/types.h>

#include <cstdint>
#include <vector>

#include "device.hpp"
#include "formats.hpp"
#include "frame_queue.hpp"
#include "frame_source.hpp"

namespace fakecam {

// Owns a file descriptor.
class FileHandle {
 public:
  explicit FileHandle(int fd = -1) : fd_(fd) {}
  ~FileHandle();
  FileHandle(const FileHandle&) = delete;
  FileHandle& operator=(const FileHandle&) = delete;
  int get() const { return fd_; }
  void reset(int fd);

 private:
  int fd_;
};

// The state behind one open() of the device. The program's descriptor is a timerfd, set so that it
// is readable exactly while a frame can be dequeued; so select, poll and epoll work without
// interposition. Not thread safe; calls return 0 or an errno value, as ioctls do.
class Camera {
 public:
  // `timer` is a duplicate of the program's descriptor, because the program may close or duplicate
  // its own.
  Camera(int device, int timer);
  ~Camera();
  Camera(const Camera&) = delete;
  Camera& operator=(const Camera&) = delete;

  // Answers any ioctl. An absent camera answers ENODEV permanently, even when plugged in again: as
  // with real cameras, only a new open() reaches the new device.
  int control(std::uint32_t request, void* argument);

  // Applies the control file and updates the readiness of the descriptor accordingly.
  void observe();

  // Where to map a buffer: an offset into `memory`, or -1 if there is no such buffer.
  int memory() const { return memory_.get(); }
  bool has_buffer_at(off_t offset, std::size_t size) const;

  bool nonblocking() const;

  int query_capability(v4l2_capability& capability);
  int enumerate_formats(v4l2_fmtdesc& description);
  int enumerate_sizes(v4l2_frmsizeenum& size);
  int enumerate_intervals(v4l2_frmivalenum& interval);
  int get_format(v4l2_format& format);
  int try_format(v4l2_format& format);
  int set_format(v4l2_format& format);
  int get_rate(v4l2_streamparm& parameters);
  int set_rate(v4l2_streamparm& parameters);
  int enumerate_inputs(v4l2_input& input);
  int get_input(int& input);
  int set_input(int& input);
  int no_control(v4l2_control& control);
  int request_buffers(v4l2_requestbuffers& request);
  int query_buffer(v4l2_buffer& buffer);
  int queue_buffer(v4l2_buffer& buffer);
  int dequeue_buffer(v4l2_buffer& buffer);
  int start_stream(int& type);
  int stop_stream(int& type);

 private:
  struct Slot {
    bool owned_by_camera = false;
    Capture last{};
    std::uint32_t bytes_used = 0;
    bool was_filled = false;
    bool has_error = false;
  };

  bool is_taken() const;
  bool is_known(const v4l2_buffer& buffer) const;
  void describe(std::uint32_t index, v4l2_buffer& buffer) const;
  void fill(const Capture& capture);
  int allocate_buffers(std::uint32_t count);
  void release_buffers();
  void set_wakeup() const;

  int device_;
  bool is_other_;  // another camera than the one that is plugged in at first
  FileHandle timer_;
  FileHandle memory_;
  FrameSource source_;
  Formats formats_;
  FrameQueue queue_;
  std::vector<Slot> slots_;
  std::uint32_t slot_size_ = 0;
  bool gone_ = false;
  bool busy_ = false;
};

}  // namespace fakecam
