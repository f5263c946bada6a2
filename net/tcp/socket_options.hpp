#pragma once

#include <asio/ip/tcp.hpp>
#include <string>

namespace jpegwire {

/// What keeps a sender's connection fresh: no Nagle delay; at most some 16 kB in the kernel that
/// are not yet on the wire, so that old frames do not wait there (tcp(7), TCP_NOTSENT_LOWAT); and a
/// peer that has taken nothing for half a minute is given up (TCP_USER_TIMEOUT). Errors are not
/// fatal: an older kernel only keeps less of the promise.
void make_fresh(asio::ip::tcp::socket& socket);

/// "192.168.1.5:43210" or "[::1]:43210"; "a peer" where the connection is gone already.
std::string peer_name(const asio::ip::tcp::socket& socket);

}  // namespace jpegwire
