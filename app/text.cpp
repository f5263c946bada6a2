#include "app/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

namespace jpegwire {
namespace {

/// The number of bytes that a character's first byte announces; 0 if no character begins with it.
std::size_t size_of_character(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first < 0xE0) return 2;
  if (first >= 0xE0 && first < 0xF0) return 3;
  if (first >= 0xF0 && first < 0xF5) return 4;
  return 0;
}

// Removes a character from the front; nothing, and nothing is removed, if it is invalid, overlong
// or a surrogate.
std::optional<std::uint32_t> take_character(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text[0]);
  const std::size_t size = size_of_character(first);
  if (size == 0 || size > text.size()) return std::nullopt;
  std::uint32_t code = size == 1 ? first : first & (0x7FU >> size);
  for (const char next : text.substr(1, size - 1)) {
    if ((static_cast<unsigned char>(next) & 0xC0U) != 0x80U) return std::nullopt;
    code = code << 6 | (static_cast<unsigned char>(next) & 0x3FU);
  }
  constexpr std::array<std::uint32_t, 5> kMin{0, 0, 0x80, 0x800, 0x10000};
  if (code < kMin[size] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000))
    return std::nullopt;
  text.remove_prefix(size);
  return code;
}

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};

bool is_in(std::uint32_t code, std::span<const Range> ranges) {
  return std::ranges::any_of(
      ranges, [code](Range range) { return code >= range.first && code <= range.last; });
}

// Control characters; the soft hyphen; the Arabic letter mark and others that change the direction;
// the Mongolian vowel separator; the zero-width space, line separators, invisible joiners and
// operators; the byte order mark; annotations; tags.
constexpr std::array<Range, 12> kHarmful{{{0, 0x1F},
                                          {0x7F, 0x9F},
                                          {0xAD, 0xAD},
                                          {0x61C, 0x61C},
                                          {0x180E, 0x180E},
                                          {0x200B, 0x200B},
                                          {0x200E, 0x200F},
                                          {0x2028, 0x202E},
                                          {0x2060, 0x206F},
                                          {0xFEFF, 0xFEFF},
                                          {0xFFF9, 0xFFFB},
                                          {0xE0000, 0xE007F}}};

constexpr std::array<Range, 7> kBlanks{{{0x20, 0x20},
                                        {0xA0, 0xA0},
                                        {0x1680, 0x1680},
                                        {0x2000, 0x200A},
                                        {0x202F, 0x202F},
                                        {0x205F, 0x205F},
                                        {0x3000, 0x3000}}};

constexpr std::array<Range, 8> kJoining{{{0x300, 0x36F},
                                         {0x200C, 0x200D},
                                         {0x1AB0, 0x1AFF},
                                         {0x1DC0, 0x1DFF},
                                         {0x20D0, 0x20FF},
                                         {0xFE00, 0xFE0F},
                                         {0xFE20, 0xFE2F},
                                         {0xE0100, 0xE01EF}}};

// What East_Asian_Width (Unicode's annex 11) calls wide, in blocks.
constexpr std::array<Range, 12> kWide{{{0x1100, 0x115F},
                                       {0x2E80, 0x303E},
                                       {0x3041, 0x4DBF},
                                       {0x4E00, 0xA4CF},
                                       {0xA960, 0xA97F},
                                       {0xAC00, 0xD7A3},
                                       {0xF900, 0xFAFF},
                                       {0xFE30, 0xFE6F},
                                       {0xFF00, 0xFF60},
                                       {0xFFE0, 0xFFE6},
                                       {0x1F300, 0x1FAFF},
                                       {0x20000, 0x3FFFD}}};

std::size_t columns_of(std::uint32_t code) {
  if (is_in(code, kJoining)) return 0;
  return is_in(code, kWide) ? 2 : 1;
}

}  // namespace

std::string without_password(std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos) return quotable(text);
  const std::size_t scheme = text.find("://");
  const std::size_t begin = scheme < at ? scheme + 3 : 0;
  if (text.substr(begin, at - begin).find(':') == std::string_view::npos) return quotable(text);
  return quotable(fmt::format("{}…{}", text.substr(0, begin), text.substr(at)));
}

bool is_plain_text(std::string_view text) {
  while (!text.empty()) {
    const std::optional<std::uint32_t> code = take_character(text);
    if (!code || is_in(*code, kHarmful)) return false;
  }
  return true;
}

std::string as_plain_line(std::string_view text, std::size_t max_bytes) {
  std::string line;
  bool is_blank_due = false;
  while (!text.empty()) {
    const std::string_view before = text;
    const std::optional<std::uint32_t> code = take_character(text);
    if (!code) text.remove_prefix(1);
    if (!code || is_in(*code, kHarmful) || is_in(*code, kBlanks)) {
      is_blank_due = !line.empty();
      continue;
    }
    const std::string_view character = before.substr(0, before.size() - text.size());
    const std::size_t blank = is_blank_due ? 1 : 0;
    if (line.size() + blank + character.size() > max_bytes) return line + "…";
    if (std::exchange(is_blank_due, false)) line += ' ';
    line += character;
  }
  return line;
}

std::string quotable(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes && is_plain_text(text)) return std::string(text);
  return as_plain_line(text, max_bytes);
}

bool begins_with_blank(std::string_view plain_text) {
  if (plain_text.empty()) return false;
  const std::optional<std::uint32_t> code = take_character(plain_text);
  return code && is_in(*code, kBlanks);
}

std::size_t columns_of(std::string_view plain_text) {
  std::size_t columns = 0;
  while (!plain_text.empty()) {
    const std::optional<std::uint32_t> code = take_character(plain_text);
    if (!code) break;
    columns += columns_of(*code);
  }
  return columns;
}

}  // namespace jpegwire
