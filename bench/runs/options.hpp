#pragma once

#include <string>
#include <vector>

#include "app/command_line.hpp"
#include "bench/runs/matrix.hpp"

namespace jpegwire {

/// The options of jpegwire-bench; docs/measuring.md and --help explain them.
struct BenchOptions {
  Matrix matrix;
  double seconds = 5;
  double warm_up_seconds = 1;
  int repetitions = 3;
  std::string programs_directory;  // empty: that of this program
  std::vector<std::string> sender_options;
  std::vector<std::string> viewer_options;
  bool with_peers = false;
  std::string viewer_host;  // empty: the viewers run here
  std::string json_file;
  std::string report_file;
  std::string compare_file;
  std::string command_line;  // the whole command line, for the reports
};

/// Parsing fills `options`, which must outlive it.
void add_bench_options(CommandLine& command_line, BenchOptions& options);

}  // namespace jpegwire
