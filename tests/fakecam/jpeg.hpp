#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "pattern.hpp"

namespace fakecam {

using Bytes = std::vector<std::uint8_t>;

// Compresses with libjpeg's default Huffman tables, which are the standard's, as 4:2:2, with a
// restart marker behind so many MCUs; without any for 0.
Bytes encode_jpeg(const Picture& picture, std::uint32_t restart_interval_mcus = 0);

// A JPEG of one scan: all in front of its coded bytes, and these without the markers between them.
struct RestartIntervals {
  Bytes head;
  std::vector<Bytes> coded;
};
RestartIntervals split_at_restarts(std::span<const std::uint8_t> jpeg);
Bytes join_at_restarts(const RestartIntervals& intervals, std::size_t expected_bytes);

// Leaves the Huffman tables out, as many cameras do. The result can only be decoded when they
// are the standard's.
Bytes without_huffman_tables(std::span<const std::uint8_t> jpeg);

// The .jpg files of a directory in the order of their names.
std::vector<Bytes> load_jpegs(const std::string& directory);

}  // namespace fakecam
