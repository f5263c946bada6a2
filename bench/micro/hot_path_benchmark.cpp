// The time of each stage of a frame's path, compared with the library call that it replaces. The
// other files of this program measure variants of some stages.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <cstdlib>
#include <exception>
#include <memory>
#include <string>

#include "hot_paths.hpp"
#include "library_calls.hpp"

namespace {

using namespace jpegwire::bench;

// Each stage is set up once, because the setup takes longer than a repetition.
template <class Place>
void add(const std::string& name, const Place& place) {
  benchmark::RegisterBenchmark(
      name.c_str(),
      [begin = place.begin, work = std::shared_ptr<FrameWork>()](benchmark::State& state) mutable {
        if (!work) work = begin();
        for ([[maybe_unused]] auto _ : state) {
          work->do_frame();
          work->end_frame();
        }
      });
}

void add_all() {
  for (const HotPath& path : hot_paths()) add(std::string(path.name), path);
  for (const LibraryCall& call : library_calls())
    add(fmt::format("{}: {}", call.place, call.name), call);
}

}  // namespace

int main(int argc, char** argv) try {
  spdlog::set_level(spdlog::level::off);  // the output contains only the benchmarks
  add_all();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return EXIT_SUCCESS;
} catch (const std::exception& error) {
  fmt::print(stderr, "hot_path_benchmark: {}\n", error.what());
  return EXIT_FAILURE;
}
