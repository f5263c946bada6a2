#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "app/child_process.hpp"
#include "bench/link/link_settings.hpp"
#include "bench/link/network_namespace.hpp"
#include "bench/link/packet_relay.hpp"
#include "bench/runs/event_loop.hpp"

namespace jpegwire {

/// A link between two network namespaces that share nothing else. This process and its children are
/// at the near end, other programs at the far end. A pair of veth devices joins the namespaces, or,
/// if packets are to be delayed, lost or reordered, two TUN devices and a relay. A token bucket
/// (tc-tbf(8)) with a queue of 50 ms limits the rate of each direction.
class NetworkLink {
 public:
  /// Moves the calling thread into a new namespace permanently. Throws std::runtime_error with a
  /// message for the user if the process is not root or the kernel lacks a feature.
  NetworkLink(EventLoop& loop, const LinkSettings& link);

  static constexpr const char* kNearAddress = "198.18.0.1";  // for benchmarks (RFC 2544, C.2.2)
  static constexpr const char* kFarAddress = "198.18.0.2";

  /// The command that runs `command` at the far end.
  Command at_far_end(const Command& command) const;

  // These two run tc(8) and ip(8), and wait for them. They throw std::runtime_error with a message
  // for the user.

  /// Changes the rate of a link with a schedule, first of the direction from the near end. The
  /// queue is 50 ms of the new rate; packets that are in it stay.
  void set_rate(std::uint64_t bits_per_second);

  /// The TCP congestion control of connections that begin from now on, at the near end. It is an
  /// attribute of the route, because a namespace of its own may not choose, as its default, one
  /// that the system restricts (tcp(7), tcp_allowed_congestion_control).
  void set_congestion_control(const std::string& name);

 private:
  void join_by_veth();
  void join_by_relay(const LinkSettings& link);
  void set_up(const LinkSettings& link);
  void run(const Command& command);

  EventLoop& loop_;
  std::unique_ptr<NetworkNamespace> far_;
  std::unique_ptr<PacketRelay> relay_;
};

}  // namespace jpegwire
