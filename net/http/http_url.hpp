#pragma once

#include <string>
#include <string_view>

#include "net/sockets/endpoint.hpp"

namespace jpegwire {

/// Where an HTTP server gives a stream, and as whom to ask for it.
struct HttpUrl {
  Endpoint endpoint;
  std::string target = "/";  // path and query, as they are sent
  std::string user;          // empty: nobody in particular
  std::string password;
};

bool is_http_url(std::string_view text);

/// "http://[USER:PASSWORD@]HOST[:PORT][/PATH[?QUERY]]" (RFC 3986); the port is 80 unless given, and
/// a character that would end the user or password is written as %40 and the like. Throws
/// std::invalid_argument with a sentence.
HttpUrl parse_http_url(std::string_view text);

/// The URL without user and password, which are nobody else's business.
std::string to_string(const HttpUrl& url);

}  // namespace jpegwire
