#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/http/http_url.hpp"

namespace jpegwire {

/// The Authorization field for a server that answered a GET with these WWW-Authenticate fields:
/// Digest (RFC 7616, with SHA-256 or MD5) if offered, otherwise Basic (RFC 7617). Nothing if
/// neither is offered or the URL names no user. `client_nonce` is random and for one request only;
/// `nonce_count` is the number of requests with the server's nonce, this one included (RFC 7616,
/// section 3.4): a server may refuse a number that it has seen.
std::optional<std::string> answer_challenges(const std::vector<std::string>& challenges,
                                             const HttpUrl& url, std::string_view client_nonce,
                                             std::uint32_t nonce_count);

/// The server's nonce in the challenge that answer_challenges() answers; empty if it has none.
std::string nonce_of(const std::vector<std::string>& challenges);

/// Whether the server only asks for the answer to a newer nonce (RFC 7616, section 3.3): user and
/// password were right.
bool is_nonce_stale(const std::vector<std::string>& challenges);

}  // namespace jpegwire
