#pragma once

#include <optional>
#include <string>

#include "bench/report/comparison.hpp"
#include "bench/runs/results.hpp"

namespace jpegwire {

/// One self-contained page, for light and dark screens.
std::string html_report(const Results& results, const std::optional<Comparison>& comparison);

}  // namespace jpegwire
