#include "registry.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <thread>
#include <utility>

namespace fakecam {
namespace {

constexpr int kMaxDescriptor = 4096;
constexpr auto kWatchInterval = std::chrono::milliseconds(20);
constexpr int kBlockMs = 100;

constinit std::array<std::atomic<bool>, kMaxDescriptor> camera_descriptors{};

int fail(int error) {
  if (error == 0) return 0;
  errno = error;
  return -1;
}

int open_error(int device) {
  switch (presence(device)) {
    case Presence::kUnplugged:
      return ENOENT;
    case Presence::kDenied:
      return EACCES;
    default:
      return 0;
  }
}

int make_timer(int flags) {
  const int timer_flags =
      ((flags & O_NONBLOCK) != 0 ? TFD_NONBLOCK : 0) | ((flags & O_CLOEXEC) != 0 ? TFD_CLOEXEC : 0);
  const int timer = ::timerfd_create(CLOCK_MONOTONIC, timer_flags);
  if (timer < kMaxDescriptor) return timer;
  ::close(timer);
  return fail(EMFILE);
}

}  // namespace

bool is_camera(int fd) {
  return fd >= 0 && fd < kMaxDescriptor && camera_descriptors[static_cast<std::size_t>(fd)];
}

Registry& Registry::instance() {
  // Never destroyed: threads of the program may still use the camera during exit.
  static Registry& registry = *new Registry;
  return registry;
}

// Otherwise a child forked while another thread holds the lock could not close its copies.
Registry::Registry() {
  ::pthread_atfork([] { instance().mutex_.lock(); }, [] { instance().mutex_.unlock(); },
                   [] { instance().mutex_.unlock(); });
}

int Registry::open_camera(int device, int flags) {
  if (const int error = open_error(device); error != 0) return fail(error);
  const int timer = make_timer(flags);
  if (timer < 0) return -1;
  auto camera = std::make_shared<Camera>(device, ::fcntl(timer, F_DUPFD_CLOEXEC, 0));
  const std::lock_guard lock(mutex_);
  add(timer, std::move(camera));
  start_watching();
  return timer;
}

int Registry::control(int fd, std::uint32_t request, void* argument) {
  const auto camera = find(fd);
  if (!camera) return fail(EBADF);
  while (true) {
    int error = 0;
    {
      const std::lock_guard lock(mutex_);
      error = camera->control(request, argument);
    }
    const bool waits = error == EAGAIN && request == VIDIOC_DQBUF && !camera->nonblocking();
    if (!waits) return fail(error);
    pollfd descriptor{fd, POLLIN, 0};
    if (::poll(&descriptor, 1, kBlockMs) < 0) return -1;
  }
}

int Registry::memory(int fd, off_t offset, std::size_t size) {
  const auto camera = find(fd);
  const std::lock_guard lock(mutex_);
  const bool fits = camera && camera->has_buffer_at(offset, size);
  return fits ? camera->memory() : fail(EINVAL);
}

void Registry::add_alias(int fd, int copy) {
  auto camera = find(fd);
  const std::lock_guard lock(mutex_);
  if (copy < kMaxDescriptor && camera) add(copy, std::move(camera));
}

void Registry::forget(int fd) {
  std::shared_ptr<Camera> last;  // Destroyed after the lock is released, because it closes files.
  const std::lock_guard lock(mutex_);
  camera_descriptors[static_cast<std::size_t>(fd)] = false;
  if (auto node = cameras_.extract(fd)) last = std::move(node.mapped());
}

std::shared_ptr<Camera> Registry::find(int fd) {
  const std::lock_guard lock(mutex_);
  const auto found = cameras_.find(fd);
  return found == cameras_.end() ? nullptr : found->second;
}

void Registry::add(int fd, std::shared_ptr<Camera> camera) {
  cameras_[fd] = std::move(camera);
  camera_descriptors[static_cast<std::size_t>(fd)] = true;
}

// Blocks signals here, because the program may expect them in a particular thread.
void Registry::start_watching() {
  if (std::exchange(watching_, true)) return;
  sigset_t all{};
  sigset_t before{};
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread watcher([this] { watch(); });
  ::pthread_setname_np(watcher.native_handle(),
                       "fakecam");  // so that measurements can exclude it
  watcher.detach();
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void Registry::watch() {
  while (observe_all()) std::this_thread::sleep_for(kWatchInterval);
}

// The thread ends with the last open camera, so a program without an open camera has no extra
// thread.
bool Registry::observe_all() {
  const std::lock_guard lock(mutex_);
  for (const auto& [fd, camera] : cameras_) camera->observe();
  watching_ = !cameras_.empty();
  return watching_;
}

}  // namespace fakecam
