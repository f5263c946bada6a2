#pragma once

#include <string>

namespace jpegwire {

struct PictureSize {
  int width = 1280;
  int height = 720;

  bool operator==(const PictureSize&) const = default;
};

/// "1280x720", from 16x16 to 7680x4320. Throws std::invalid_argument with a sentence.
PictureSize parse_picture_size(const std::string& text);

}  // namespace jpegwire
