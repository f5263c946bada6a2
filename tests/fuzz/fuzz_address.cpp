#include <stdexcept>
#include <string>

#include "app/picture_size.hpp"
#include "app/text.hpp"
#include "net/open_stream.hpp"
#include "support/fuzzing.hpp"

// What a user types or pastes as an address, for all that take one: each gives an address that
// reads as it is written, or a sentence that a terminal can show.

using namespace jpegwire;
using namespace jpegwire::test;

namespace {

template <class Parse>
auto parse(Parse parser) -> std::optional<decltype(parser())> {
  try {
    return parser();
  } catch (const std::invalid_argument& error) {
    require(is_plain_text(error.what()), "a sentence is plain text");
    require(std::string_view(error.what()).size() < 2000, "a sentence is short");
    return std::nullopt;
  }
}

void check_endpoints(const std::string& text) {
  if (const auto endpoint = parse([&] { return parse_host(text, kDefaultPort); }))
    require(parse_host(to_string(*endpoint), 1) == *endpoint, "a host reads as written");
  if (const auto endpoint = parse([&] { return parse_tcp_address(text); }))
    require(endpoint->port != 0, "an address to connect to has a port");
  if (const auto endpoint = parse([&] { return parse_listen_address(text, kDefaultHttpPort); }))
    require(!endpoint->host.empty(), "an address to listen on has a host");
  parse([&] { return parse_tcp_listen_address(text); });
  parse([&] { return parse_host_name(text); });
  for (const auto& parser : {parse_rtp_url, parse_rtp_target})
    if (const auto endpoint = parse([&] { return parser(text); }))
      require(endpoint->port >= 1 && endpoint->port <= 65'533, "RTP leaves two ports for RTCP");
}

void check_url(const std::string& text) {
  const auto url = parse([&] { return parse_http_url(text); });
  if (!url) return;
  require(url->target.starts_with('/'), "a target is a path");
  require(url->target.find_first_of(" \r\n") == std::string::npos, "a target is one word");
  require((url->user + url->password).find_first_of("\r\n") == std::string::npos,
          "credentials are on one line");
}

void check_stream(const std::string& text) {
  if (lower(text).ends_with(".sdp")) return;  // a file, which would be read
  const auto address = parse([&] { return parse_stream_address(text); });
  if (!address || !std::holds_alternative<HttpUrl>(address->where)) return;
  const HttpUrl& url = std::get<HttpUrl>(address->where);
  require(url.password.size() < 4 || address->text.find(url.password) == std::string::npos ||
              text.find(url.password) != text.rfind(url.password),
          "a password is not shown");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  check_endpoints(text);
  check_url(text);
  check_stream(text);
  if (const auto picture = parse([&] { return parse_picture_size(text); }))
    require(picture->width >= 16 && picture->height <= 4320, "a size is within its limits");
  require(is_plain_text(quotable(text)), "a quoted word is plain text");
  require(as_plain_line(text, 40).size() <= 43, "a line is short");
  return 0;
}
