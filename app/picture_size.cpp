#include "app/picture_size.hpp"

#include <fmt/format.h>

#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "app/parse_number.hpp"
#include "app/text.hpp"

namespace jpegwire {
namespace {

constexpr std::pair<std::string_view, PictureSize> kNamedSizes[] = {
    {"480p", {640, 480}},    {"720p", {1280, 720}}, {"1080p", {1920, 1080}},
    {"1440p", {2560, 1440}}, {"4k", {3840, 2160}},  {"8k", {7680, 4320}}};

/// The texts before and behind the cross; nothing if there is none.
std::optional<std::pair<std::string_view, std::string_view>> split_at_cross(std::string_view text) {
  for (const std::string_view cross : {"x", "X", "×"})
    if (const std::size_t at = text.find(cross); at != text.npos)
      return std::pair(text.substr(0, at), text.substr(at + cross.size()));
  return std::nullopt;
}

}  // namespace

PictureSize parse_picture_size(const std::string& text) {
  for (const auto& [name, size] : kNamedSizes)
    if (equal_ignoring_case(text, name)) return size;
  const auto sides = split_at_cross(text);
  const auto width = sides ? parse_number<int>(sides->first) : std::nullopt;
  const auto height = sides ? parse_number<int>(sides->second) : std::nullopt;
  if (!width || !height)
    throw std::invalid_argument(
        fmt::format("'{}' is not a size such as 1280x720, 720p, 1080p or 4k", quotable(text)));
  if (*width < 16 || *height < 16 || *width > 7680 || *height > 4320)
    throw std::invalid_argument(
        fmt::format("{} is not between 16x16 and 7680x4320", quotable(text)));
  return {*width, *height};
}

}  // namespace jpegwire
