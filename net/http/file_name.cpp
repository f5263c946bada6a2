#include "net/http/file_name.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "app/plain_text.hpp"
#include "app/text.hpp"

namespace jpegwire {
namespace {

bool has_offered_ending(std::string_view name) {
  const std::string ending = lower(name.substr(name.rfind('.') + 1));
  constexpr std::array<std::string_view, 7> kEndings{"mkv", "mov",  "avi", "mp4",
                                                     "jpg", "jpeg", "png"};
  return std::ranges::find(kEndings, ending) != kEndings.end();
}

}  // namespace

bool is_offered_name(std::string_view name) {
  if (name.empty() || name.size() > kMaxFileNameBytes || name[0] == '.') return false;
  if (name.find('/') != std::string_view::npos || name.find('.') == std::string_view::npos)
    return false;
  return has_offered_ending(name) && is_plain_text(name) && !begins_with_blank(name);
}

}  // namespace jpegwire
