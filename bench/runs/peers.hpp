#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/child_process.hpp"
#include "bench/runs/event_loop.hpp"
#include "bench/runs/matrix.hpp"
#include "net/sockets/endpoint.hpp"

namespace jpegwire {

/// Another sender of a camera's pictures, measured in addition to jpegwire-sender.
struct Peer {
  std::string_view name;
  std::string_view packages;  // Debian packages
  Transport transport = Transport::tcp;
  bool serves_several = true;  // several viewers at a time

  Command probe;  // exits with 0 if the program is installed, and prints its version

  /// The command that listens at `listen` and sends the case's stream to its clients.
  Command (*command)(const Case& one, const Endpoint& listen) = nullptr;
};

std::span<const Peer> peers();

/// The peer that sends in this case.
const Peer& peer_of(const Case& one);

/// The installed peers, their versions by name, and a message about each peer that is skipped.
struct FoundPeers {
  std::vector<const Peer*> installed;
  std::map<std::string, std::string> versions;
  std::vector<std::string> skipped;
};

FoundPeers find_peers(EventLoop& loop, const Matrix& matrix);

}  // namespace jpegwire
