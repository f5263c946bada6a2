#pragma once

#include <memory>
#include <span>
#include <stdexcept>
#include <string_view>

namespace jpegwire::bench {

/// The work of one stage of a frame's path, with the objects that it needs. Bound to one thread.
class FrameWork {
 public:
  FrameWork() = default;
  FrameWork(const FrameWork&) = delete;
  FrameWork& operator=(const FrameWork&) = delete;
  virtual ~FrameWork() = default;

  /// Processes the next frame. Throws std::runtime_error on failure.
  virtual void do_frame() = 0;

  /// Finishes the frame outside of the measured time, for example lets viewers receive it.
  virtual void end_frame() {}
};

inline void require(bool is_right, const char* what) {
  if (!is_right) throw std::runtime_error(what);
}

template <class Work>
std::unique_ptr<FrameWork> begin_work() {
  return std::make_unique<Work>();
}

struct HotPath {
  std::string_view name;
  std::unique_ptr<FrameWork> (*begin)();
};

/// All stages that process every frame. Each uses the same picture of 1920x1080.
std::span<const HotPath> hot_paths();

}  // namespace jpegwire::bench
