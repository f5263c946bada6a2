#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "pattern.hpp"

namespace fakecam {

using Bytes = std::vector<std::uint8_t>;

// Compresses with libjpeg's default Huffman tables, which are the standard's.
Bytes encode_jpeg(const Picture& picture);

// Leaves the Huffman tables out, as many cameras do. The result can only be decoded when they
// are the standard's.
Bytes without_huffman_tables(std::span<const std::uint8_t> jpeg);

// The .jpg files of a directory in the order of their names.
std::vector<Bytes> load_jpegs(const std::string& directory);

}  // namespace fakecam
