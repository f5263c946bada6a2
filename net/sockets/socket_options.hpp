#pragma once

#include <asio/ip/tcp.hpp>
#include <cstddef>
#include <optional>
#include <string>

#include "codec/time.hpp"

namespace jpegwire {

/// How a connection writes. All settings but the defaults deliberately make it worse, for
/// experiments.
struct WriteSettings {
  std::optional<int> buffer_bytes{};  // SO_SNDBUF; the kernel doubles it, and bounds it
  std::size_t piece_bytes = 0;        // maximum size of one write; 0: unlimited
  microseconds pause{};               // between two pieces
  bool no_delay = true;               // else Nagle's algorithm holds small pieces back (RFC 896)
};

/// How a connection reads, for experiments too.
struct ReadSettings {
  std::optional<int> buffer_bytes{};  // SO_RCVBUF; the kernel doubles it, and bounds it
  std::size_t max_bytes = 0;          // maximum size of one recv; 0: as much as there is room for
  bool are_recorded = false;          // into each frame's `arrival`
};

/// Sets a sender's connection up for low latency: no Nagle delay; at most about 16 kB of unsent
/// data in the kernel, so that old frames do not wait there (tcp(7), TCP_NOTSENT_LOWAT); a peer
/// that acknowledges nothing for 30 s is disconnected (TCP_USER_TIMEOUT); and the kernel of one
/// that has been silent for a second is asked for its window (TCP_KEEPIDLE). Errors are not fatal:
/// an older kernel lacks some of these options.
void make_fresh(asio::ip::tcp::socket& socket);

/// Applies those settings that are socket options. Errors are not fatal.
void apply(const WriteSettings& settings, asio::ip::tcp::socket& socket);
void apply(const ReadSettings& settings, asio::ip::tcp::socket& socket);

/// "192.168.1.5:43210" or "[::1]:43210"; "a peer" where the connection is gone already.
std::string peer_name(const asio::ip::tcp::socket& socket);

}  // namespace jpegwire
