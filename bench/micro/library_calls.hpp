#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "hot_paths.hpp"

namespace jpegwire::bench {

/// What a program without our code would call at a place of a frame's way, set to work on the same
/// frame. `place` is the name of one of hot_paths().
struct LibraryCall {
  std::string_view place;
  std::string_view name;
  std::unique_ptr<FrameWork> (*begin)();
};

std::span<const LibraryCall> library_calls();

}  // namespace jpegwire::bench
