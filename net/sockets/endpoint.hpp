#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace jpegwire {

inline constexpr std::uint16_t kDefaultPort = 2500;
inline constexpr std::uint16_t kDefaultHttpPort = 8080;

/// A host, by name or address (IPv6 without brackets), and a port.
struct Endpoint {
  std::string host;
  std::uint16_t port = kDefaultPort;

  bool operator==(const Endpoint&) const = default;
};

/// "[ADDR:]PORT" or "ADDR" as an address to listen on: "2500", "0.0.0.0:2500", "[::]:2500".
/// Without an address it is 127.0.0.1. Throws std::invalid_argument with a sentence.
Endpoint parse_listen_address(std::string_view text, std::uint16_t default_port);

/// "HOST[:PORT]" to connect to, as after the scheme of a URL: an IPv6 address is in brackets.
/// Throws std::invalid_argument with a sentence.
Endpoint parse_host(std::string_view text, std::uint16_t default_port);

/// "[tcp://]HOST[:PORT]" to connect to. Without the scheme, an IPv6 address needs no brackets if no
/// port follows, and a number alone is a port of this machine. The same errors.
Endpoint parse_tcp_address(std::string_view text, std::uint16_t default_port = kDefaultPort);

/// A host without a port; an IPv6 address may be in brackets. The same errors.
std::string parse_host_name(std::string_view text);

/// "[tcp://][ADDR:]PORT", for a viewer's --listen; the same errors.
Endpoint parse_tcp_listen_address(std::string_view text);

/// Schemes are compared without regard to case (RFC 3986, section 3.1).
bool is_tcp_url(std::string_view text);

/// "rtp://ADDR:PORT", where a receiver listens: a group's address or its own; the default is
/// 0.0.0.0. A zone after the address names the interface: "239.1.2.3%eth0", "[ff15::1%eth0]". It
/// stays in the host. The port is from 1 to 65533. Throws std::invalid_argument with a sentence.
Endpoint parse_rtp_url(std::string_view url);

/// "[rtp://]ADDR:PORT", the destination of a sender; the same, but the address is required.
Endpoint parse_rtp_target(std::string_view text);

bool is_rtp_url(std::string_view text);

/// "host:port", with brackets around an IPv6 address.
std::string to_string(const Endpoint& endpoint);

/// "tcp://host:port".
std::string to_tcp_url(const Endpoint& endpoint);

/// "rtp://host:port".
std::string to_rtp_url(const Endpoint& endpoint);

}  // namespace jpegwire
