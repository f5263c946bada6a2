#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "codec/frame.hpp"
#include "codec/time.hpp"

namespace jpegwire {

/// A time as a square that a camera can read off a screen: a white margin of one cell, a black
/// frame of one cell, and within it 8 by 8 cells, white for 1. Row by row, the most significant bit
/// first, they are the lower 48 bits of the microseconds since 1970, and their CRC-16 (of CCITT).
inline constexpr int kClockDataCells = 8;
inline constexpr int kClockFrameCells = kClockDataCells + 2;
inline constexpr int kClockCells = kClockFrameCells + 2;

/// How bright each cell within the frame is, row by row.
using ClockCells = std::array<std::uint8_t, kClockDataCells * kClockDataCells>;

/// Makes the picture a square that is kClockCells cells of so many pixels wide.
void draw_clock(WallTime time, int cell_pixels, Picture& picture);

/// The time that the cells tell, whichever of the four ways the square is turned; nothing where
/// they tell none. It is taken for the one that is nearest to `now`, as 48 bits are nine years.
std::optional<WallTime> read_clock(const ClockCells& cells, WallTime now);

}  // namespace jpegwire
