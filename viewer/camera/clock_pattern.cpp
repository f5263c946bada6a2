#include "viewer/camera/clock_pattern.hpp"

#include <algorithm>
#include <boost/crc.hpp>
#include <cstddef>
#include <span>

namespace jpegwire {
namespace {

constexpr int kTimeBits = 48;
constexpr std::uint64_t kPeriodUs = std::uint64_t{1} << kTimeBits;
constexpr auto kBlack = std::byte{0};
constexpr auto kWhite = std::byte{255};

std::uint16_t check_sum(std::uint64_t time_us) {
  std::array<std::uint8_t, kTimeBits / 8> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<std::uint8_t>(time_us >> (kTimeBits - 8 * (i + 1)));
  boost::crc_ccitt_type crc;
  crc.process_bytes(bytes.data(), bytes.size());
  return crc.checksum();
}

std::uint64_t bits_of(WallTime time) {
  const auto time_us = static_cast<std::uint64_t>(time.time_since_epoch().count()) % kPeriodUs;
  return time_us << 16 | check_sum(time_us);
}

bool is_white(std::uint64_t bits, int row, int column) {
  const bool is_margin = std::min(row, column) == 0 || std::max(row, column) == kClockCells - 1;
  const bool is_frame = std::min(row, column) == 1 || std::max(row, column) == kClockCells - 2;
  if (is_margin || is_frame) return is_margin;
  const int cell = (row - 2) * kClockDataCells + column - 2;
  return (bits >> (63 - cell) & 1) != 0;
}

/// A cell is white if it is above the middle between the darkest and the brightest.
std::uint64_t to_bits(const ClockCells& cells) {
  const auto [darkest, brightest] = std::ranges::minmax(cells);
  const int middle = (darkest + brightest) / 2;
  std::uint64_t bits = 0;
  for (const std::uint8_t cell : cells) bits = bits << 1 | (cell > middle ? 1 : 0);
  return bits;
}

ClockCells turned(const ClockCells& cells) {
  ClockCells result{};
  for (std::size_t row = 0; row < kClockDataCells; ++row)
    for (std::size_t column = 0; column < kClockDataCells; ++column)
      result[row * kClockDataCells + column] =
          cells[column * kClockDataCells + kClockDataCells - 1 - row];
  return result;
}

/// Of the times with these lower bits.
WallTime nearest(std::uint64_t time_us, WallTime now) {
  const auto now_us = static_cast<std::uint64_t>(now.time_since_epoch().count());
  // The difference modulo the period, from minus half of it to half of it.
  const std::uint64_t ahead = (time_us - now_us) % kPeriodUs;
  const auto difference = static_cast<std::int64_t>(ahead) -
                          (ahead >= kPeriodUs / 2 ? static_cast<std::int64_t>(kPeriodUs) : 0);
  return now + microseconds(difference);
}

}  // namespace

void draw_clock(WallTime time, int cell_pixels, Picture& picture) {
  picture.resize(PixelFormat::bgr, kClockCells * cell_pixels, kClockCells * cell_pixels);
  const std::uint64_t bits = bits_of(time);
  const auto row_bytes = static_cast<std::size_t>(picture.width) * 3;
  for (int y = 0; y < picture.height; ++y)
    for (int column = 0; column < kClockCells; ++column) {
      const auto cell_bytes = static_cast<std::size_t>(cell_pixels) * 3;
      const std::size_t begin =
          static_cast<std::size_t>(y) * row_bytes + static_cast<std::size_t>(column) * cell_bytes;
      std::ranges::fill(std::span(picture.pixels).subspan(begin, cell_bytes),
                        is_white(bits, y / cell_pixels, column) ? kWhite : kBlack);
    }
}

std::optional<WallTime> read_clock(const ClockCells& cells, WallTime now) {
  ClockCells candidate = cells;
  for (int turn = 0; turn < 4; ++turn) {
    const std::uint64_t bits = to_bits(candidate);
    const std::uint64_t time_us = bits >> 16;
    if (bits != 0 && (bits & 0xFFFF) == check_sum(time_us)) return nearest(time_us, now);
    candidate = turned(candidate);
  }
  return std::nullopt;
}

}  // namespace jpegwire
