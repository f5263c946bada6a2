// Runs one stage of a frame's path for a number of frames under callgrind, which counts only the
// instructions of that stage. Without arguments it prints the names of the stages.
//
//   frame_work NAME FRAMES
#include <fmt/format.h>
#include <valgrind/callgrind.h>

#include <algorithm>
#include <cstdlib>
#include <exception>

#include "app/parse_number.hpp"
#include "hot_paths.hpp"

namespace {

using namespace jpegwire;
using namespace jpegwire::bench;

int run(std::string_view name, std::string_view frames) {
  const auto path = std::ranges::find(hot_paths(), name, &HotPath::name);
  const auto count = parse_number<int>(frames);
  if (path == hot_paths().end() || !count) {
    fmt::print(stderr,
               "frame_work: cannot run with these arguments; NAME must be one of the names that it "
               "prints without arguments, and FRAMES a number\n");
    return 2;
  }
  constexpr int kFramesBefore = 2;  // the first frames allocate memory
  const std::unique_ptr<FrameWork> work = path->begin();
  for (int frame = -kFramesBefore; frame < *count; ++frame) {
    if (frame == 0) CALLGRIND_START_INSTRUMENTATION;  // setup is faster without instrumentation
    if (frame >= 0) CALLGRIND_TOGGLE_COLLECT;
    work->do_frame();
    if (frame >= 0) CALLGRIND_TOGGLE_COLLECT;
    work->end_frame();
  }
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
