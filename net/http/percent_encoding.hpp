#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace jpegwire {

/// Encodes all characters but letters, digits and "-._~" as %XX (RFC 3986, section 2.3), for a
/// segment of a URL's path or a parameter of a header field (RFC 8187).
std::string percent_encode(std::string_view text);

/// Nothing if a % is not followed by two hexadecimal digits.
std::optional<std::string> percent_decode(std::string_view text);

}  // namespace jpegwire
