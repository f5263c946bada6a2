#pragma once

#include <asio/ip/tcp.hpp>
#include <cstddef>
#include <optional>
#include <string>

#include "codec/time.hpp"

namespace jpegwire {

/// How a connection writes. Anything but the default makes it worse, to show how.
struct WriteSettings {
  std::optional<int> buffer_bytes{};  // SO_SNDBUF; the kernel doubles it, and bounds it
  std::size_t piece_bytes = 0;  // at most so many in one write; 0: as many as the kernel takes
  microseconds pause{};         // between two pieces
  bool no_delay = true;         // else Nagle's algorithm holds small pieces back (RFC 896)
};

/// How a connection reads; likewise.
struct ReadSettings {
  std::optional<int> buffer_bytes{};  // SO_RCVBUF; the kernel doubles it, and bounds it
  std::size_t max_bytes = 0;          // that one call of recv asks for; 0: as many as there is room
  bool are_recorded = false;          // into each frame's `arrival`
};

/// What keeps a sender's connection fresh: no Nagle delay; at most some 16 kB in the kernel that
/// are not yet on the wire, so that old frames do not wait there (tcp(7), TCP_NOTSENT_LOWAT); and a
/// peer that has taken nothing for half a minute is given up (TCP_USER_TIMEOUT). Errors are not
/// fatal: an older kernel only keeps less of the promise.
void make_fresh(asio::ip::tcp::socket& socket);

/// What of the settings is the socket's own. Errors are not fatal here either.
void apply(const WriteSettings& settings, asio::ip::tcp::socket& socket);
void apply(const ReadSettings& settings, asio::ip::tcp::socket& socket);

/// "192.168.1.5:43210" or "[::1]:43210"; "a peer" where the connection is gone already.
std::string peer_name(const asio::ip::tcp::socket& socket);

}  // namespace jpegwire
