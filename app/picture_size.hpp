#pragma once

#include <string>

#include "codec/frame.hpp"

namespace jpegwire {

/// Of a picture whose size the user does not choose.
inline constexpr PictureSize kDefaultPictureSize{1280, 720};

/// "1280x720", "1280X720", "1280×720", or "480p", "720p", "1080p", "1440p", "4k" or "8k"; from
/// 16x16 to 7680x4320. Throws std::invalid_argument with a sentence.
PictureSize parse_picture_size(const std::string& text);

}  // namespace jpegwire
