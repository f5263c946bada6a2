#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/runs/results.hpp"

namespace jpegwire {

/// An earlier run, as --json has written it.
struct EarlierRun {
  std::string file;
  std::string created;
  std::string version;
  std::string machine;      // as describe(Machine) has it; empty where it is not told
  nlohmann::json settings;  // an object
  struct CaseFigures {
    nlohmann::json values;  // to_json(Case)
    std::string key;        // the same as text
    FigureSpreads figures;
  };
  std::vector<CaseFigures> cases;
};

/// Throws std::runtime_error with a sentence where it is no such file, or of another version.
EarlierRun read_earlier_run(const std::string& file);

/// A figure of a case that is not what it was.
struct Difference {
  std::size_t case_index = 0;
  std::string label;
  FigureKind kind;
  Spread earlier;
  Spread later;

  bool is_better() const { return kind.more_is_better == (later.median > earlier.median); }
};

/// One line.
std::string describe(const Difference& difference);

struct Comparison {
  std::string file;
  std::string created;
  std::vector<Difference> differences;
  std::vector<std::string> notes;  // sentences: what cannot be compared, and what was different
  int compared_figures = 0;        // of all cases
};

/// What is to be said behind the differences.
std::string conclusion_of(const Comparison& comparison);

Comparison compare(const EarlierRun& earlier, const Results& results);

}  // namespace jpegwire
