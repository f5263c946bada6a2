#include "app/command_line.hpp"
#include "bench/bench.hpp"
#include "bench/runs/commands.hpp"
#include "bench/runs/options.hpp"

int main(int argc, char** argv) {
  jpegwire::CommandLine command_line(
      "jpegwire-bench",
      "Measures frame rates and the age of frames: runs jpegwire-sender and jpegwire-viewer over\n"
      "real sockets for each combination of the given values, and names the limiting stage of "
      "each.");
  jpegwire::BenchOptions options;
  options.command_line = jpegwire::to_shell({argv, argv + argc});
  jpegwire::add_bench_options(command_line, options);
  return command_line.run(argc, argv, [&] { return jpegwire::run_bench(options); });
}
