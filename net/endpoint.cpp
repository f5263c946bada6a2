#include "net/endpoint.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <stdexcept>

namespace jpegwire {
namespace {

constexpr std::string_view kTcpScheme = "tcp://";

struct HostAndPort {
  std::string_view host;
  std::optional<std::string_view> port;
};

// Splits at the colon before the port; an IPv6 address stands in brackets, so its colons are its
// own.
HostAndPort split(std::string_view text) {
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos)
      throw std::invalid_argument(fmt::format("'{}' lacks the ']' behind the address", text));
    const std::string_view behind = text.substr(end + 1);
    if (!behind.empty() && !behind.starts_with(':'))
      throw std::invalid_argument(fmt::format("'{}' has no ':PORT' behind the ']'", text));
    return {text.substr(1, end - 1),
            behind.empty() ? std::nullopt : std::optional(behind.substr(1))};
  }
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return {text, std::nullopt};
  if (text.find(':', colon + 1) != std::string_view::npos)
    throw std::invalid_argument(fmt::format(
        "'{}' has several colons; write an IPv6 address in brackets: [::1]:2500", text));
  return {text.substr(0, colon), text.substr(colon + 1)};
}

std::uint16_t parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size())
    throw std::invalid_argument(
        fmt::format("'{}' is not a port; give a number from 0 to 65535", text));
  return port;
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::string_view without_scheme(std::string_view url) {
  if (!is_tcp_url(url))
    throw std::invalid_argument(fmt::format("'{}' is not a URL of the form tcp://HOST:PORT", url));
  std::string_view rest = url.substr(kTcpScheme.size());
  if (rest.ends_with('/')) rest.remove_suffix(1);
  return rest;
}

}  // namespace

Endpoint parse_listen_address(std::string_view text) {
  if (is_tcp_url(text))
    throw std::invalid_argument(fmt::format("'{}': write ADDR:PORT, without tcp://", text));
  if (is_number(text)) return {"127.0.0.1", parse_port(text)};
  const HostAndPort parts = split(text);
  Endpoint endpoint{std::string(parts.host.empty() ? "127.0.0.1" : parts.host)};
  if (parts.port) endpoint.port = parse_port(*parts.port);
  return endpoint;
}

Endpoint parse_tcp_url(std::string_view url) {
  const HostAndPort parts = split(without_scheme(url));
  if (parts.host.empty())
    throw std::invalid_argument(fmt::format("'{}' names no host; write tcp://HOST:PORT", url));
  Endpoint endpoint{std::string(parts.host)};
  if (parts.port) endpoint.port = parse_port(*parts.port);
  if (endpoint.port == 0)
    throw std::invalid_argument(fmt::format("'{}' has port 0, where nobody can be reached", url));
  return endpoint;
}

Endpoint parse_tcp_listen_url(std::string_view url) {
  return parse_listen_address(without_scheme(url));
}

bool is_tcp_url(std::string_view text) { return text.starts_with(kTcpScheme); }

std::string to_string(const Endpoint& endpoint) {
  const bool is_ipv6 = endpoint.host.find(':') != std::string::npos;
  return is_ipv6 ? fmt::format("[{}]:{}", endpoint.host, endpoint.port)
                 : fmt::format("{}:{}", endpoint.host, endpoint.port);
}

std::string to_tcp_url(const Endpoint& endpoint) {
  return std::string(kTcpScheme) + to_string(endpoint);
}

}  // namespace jpegwire
