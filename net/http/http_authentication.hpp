#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/http/http_url.hpp"

namespace jpegwire {

/// What to send as Authorization to a server that answered a GET with these WWW-Authenticate
/// fields: Digest (RFC 7616, with SHA-256 or MD5) where it is offered, else Basic (RFC 7617).
/// Nothing where neither is, or where the URL names no user. `client_nonce` is random and for one
/// request only.
std::optional<std::string> answer_challenges(const std::vector<std::string>& challenges,
                                             const HttpUrl& url, std::string_view client_nonce);

}  // namespace jpegwire
