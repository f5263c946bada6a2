#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/sockets/endpoint.hpp"

namespace jpegwire {

/// The address of a stream on an HTTP server, and the credentials to use.
struct HttpUrl {
  Endpoint endpoint;
  std::string target = "/";  // path and query, as they are sent
  std::string user;          // empty: no credentials
  std::string password;
};

/// Schemes are compared without regard to case (RFC 3986, section 3.1).
bool is_http_url(std::string_view text);

/// "http://[USER:PASSWORD@]HOST[:PORT][/PATH[?QUERY]]" (RFC 3986); the default port is 80. A
/// character that would end the user or password is percent-encoded: / as %2F, ? as %3F, # as %23.
/// Throws std::invalid_argument with a one-sentence message that does not contain the password.
HttpUrl parse_http_url(std::string_view text);

/// The URL without user and password, for messages.
std::string to_string(const HttpUrl& url);

/// Encodes all characters but letters, digits and "-._~" as %XX (RFC 3986, section 2.3), for a
/// segment of a URL's path or a parameter of a header field (RFC 8187).
std::string percent_encode(std::string_view text);

/// Nothing if a % is not followed by two hexadecimal digits.
std::optional<std::string> percent_decode(std::string_view text);

}  // namespace jpegwire
