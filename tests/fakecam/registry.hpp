#pragma once

#include <sys/types.h>

#include <map>
#include <memory>
#include <mutex>

#include "camera.hpp"

namespace fakecam {

// Whether the descriptor belongs to the camera. Takes no lock: it is called for every close() of
// the program, also between fork and exec, where another thread's lock is never released.
bool is_camera(int fd);

// The open descriptors of the camera. Calls return -1 and set errno on failure.
class Registry {
 public:
  static Registry& instance();

  // Answers open() on a device's path.
  int open_camera(int device, int flags);

  int control(int fd, std::uint32_t request, void* argument);

  // Finds what to map for the camera: the descriptor of the buffers' memory.
  int memory(int fd, off_t offset, std::size_t size);

  void add_alias(int fd, int copy);
  void forget(int fd);

 private:
  Registry();
  std::shared_ptr<Camera> find(int fd);
  void add(int fd, std::shared_ptr<Camera> camera);
  void start_watching();
  void watch();
  bool observe_all();

  std::mutex mutex_;
  std::map<int, std::shared_ptr<Camera>> cameras_;
  bool watching_ = false;
};

}  // namespace fakecam
