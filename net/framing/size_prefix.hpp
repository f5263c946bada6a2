#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace jpegwire {

/// The size prefixes that scripts in the wild put in front of a frame (docs/protocol.md).
///  be32:    4 bytes, unsigned, big-endian: struct.pack('>I', n)
///  le32:    4 bytes, unsigned, little-endian: struct.pack('<L', n), the picamera recipe
///  ascii16: the decimal number left-justified in 16 bytes: str(n).ljust(16)
enum class SizePrefix { be32, le32, ascii16 };

inline constexpr std::size_t kMaxPrefixSizeBytes = 16;

constexpr std::size_t prefix_size_bytes(SizePrefix prefix) {
  return prefix == SizePrefix::ascii16 ? 16 : 4;
}

std::string_view name(SizePrefix prefix);

/// Writes `size` to the front of `out`, which has room for prefix_size_bytes().
void write_size(SizePrefix prefix, std::uint32_t size, std::span<std::byte> out);

/// Reads prefix_size_bytes() from the front of `in`, which must hold them; nothing if they are not
/// a number, such as a sign or a letter in ascii16, or exceed 64 bits.
std::optional<std::uint64_t> read_size(SizePrefix prefix, std::span<const std::byte> in);

}  // namespace jpegwire
