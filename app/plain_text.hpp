#pragma once

#include <cstddef>
#include <string_view>

namespace jpegwire {

/// Whether the text is UTF-8 (RFC 3629) without control characters, marks that turn the direction
/// of writing, and characters that nobody sees, so that a terminal shows it as it is and does
/// nothing else.
bool is_plain_text(std::string_view text);

/// Whether it begins with a blank of any width.
bool begins_with_blank(std::string_view plain_text);

/// How many columns of a terminal it takes: none for a mark that joins the character before it, two
/// for Chinese, Japanese and Korean ones and pictures.
std::size_t columns_of(std::string_view plain_text);

}  // namespace jpegwire
