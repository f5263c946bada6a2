// Does the work of one place on a frame's way so many times, for a tool that counts what it takes;
// without arguments it tells the places.
//
//   frame_work NAME FRAMES
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <exception>

#include "hot_paths.hpp"
#include "net/parse_number.hpp"

namespace {

using namespace jpegwire;
using namespace jpegwire::bench;

int run(std::string_view name, std::string_view frames) {
  const auto path = std::ranges::find(hot_paths(), name, &HotPath::name);
  const auto count = parse_number<int>(frames);
  if (path == hot_paths().end() || !count) {
    fmt::print(stderr,
               "frame_work: NAME is one of those that it prints without arguments, and "
               "FRAMES a number\n");
    return 2;
  }
  const std::unique_ptr<FrameWork> work = path->begin();
  for (int frame = 0; frame < *count; ++frame) work->do_frame();
  return EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc == 3) return run(argv[1], argv[2]);
  for (const HotPath& path : hot_paths()) fmt::print("{}\n", path.name);
  return EXIT_SUCCESS;
} catch (const std::exception& error) {
  fmt::print(stderr, "frame_work: {}\n", error.what());
  return EXIT_FAILURE;
}
