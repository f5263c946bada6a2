#pragma once

#include <string>

#include "codec/frame.hpp"

namespace jpegwire {

/// Of a picture whose size the user does not choose.
inline constexpr PictureSize kDefaultPictureSize{1280, 720};

/// "1280x720", from 16x16 to 7680x4320. Throws std::invalid_argument with a sentence.
PictureSize parse_picture_size(const std::string& text);

}  // namespace jpegwire
