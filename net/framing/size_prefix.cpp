#include "net/framing/size_prefix.hpp"

#include <algorithm>
#include <charconv>

#include "codec/bytes.hpp"

namespace jpegwire {
namespace {

void write_ascii(std::uint32_t size, std::span<std::byte> out) {
  char digits[16];
  const auto result = std::to_chars(digits, digits + sizeof digits, size);
  std::fill(result.ptr, digits + sizeof digits, ' ');
  std::ranges::transform(digits, out.begin(), [](char c) { return static_cast<std::byte>(c); });
}

std::optional<std::uint64_t> read_ascii(std::span<const std::byte> in) {
  const auto* begin = reinterpret_cast<const char*>(in.data());
  const auto* end = begin + 16;
  std::uint64_t size = 0;
  const auto result = std::from_chars(begin, end, size);
  if (result.ec != std::errc()) return std::nullopt;
  if (!std::all_of(result.ptr, end, [](char c) { return c == ' '; })) return std::nullopt;
  return size;
}

std::uint32_t swapped(std::uint32_t value) { return __builtin_bswap32(value); }

}  // namespace

std::string_view name(SizePrefix prefix) {
  switch (prefix) {
    case SizePrefix::be32:
      return "be32";
    case SizePrefix::le32:
      return "le32";
    case SizePrefix::ascii16:
      return "ascii16";
  }
  return "";
}

void write_size(SizePrefix prefix, std::uint32_t size, std::span<std::byte> out) {
  switch (prefix) {
    case SizePrefix::be32:
      put_big_endian(out, size);
      return;
    case SizePrefix::le32:
      put_big_endian(out, swapped(size));
      return;
    case SizePrefix::ascii16:
      write_ascii(size, out);
      return;
  }
}

std::optional<std::uint64_t> read_size(SizePrefix prefix, std::span<const std::byte> in) {
  switch (prefix) {
    case SizePrefix::be32:
      return get_big_endian<std::uint32_t>(in);
    case SizePrefix::le32:
      return swapped(get_big_endian<std::uint32_t>(in));
    case SizePrefix::ascii16:
      return read_ascii(in);
  }
  return std::nullopt;
}

}  // namespace jpegwire
