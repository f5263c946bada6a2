#include "net/sockets/endpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <asio/ip/address_v6.hpp>
#include <optional>
#include <stdexcept>

#include "app/parse_number.hpp"
#include "app/text.hpp"

namespace jpegwire {
namespace {

constexpr std::string_view kTcpScheme = "tcp://";
constexpr std::string_view kRtpScheme = "rtp://";

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_ipv6_address(std::string_view text) {
  std::error_code error;
  asio::ip::make_address_v6(std::string(text), error);
  return !error;
}

/// Whether it is an IPv6 address, a colon and a number, which may be meant as a port.
bool ends_with_port(std::string_view text) {
  const std::size_t colon = std::min(text.rfind(':'), text.size());
  return is_ipv6_address(text.substr(0, colon)) &&
         is_number(text.substr(std::min(colon + 1, text.size())));
}

/// How to write an IPv6 address with a port.
std::string in_brackets(std::string_view text, std::uint16_t default_port) {
  if (ends_with_port(text)) {
    const std::size_t colon = text.rfind(':');
    return fmt::format("[{}]:{}", text.substr(0, colon), text.substr(colon + 1));
  }
  return fmt::format("[{}]:{}", is_ipv6_address(text) ? text : "::1", default_port);
}

struct HostAndPort {
  std::string_view host;
  std::optional<std::string_view> port;
};

// Splits at the colon before the port; an IPv6 address is in brackets, so the colons inside it do
// not count.
HostAndPort split(std::string_view text, std::uint16_t default_port = kDefaultPort) {
  if (!is_plain_text(text))
    throw std::invalid_argument(
        fmt::format("'{}' has a character that is not visible; it cannot be in an address",
                    without_password(text)));
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos)
      throw std::invalid_argument(
          fmt::format("'{}' lacks the ']' after the address", quotable(text)));
    const std::string_view behind = text.substr(end + 1);
    if (!behind.empty() && !behind.starts_with(':'))
      throw std::invalid_argument(fmt::format("'{}' has no ':PORT' after the ']'", quotable(text)));
    return {text.substr(1, end - 1),
            behind.empty() ? std::nullopt : std::optional(behind.substr(1))};
  }
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return {text, std::nullopt};
  if (text.find(':', colon + 1) != std::string_view::npos)
    throw std::invalid_argument(
        fmt::format("'{}' has several colons; write an IPv6 address in brackets: {}",
                    without_password(text), quotable(in_brackets(text, default_port))));
  return {text.substr(0, colon), text.substr(colon + 1)};
}

std::uint16_t parse_port(std::string_view text) {
  if (text.empty())
    throw std::invalid_argument("the port is missing behind the ':'; write it, or leave out both");
  const auto port = parse_number<std::uint16_t>(text);
  if (!port)
    throw std::invalid_argument(
        fmt::format("'{}' is not a port; give a number from 0 to 65535", quotable(text)));
  return *port;
}

std::uint16_t parse_rtp_port(std::string_view text) {
  const std::uint16_t port = parse_number<std::uint16_t>(text).value_or(0);
  if (port == 0 || port > 65'533)
    throw std::invalid_argument(fmt::format(
        "'{}' is not a port for RTP; give a number from 1 to 65533, since RTCP and repair use the "
        "two ports above it",
        quotable(text)));
  return port;
}

bool has_scheme(std::string_view text, std::string_view scheme) {
  return equal_ignoring_case(text.substr(0, scheme.size()), scheme);
}

std::string_view behind_scheme(std::string_view url, std::string_view scheme) {
  std::string_view rest = url.substr(scheme.size());
  if (rest.ends_with('/')) rest.remove_suffix(1);
  return rest;
}

// A file name or path has no scheme either, but is no address.
std::string_view without_tcp_scheme(std::string_view text) {
  if (is_tcp_url(text)) {
    const std::string_view rest = behind_scheme(text, kTcpScheme);
    if (rest.find('/') != std::string_view::npos)
      throw std::invalid_argument(
          fmt::format("'{}' has a path, which only http:// has; write tcp://{}, or http://{}",
                      without_password(text), without_password(rest.substr(0, rest.find('/'))),
                      without_password(rest)));
    return rest;
  }
  if (text.find('/') != std::string_view::npos)
    throw std::invalid_argument(
        fmt::format("'{}' is not an address of the form tcp://HOST:PORT", without_password(text)));
  return text;
}

// RTP has no default port.
Endpoint parse_rtp_address(std::string_view text) {
  const HostAndPort parts = split(text);
  if (!parts.port)
    throw std::invalid_argument(
        fmt::format("'{}' lacks an address or a port; write ADDR:PORT, such as 239.1.2.3:5004",
                    quotable(text)));
  return {std::string(parts.host), parse_rtp_port(*parts.port)};
}

}  // namespace

