#pragma once

#include <cstddef>
#include <string_view>

namespace jpegwire {

/// Linux permits 255 bytes (NAME_MAX), of which a client needs some for NAME.part and NAME.part-99.
inline constexpr std::size_t kMaxFileNameBytes = 240;

/// Whether a file of this name is offered: plain text of a single path component, at most
/// kMaxFileNameBytes, that does not begin with a dot or blank and has the extension, in lower or
/// upper case, of a recording (mkv, mov, avi, mp4) or a picture (jpg, jpeg, png).
bool is_offered_name(std::string_view name);

}  // namespace jpegwire
