#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "bench/runs/results.hpp"

namespace jpegwire {

// What the file of --json is; docs/measuring.md tells its names. A change that a reader of the
// version would get wrong makes a new version.
inline constexpr const char* kJsonFormat = "jpegwire-bench";
inline constexpr int kJsonVersion = 1;

nlohmann::json to_json(const Results& results);

/// The file's text. File names and what programs wrote need not be UTF-8, but the file is.
std::string to_text(const nlohmann::json& file);

}  // namespace jpegwire