Endpoint parse_listen_address(std::string_view text, std::uint16_t default_port) {
  text = trimmed(text);
  if (is_tcp_url(text))
    throw std::invalid_argument(
        fmt::format("'{}': write ADDR:PORT, without tcp://", quotable(text)));
  if (is_number(text)) return {"127.0.0.1", parse_port(text)};
  const HostAndPort parts = split(text, default_port);
  Endpoint endpoint{std::string(parts.host.empty() ? "127.0.0.1" : parts.host), default_port};
  if (parts.port) endpoint.port = parse_port(*parts.port);
  return endpoint;
}

Endpoint parse_host(std::string_view text, std::uint16_t default_port) {
  const HostAndPort parts = split(text, default_port);
  if (parts.host.empty())
    throw std::invalid_argument(
        fmt::format("'{}' has no host; write HOST or HOST:PORT", quotable(text)));
  Endpoint endpoint{std::string(parts.host), default_port};
  if (parts.port) endpoint.port = parse_port(*parts.port);
  if (endpoint.port == 0)
    throw std::invalid_argument(
        fmt::format("'{}' has port 0, which cannot be connected to", quotable(text)));
  return endpoint;
}

// "::1:2500" is an address, too, but of a kind that nobody has any more (RFC 4291, 2.5.5.1).
Endpoint parse_tcp_address(std::string_view text, std::uint16_t default_port) {
  text = trimmed(text);
  const std::string_view host = without_tcp_scheme(text);
  if (host.find('@') != std::string_view::npos)
    throw std::invalid_argument(
        fmt::format("'{}': only http:// has a user and a password; write tcp://HOST:PORT",
                    without_password(text)));
  if (is_tcp_url(text)) return parse_host(host, default_port);
  const bool may_have_port = host.starts_with("::") && ends_with_port(host);
  if (is_ipv6_address(host) && !may_have_port) return {std::string(host), default_port};
  if (is_number(host)) return parse_host(fmt::format("localhost:{}", host), default_port);
  const bool is_port_alone = host.starts_with(':') && is_number(host.substr(1));
  return parse_host((is_port_alone ? "localhost" : "") + std::string(host), default_port);
}

std::string parse_host_name(std::string_view text) {
  text = trimmed(text);
  if (is_ipv6_address(text)) return std::string(text);
  const HostAndPort parts = split(text);
  if (parts.port || parts.host.empty())
    throw std::invalid_argument(
        fmt::format("'{}' is not a host; give its port with -p PORT", without_password(text)));
  return std::string(parts.host);
}

Endpoint parse_tcp_listen_address(std::string_view text) {
  return parse_listen_address(without_tcp_scheme(trimmed(text)), kDefaultPort);
}

bool is_tcp_url(std::string_view text) { return has_scheme(text, kTcpScheme); }

Endpoint parse_rtp_url(std::string_view url) {
  url = trimmed(url);
  if (!is_rtp_url(url))
    throw std::invalid_argument(
        fmt::format("'{}' is not a URL of the form rtp://ADDR:PORT", without_password(url)));
  Endpoint endpoint = parse_rtp_address(behind_scheme(url, kRtpScheme));
  if (endpoint.host.empty()) endpoint.host = "0.0.0.0";
  return endpoint;
}

Endpoint parse_rtp_target(std::string_view text) {
  text = trimmed(text);
  Endpoint endpoint = parse_rtp_address(is_rtp_url(text) ? behind_scheme(text, kRtpScheme) : text);
  if (endpoint.host.empty())
    throw std::invalid_argument(fmt::format(
        "'{}' has no destination; write the address of a viewer or of a group: ADDR:PORT",
        quotable(text)));
  return endpoint;
}

bool is_rtp_url(std::string_view text) { return has_scheme(text, kRtpScheme); }

std::string to_string(const Endpoint& endpoint) {
  const bool is_ipv6 = endpoint.host.find(':') != std::string::npos;
  return is_ipv6 ? fmt::format("[{}]:{}", endpoint.host, endpoint.port)
                 : fmt::format("{}:{}", endpoint.host, endpoint.port);
}

std::string to_tcp_url(const Endpoint& endpoint) {
  return std::string(kTcpScheme) + to_string(endpoint);
}

std::string to_rtp_url(const Endpoint& endpoint) {
  return std::string(kRtpScheme) + to_string(endpoint);
}

}  // namespace jpegwire
