#pragma once

#include <cstddef>
#include <string_view>

namespace jpegwire {

/// Whether the text is UTF-8 (RFC 3629) without control characters, marks that change the direction
/// of writing, and invisible characters, so that a terminal shows it unchanged and has no other
/// reaction.
bool is_plain_text(std::string_view text);

/// Whether it begins with a blank character of any width.
bool begins_with_blank(std::string_view plain_text);

/// Its width in columns of a terminal: none for a mark that joins the character before it, two for
/// Chinese, Japanese and Korean ones and pictures.
std::size_t columns_of(std::string_view plain_text);

}  // namespace jpegwire
