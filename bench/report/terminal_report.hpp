#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bench/report/comparison.hpp"
#include "bench/runs/results.hpp"

namespace jpegwire {

/// Rows of cells as lines of text, each column as wide as its widest cell. The first column is
/// left-aligned, the others are right-aligned.
std::string in_columns(const std::vector<std::vector<std::string>>& rows);

/// The figures that every table shows.
const std::vector<std::string_view>& table_figures();

/// The figures of the tables of phases.
const std::vector<std::string_view>& phase_figures();

/// A figure as a table shows it; a dash if it is unknown.
std::string cell_of(const FigureSpreads& figures, std::string_view figure);

/// The report for the terminal: the machine, the table, the verdicts and the warnings.
std::string describe(const Results& results);

/// The differences from the earlier run.
std::string describe(const Comparison& comparison);

}  // namespace jpegwire
