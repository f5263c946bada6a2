#include "net/share/file_name.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace jpegwire {
namespace {

/// How many bytes the first one of a character announces; 0 where it begins none.
std::size_t size_of_character(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first < 0xE0) return 2;
  if (first >= 0xE0 && first < 0xF0) return 3;
  if (first >= 0xF0 && first < 0xF5) return 4;
  return 0;
}

// Takes a character off the front; nothing where it is none, too long a form or a surrogate.
std::optional<std::uint32_t> take_character(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text[0]);
  const std::size_t size = size_of_character(first);
  if (size == 0 || size > text.size()) return std::nullopt;
  std::uint32_t code = size == 1 ? first : first & (0x7FU >> size);
  for (const char next : text.substr(1, size - 1)) {
    if ((static_cast<unsigned char>(next) & 0xC0U) != 0x80U) return std::nullopt;
    code = code << 6 | (static_cast<unsigned char>(next) & 0x3FU);
  }
  text.remove_prefix(size);
  constexpr std::array<std::uint32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
  if (code < kLeast[size] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000))
    return std::nullopt;
  return code;
}

bool is_within(std::uint32_t code, std::uint32_t first, std::uint32_t last) {
  return code >= first && code <= last;
}

// U+2028 to U+202E and U+2066 to U+2069: line separators, and what turns the direction.
bool is_harmless(std::uint32_t code) {
  return !is_within(code, 0, 0x1F) && !is_within(code, 0x7F, 0x9F) &&
         !is_within(code, 0x200E, 0x200F) && !is_within(code, 0x2028, 0x202E) &&
         !is_within(code, 0x2066, 0x2069);
}

bool has_offered_ending(std::string_view name) {
  std::string ending(name.substr(name.rfind('.') + 1));
  std::ranges::transform(ending, ending.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  });
  constexpr std::array<std::string_view, 7> kEndings{"mkv", "mov",  "avi", "mp4",
                                                     "jpg", "jpeg", "png"};
  return std::ranges::find(kEndings, ending) != kEndings.end();
}

}  // namespace

bool is_plain_text(std::string_view text) {
  while (!text.empty()) {
    const std::optional<std::uint32_t> code = take_character(text);
    if (!code || !is_harmless(*code)) return false;
  }
  return true;
}

bool is_offered_name(std::string_view name) {
  if (name.empty() || name.size() > kMaxFileNameBytes || name[0] == '.') return false;
  if (name.find('/') != std::string_view::npos || name.find('.') == std::string_view::npos)
    return false;
  return has_offered_ending(name) && is_plain_text(name);
}

}  // namespace jpegwire
