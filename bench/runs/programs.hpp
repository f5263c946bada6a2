#pragma once

#include <string>

#include "bench/runs/event_loop.hpp"

namespace jpegwire {

/// Where the measured programs are.
struct Programs {
  std::string sender;
  std::string viewer;
  std::string fake_camera{};  // where it is wanted
};

/// In this directory, or where it is empty beside this program, as they are installed, or in the
/// directories beside this program's own, as they are built. Throws std::runtime_error with a
/// sentence.
Programs find_programs(const std::string& directory);

/// What the program calls itself with --version. Throws std::runtime_error where it does not.
std::string version_of(EventLoop& loop, const std::string& program);

}  // namespace jpegwire
