#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bench/report/comparison.hpp"
#include "bench/runs/results.hpp"

namespace jpegwire {

/// The figures that every table shows.
const std::vector<std::string_view>& table_figures();

/// A figure as a table shows it; a dash where it is not known.
std::string cell_of(const CaseResult& result, std::string_view figure);

/// What people read in the terminal: the table, what it was measured on, the verdicts, warnings.
std::string describe(const Results& results);

/// What differs from the earlier run.
std::string describe(const Comparison& comparison);

}  // namespace jpegwire
