#pragma once

#include <array>
#include <cstddef>
#include <span>

/// The second bytes of JPEG's markers (ITU-T T.81, table B.1).
namespace jpegwire::marker {

inline constexpr std::byte kPrefix{0xFF};
inline constexpr std::byte kStuffing{0x00};
inline constexpr std::byte kBaselineFrame{0xC0};
inline constexpr std::byte kExtendedFrame{0xC1};
inline constexpr std::byte kHuffmanTables{0xC4};
inline constexpr std::byte kFirstRestart{0xD0};
inline constexpr std::byte kStartOfImage{0xD8};
inline constexpr std::byte kEndOfImage{0xD9};
inline constexpr std::byte kStartOfScan{0xDA};
inline constexpr std::byte kQuantizationTables{0xDB};
inline constexpr std::byte kNumberOfLines{0xDC};
inline constexpr std::byte kRestartInterval{0xDD};

constexpr bool is_restart(std::byte code) { return (code & std::byte{0xF8}) == kFirstRestart; }

constexpr int restart_index(std::byte code) { return std::to_integer<int>(code & std::byte{7}); }

constexpr std::byte restart(int index) { return kFirstRestart | static_cast<std::byte>(index % 8); }

/// A JPEG begins with these bytes.
inline constexpr std::array kStartOfImageBytes{kPrefix, kStartOfImage};

/// The end of SOS in a sequential JPEG (B.2.3): coefficients 0 to 63, without successive
/// approximation.
inline constexpr std::array kSequentialSelection{std::byte{0}, std::byte{63}, std::byte{0}};

/// Markers without a length behind them: TEM, RSTn, SOI, EOI, and the stuffed zero.
constexpr bool stands_alone(std::byte code) {
  return code <= std::byte{0x01} || is_restart(code) || code == kStartOfImage ||
         code == kEndOfImage;
}

/// The code of the marker that ends the bytes; a stuffed zero's where none does.
constexpr std::byte at_end_of(std::span<const std::byte> bytes) {
  return bytes.size() >= 2 && bytes[bytes.size() - 2] == kPrefix ? bytes.back() : kStuffing;
}

/// SOF2 to SOF15, JPG, DAC, DHP and EXP: progressive, lossless, arithmetic or hierarchical coding.
constexpr bool is_other_frame(std::byte code) {
  const bool start_of_frame = code >= std::byte{0xC2} && code <= std::byte{0xCF};
  const bool hierarchical = code == std::byte{0xDE} || code == std::byte{0xDF};
  return (start_of_frame && code != kHuffmanTables) || hierarchical;
}

/// Markers that no baseline JPEG has, with a meaning that is not known: RES and JPGn.
constexpr bool is_reserved(std::byte code) {
  return (code >= std::byte{0x02} && code <= std::byte{0xBF}) ||
         (code >= std::byte{0xF0} && code <= std::byte{0xFD});
}

}  // namespace jpegwire::marker
