#pragma once

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace jpegwire {

/// The text as a number; nothing if it is not one as a whole, or out of the type's range.
template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace jpegwire
