#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "codec/frame.hpp"
#include "codec/time.hpp"

namespace jpegwire {

/// A time as a square that a camera can read from a screen: a white margin of one cell, a black
/// frame of one cell, and 8 by 8 cells inside it, white for 1. Row by row, most significant bit
/// first, they hold the lower 48 bits of the microseconds since 1970 and their CRC-16 (CCITT).
inline constexpr int kClockDataCells = 8;
inline constexpr int kClockFrameCells = kClockDataCells + 2;
inline constexpr int kClockCells = kClockFrameCells + 2;

/// The brightness of each cell inside the frame, row by row.
using ClockCells = std::array<std::uint8_t, std::size_t{kClockDataCells} * kClockDataCells>;

/// Draws the square, kClockCells cells of `cell_pixels` pixels wide, as the whole picture.
void draw_clock(WallTime time, int cell_pixels, Picture& picture);

/// The time in the cells, in any of the four rotations of the square; nothing if there is none. Of
/// the times with these 48 bits, which repeat after nine years, it is the one nearest to `now`.
std::optional<WallTime> read_clock(const ClockCells& cells, WallTime now);

}  // namespace jpegwire
