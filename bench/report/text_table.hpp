#pragma once

#include <string>
#include <vector>

namespace jpegwire {

/// Rows of cells as lines of text, each column as wide as its widest cell. Cells but those of the
/// first column stand to the right.
std::string in_columns(const std::vector<std::vector<std::string>>& rows);

}  // namespace jpegwire
