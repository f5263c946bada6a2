#pragma once

#include <string>

#include "bench/runs/event_loop.hpp"

namespace jpegwire {

/// The paths of the measured programs.
struct Programs {
  std::string sender;
  std::string viewer;
  std::string fake_camera{};  // empty unless a fake camera is used
};

/// Searches the given directory. If it is empty, searches the directory of this program (installed)
/// and the directories next to it (build tree). Throws std::runtime_error with a message for the
/// user.
Programs find_programs(const std::string& directory);

/// The version that the program answers to --version. Throws std::runtime_error if there is none.
std::string version_of(EventLoop& loop, const std::string& program);

}  // namespace jpegwire
