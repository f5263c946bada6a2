#pragma once

#include <cstdint>
#include <vector>

#include "pattern.hpp"

#include "kept_memory.hpp"

namespace fakecam {

bool is_compressed(std::uint32_t fourcc);

// Whether chroma has planes of its own behind the luma, of half the height.
bool has_chroma_planes(std::uint32_t fourcc);

// The bytes in a row of the first plane, without padding.
std::uint32_t row_bytes(std::uint32_t fourcc, std::uint32_t width);

// The picture in an uncompressed format, whose first plane's rows are so many bytes apart. The
// padding is full of 0xee, to be noticed if it is shown.
Bytes to_raw(const Picture& picture, std::uint32_t fourcc, std::uint32_t bytes_per_line);

}  // namespace fakecam
