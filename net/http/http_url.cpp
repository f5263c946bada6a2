#include "net/http/http_url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "app/text.hpp"

namespace jpegwire {
namespace {

bool is_unreserved(char c) {
  const bool is_letter_or_digit =
      (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return is_letter_or_digit || std::string_view("-._~").find(c) != std::string_view::npos;
}

constexpr std::string_view kScheme = "http://";
constexpr std::uint16_t kHttpPort = 80;

// A password that was not encoded may contain a %.
std::string decoded(std::string_view text) {
  return percent_decode(text).value_or(std::string(text));
}

// Characters that would end the request line, or be invisible in it or in a window's title, are not
// allowed in a URL.
bool has_only_visible_characters(std::string_view text) {
  return is_plain_text(text) && text.find(' ') == std::string_view::npos;
}

bool has_control_characters(std::string_view text) {
  return std::ranges::any_of(text, [](unsigned char c) { return c < ' ' || c == 0x7F; });
}

[[noreturn]] void refuse(std::string_view text, std::string_view why) {
  throw std::invalid_argument(fmt::format("'{}' {}", without_password(text), why));
}

// A user's name, unlike most hosts', has no dot.
bool is_surely_a_host(std::string_view authority) {
  const std::string_view host = authority.substr(0, authority.find(':'));
  return host.starts_with('[') || host.find('.') != std::string_view::npos ||
         equal_ignoring_case(host, "localhost");
}

/// An @ behind the first '/', '?' or '#' is either part of the path or query, or it ends a password
/// in which such a character was not encoded. Where it may be the latter, the URL is refused: part
/// of the password would be looked up as a host, and shown.
void require_encoded_password(std::string_view text) {
  const std::string_view rest = text.substr(kScheme.size());
  const std::size_t at = std::min(rest.rfind('@'), rest.size());
  const std::size_t end = rest.find_first_of("/?#");
  if (at == rest.size() || end > at) return;
  const std::string_view authority = rest.substr(0, end);
  const std::string_view host = authority.substr(authority.rfind('@') + 1);
  const bool has_password = rest.substr(0, at).find(':') != std::string_view::npos;
  const bool is_in_fragment = rest.find('#') < at;
  if (!is_in_fragment && (!has_password || is_surely_a_host(host))) return;
  refuse(
      text,
      "is ambiguous: in the user and the password, write / as %2F, ? as %3F and # as %23; behind "
      "the host, write @ as %40");
}

}  // namespace

bool is_http_url(std::string_view text) {
  return equal_ignoring_case(text.substr(0, kScheme.size()), kScheme);
}

HttpUrl parse_http_url(std::string_view text) {
  if (!is_http_url(text)) refuse(text, "is not a URL such as http://camera:8080/stream");
  if (!has_only_visible_characters(text))
    refuse(text, "has a blank or a character that is not visible in it; write a blank as %20");
  require_encoded_password(text);
  std::string_view rest = text.substr(kScheme.size());
  rest = rest.substr(0, rest.find('#'));
  const std::size_t path = std::min(rest.find_first_of("/?"), rest.size());
  std::string_view authority = rest.substr(0, path);
  HttpUrl url;
  url.target = rest.substr(path);
  if (!url.target.starts_with('/')) url.target.insert(0, 1, '/');
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    const std::string_view credentials = authority.substr(0, at);
    const std::size_t colon = std::min(credentials.find(':'), credentials.size());
    url.user = decoded(credentials.substr(0, colon));
    url.password = decoded(credentials.substr(std::min(colon + 1, credentials.size())));
    authority.remove_prefix(at + 1);
    if (has_control_characters(url.user + url.password))
      throw std::invalid_argument("the user and the password must not contain control characters");
  }
  url.endpoint = parse_host(authority, kHttpPort);
  return url;
}

std::string to_string(const HttpUrl& url) {
  const std::string host =
      url.endpoint.port == kHttpPort && url.endpoint.host.find(':') == std::string::npos
          ? url.endpoint.host
          : to_string(url.endpoint);
  return fmt::format("{}{}{}", kScheme, host, url.target);
}

std::string percent_encode(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    if (is_unreserved(c))
      encoded.push_back(c);
    else
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return encoded;
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string decoded;
  while (!text.empty()) {
    if (text.front() != '%') {
      decoded.push_back(text.front());
      text.remove_prefix(1);
      continue;
    }
    unsigned char value = 0;
    const std::string_view digits = text.substr(1, 2);
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (error != std::errc() || end - digits.data() != 2) return std::nullopt;
    decoded.push_back(static_cast<char>(value));
    text.remove_prefix(3);
  }
  return decoded;
}

}  // namespace jpegwire
