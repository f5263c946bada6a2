#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace jpegwire {

/// "1 frame", "2 frames".
inline std::string counted(std::uint64_t number, std::string_view one, std::string_view several) {
  return fmt::format("{} {}", number, number == 1 ? one : several);
}

inline std::string counted(std::uint64_t number, std::string_view one) {
  return counted(number, one, fmt::format("{}s", one));
}

}  // namespace jpegwire
