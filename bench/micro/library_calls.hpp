#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "hot_paths.hpp"

namespace jpegwire::bench {

/// A library call that a program without jpegwire's code would use for a stage, applied to the same
/// frame. `place` is the name of one of hot_paths().
struct LibraryCall {
  std::string_view place;
  std::string_view name;
  std::unique_ptr<FrameWork> (*begin)();
};

std::span<const LibraryCall> library_calls();

}  // namespace jpegwire::bench
