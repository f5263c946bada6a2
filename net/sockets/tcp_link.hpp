#pragma once

#include <asio/ip/address.hpp>
#include <asio/ip/tcp.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "codec/time.hpp"

namespace jpegwire {

/// What the kernel knows of an established TCP connection.
struct TcpLink {
  std::optional<std::size_t> window_bytes{};  // that the peer offers now; nothing before Linux 5.4
  std::size_t congestion_window_bytes = 0;
  microseconds round_trip{};        // smoothed
  microseconds least_round_trip{};  // without queues
  microseconds limited_by_peer{};   // since the connection began, its window was too small to send
  std::optional<std::uint64_t> acknowledged_bytes{};  // of all that were sent; Linux 4.1
  double delivered_per_second = 0;  // bytes, as the kernel measured last; 0: not yet
  microseconds since_sent{};        // since data was last sent; in steps of some milliseconds
  microseconds since_heard{};       // since an acknowledgement last came
};

/// Of a connection that is gone, all is 0.
TcpLink tcp_link(asio::ip::tcp::socket& socket);

/// The bytes that were written and that the peer has not acknowledged (tcp(7), SIOCOUTQ).
std::size_t unacknowledged_bytes(asio::ip::tcp::socket& socket);

/// The rate to assume before anything was measured: a congestion window per round trip. On
/// loopback both say little, and there is no limit to find.
double first_rate(const TcpLink& link, bool is_loopback);

/// The same of a link without a connection.
double first_rate(bool is_loopback);

/// Whether these are addresses of one machine, this one, of which `here` is one.
bool is_on_this_machine(const asio::ip::address& here, const asio::ip::address& there);

}  // namespace jpegwire
