#pragma once

#include <string>
#include <vector>

namespace jpegwire {

/// Rows of cells as lines of text, each column as wide as its widest cell. The first column is
/// left-aligned, the others are right-aligned.
std::string in_columns(const std::vector<std::vector<std::string>>& rows);

}  // namespace jpegwire
