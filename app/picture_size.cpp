#include "app/picture_size.hpp"

#include <fmt/format.h>

#include <optional>
#include <stdexcept>
#include <string_view>

#include "app/parse_number.hpp"

namespace jpegwire {

PictureSize parse_picture_size(const std::string& text) {
  const std::size_t cross = text.find('x');
  const auto width = parse_number<int>(std::string_view(text).substr(0, cross));
  const auto height = cross == std::string::npos
                          ? std::nullopt
                          : parse_number<int>(std::string_view(text).substr(cross + 1));
  if (!width || !height)
    throw std::invalid_argument(fmt::format("'{}' is not a size such as 1280x720", text));
  if (*width < 16 || *height < 16 || *width > 7680 || *height > 4320)
    throw std::invalid_argument(fmt::format("{} is not between 16x16 and 7680x4320", text));
  return {*width, *height};
}

}  // namespace jpegwire
