#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "bench/runs/results.hpp"

namespace jpegwire {

// The format of the --json file; docs/measuring.md documents its names. A change that breaks
// readers of this version requires a new version.
inline constexpr const char* kJsonFormat = "jpegwire-bench";
inline constexpr int kJsonVersion = 1;

nlohmann::json to_json(const Results& results);

/// The text of the file. It is UTF-8, even if file names or the output of programs are not.
std::string to_text(const nlohmann::json& file);

}  // namespace jpegwire
