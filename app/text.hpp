#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace jpegwire {

/// "1 frame", "2 frames".
inline std::string counted(std::uint64_t number, std::string_view one, std::string_view several) {
  return fmt::format("{} {}", number, number == 1 ? one : several);
}

inline std::string counted(std::uint64_t number, std::string_view one) {
  return counted(number, one, fmt::format("{}s", one));
}

/// ASCII's capital letter as its small one; any other character as it is.
constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// ASCII's small letter as its capital one; any other character as it is.
constexpr char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

inline std::string lower(std::string_view text) {
  std::string lowered(text);
  std::ranges::transform(lowered, lowered.begin(), [](char c) { return lower(c); });
  return lowered;
}

/// Without the blanks, tabs and line breaks around it.
constexpr std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t begin = std::min(text.find_first_not_of(kSpace), text.size());
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

/// Whether the texts are equal but for the case of ASCII letters.
constexpr bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

/// For messages: what a user has typed as an address, without what may be a user and a password.
/// These end at the last @, because a password that was not percent-encoded may contain any
/// character. The rest is as quotable() makes it.
std::string without_password(std::string_view text);

/// Whether the text is UTF-8 (RFC 3629) without control characters, marks that change the direction
/// of writing, and invisible characters, so that a terminal shows it unchanged and has no other
/// reaction.
bool is_plain_text(std::string_view text);

/// What a peer, a device or a file says, on one line and harmless, for a terminal, a log, a window
/// or a page: a blank for white space and for what is_plain_text() does not accept, and "…" for
/// what exceeds `max_bytes`. Every text from elsewhere that is shown passes through here.
std::string as_plain_line(std::string_view text, std::size_t max_bytes);

/// For messages that quote a user's word exactly: the text itself if it is plain and has at most
/// `max_bytes`, else as_plain_line().
std::string quotable(std::string_view text, std::size_t max_bytes = 300);

/// Whether it begins with a blank character of any width.
bool begins_with_blank(std::string_view plain_text);

/// Its width in columns of a terminal: none for a mark that joins the character before it, two for
/// Chinese, Japanese and Korean ones and pictures.
std::size_t columns_of(std::string_view plain_text);

}  // namespace jpegwire
