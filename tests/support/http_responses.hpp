#pragma once

#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "net/http/http_head.hpp"

/// Parses the responses of an HTTP server.
namespace jpegwire::test {

struct HttpResponse : HttpResponseHead {
  std::string body{};

  /// Empty if the response does not have it.
  std::string field(std::string_view name) const { return std::string(fields[name]); }
};

enum class HasBody { yes, no };  // no: the answer to HEAD

/// Throws if `text` does not begin with a head exactly as our server writes it (the parser
/// tolerates more from other servers), or if a field occurs twice. The state is need_more if the
/// head is incomplete.
inline HttpResponse read_response_head(std::string_view text) {
  HttpResponse response{parse_response_head(std::as_bytes(std::span(text)), 65'535)};
  if (response.state == HttpHead::State::need_more) return response;
  const bool is_strict =
      text.starts_with("HTTP/1.1 ") && text.substr(0, response.size_bytes).ends_with("\r\n\r\n");
  if (response.state != HttpHead::State::complete || !is_strict)
    throw std::runtime_error("no response: " + std::string(text.substr(0, 1000)));
  for (const auto& [name, value] : response.fields)
    if (response.fields.count(name) > 1) throw std::runtime_error("twice: " + name);
  return response;
}

/// Removes the response at the start of `text`, whose body has a Content-Length, and returns it;
/// nothing if it is incomplete. Throws if it is not a response.
inline std::optional<HttpResponse> take_response(std::string_view& text,
                                                 HasBody has_body = HasBody::yes) {
  HttpResponse response = read_response_head(text);
  if (response.state == HttpHead::State::need_more) return std::nullopt;
  const auto size = static_cast<std::size_t>(response.content_length.value_or(0));
  const std::string_view rest = text.substr(response.size_bytes);
  if (has_body == HasBody::yes) {
    if (rest.size() < size) return std::nullopt;
    response.body = rest.substr(0, size);
  }
  text.remove_prefix(response.size_bytes + response.body.size());
  return response;
}

}  // namespace jpegwire::test
