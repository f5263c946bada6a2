#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/http/http_url.hpp"

namespace jpegwire {

/// The Authorization field for a server that answered a GET with these WWW-Authenticate fields:
/// Digest (RFC 7616, with SHA-256 or MD5) if offered, otherwise Basic (RFC 7617). Nothing if
/// neither is offered or the URL names no user. `client_nonce` is random and for one request only.
std::optional<std::string> answer_challenges(const std::vector<std::string>& challenges,
                                             const HttpUrl& url, std::string_view client_nonce);

/// Whether the server only asks for the answer to a newer nonce (RFC 7616, section 3.3): user and
/// password were right.
bool is_nonce_stale(const std::vector<std::string>& challenges);

}  // namespace jpegwire
