#pragma once

#include <CLI/App.hpp>
#include <string>
#include <vector>

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

/// Parsing with `app` fills `options`, which must outlive it.
void add_bench_options(CLI::App& app, BenchOptions& options);

}  // namespace jpegwire
