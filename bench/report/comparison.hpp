#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/runs/results.hpp"

namespace jpegwire {

/// An earlier run, read from its --json file.
struct EarlierRun {
  std::string file;
  std::string created;
  std::string version;
  std::string machine;             // as from describe(Machine); empty if unknown
  std::string congestion_control;  // the system's default for TCP; empty if unknown
  nlohmann::json settings;         // an object
  struct CaseFigures {
    nlohmann::json values;  // to_json(Case)
    std::string key;        // the text of `values`
    FigureSpreads figures;
  };
  std::vector<CaseFigures> cases;
};

/// Throws std::runtime_error with a message for the user if the file cannot be read, has another
/// format or another version.
EarlierRun read_earlier_run(const std::string& file);

/// A figure of a case that differs from the earlier run.
struct Difference {
  std::size_t case_index = 0;
  std::string label;
  FigureKind kind;
  Spread earlier;
  Spread later;

  bool is_better() const { return kind.more_is_better == (later.median > earlier.median); }
};

/// Describes the difference in one line.
std::string describe(const Difference& difference);

struct Comparison {
  std::string file;
  std::string created;
  std::vector<Difference> differences;
  std::vector<std::string> notes;  // sentences about different conditions and missing figures
  int compared_figures = 0;        // in all cases
};

/// The sentence after the list of differences.
std::string conclusion_of(const Comparison& comparison);

Comparison compare(const EarlierRun& earlier, const Results& results);

}  // namespace jpegwire
