#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "pattern.hpp"

#include "kept_memory.hpp"

namespace fakecam {

// Compresses with libjpeg's default Huffman tables, which are the standard ones, as 4:2:2, with a
// restart marker after every `restart_interval` MCUs; 0 means none.
Bytes encode_jpeg(const Picture& picture, std::uint32_t restart_interval_mcus = 0);

// A JPEG of one scan: everything before its coded bytes, and its restart intervals without the
// markers.
struct RestartIntervals {
  Bytes head;
  std::vector<Bytes> coded;
};
RestartIntervals split_at_restarts(std::span<const std::uint8_t> jpeg);
Bytes join_at_restarts(const RestartIntervals& intervals, std::size_t expected_bytes);

// Removes the Huffman tables, as many cameras omit them. The result can be decoded only if they are
// the standard ones.
Bytes without_huffman_tables(std::span<const std::uint8_t> jpeg);

// The .jpg files of a directory in the order of their names.
std::vector<Bytes> load_jpegs(const std::string& directory);

}  // namespace fakecam
