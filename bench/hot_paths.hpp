#pragma once

#include <memory>
#include <span>
#include <stdexcept>
#include <string_view>

namespace jpegwire::bench {

/// The work at one place of a frame's way, with all that it needs. Bound to one thread.
class FrameWork {
 public:
  FrameWork() = default;
  FrameWork(const FrameWork&) = delete;
  FrameWork& operator=(const FrameWork&) = delete;
  virtual ~FrameWork() = default;

  /// Does it once more, for the next frame. Throws std::runtime_error where it goes wrong.
  virtual void do_frame() = 0;

  /// What others do with the frame then, and it waits for.
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

/// The work that is done for every frame, each on the same picture of 1920x1080 pixels.
std::span<const HotPath> hot_paths();

}  // namespace jpegwire::bench
