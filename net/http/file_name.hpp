#pragma once

#include <cstddef>
#include <string_view>

namespace jpegwire {

/// Linux has 255 (NAME_MAX), of which a client needs some for NAME.part and NAME.part-99.
inline constexpr std::size_t kMaxFileNameBytes = 240;

/// Whether a file of this name is offered and may be asked for: plain text of a single path
/// component, at most kMaxFileNameBytes, that begins with no dot or blank and ends, in small
/// letters or capitals, as a recording (mkv, mov, avi, mp4) or a picture (jpg, jpeg, png) does.
bool is_offered_name(std::string_view name);

}  // namespace jpegwire
