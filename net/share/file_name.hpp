#pragma once

#include <cstddef>
#include <string_view>

namespace jpegwire {

inline constexpr std::size_t kMaxFileNameBytes = 255;  // as Linux has it, NAME_MAX

/// Whether the text is UTF-8 (RFC 3629) without control characters and marks that turn the
/// direction of writing, so that a terminal shows it as it is and does nothing else.
bool is_plain_text(std::string_view text);

/// Whether a file of this name is offered and may be asked for: plain text of a single path
/// component, at most kMaxFileNameBytes, that begins with no dot and ends, in small letters or
/// capitals, as a recording (mkv, mov, avi, mp4) or a picture (jpg, jpeg, png) does.
bool is_offered_name(std::string_view name);

}  // namespace jpegwire
