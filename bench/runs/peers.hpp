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

/// Another program that sends what a camera sees, which is measured beside jpegwire-sender.
struct Peer {
  std::string_view name;
  std::string_view packages;  // of Debian
  Transport transport = Transport::tcp;
  bool serves_several = true;  // viewers at a time

  Command probe;  // exits with 0 where it is installed, and tells its version

  /// Sends what a case wants to whoever connects there.
  Command (*command)(const Case& one, const Endpoint& listen) = nullptr;
};

std::span<const Peer> peers();

/// The peer that is a case's sender.
const Peer& peer_of(const Case& one);

/// Those that are installed, with their versions by their names, and a sentence about each that is
/// left out.
struct FoundPeers {
  std::vector<const Peer*> installed;
  std::map<std::string, std::string> versions;
  std::vector<std::string> skipped;
};

FoundPeers find_peers(EventLoop& loop, const Matrix& matrix);

}  // namespace jpegwire
