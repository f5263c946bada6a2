#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/child_process.hpp"
#include "bench/runs/matrix.hpp"

namespace jpegwire {

/// Where a case's sender listens and sends to.
struct SenderEnds {
  std::string listen_address = "127.0.0.1";
  std::string viewer_address = "127.0.0.1";  // where datagrams go to
  std::uint16_t tcp_port = 0;                // 0: the system chooses
  std::uint16_t http_port = 0;
  std::vector<std::uint16_t> rtp_ports{};  // of each viewer of datagrams
};

/// The sender always listens for HTTP, where it is asked for its statistics.
Command sender_command(const std::string& program, const Case& one, const SenderEnds& ends,
                       const std::vector<std::string>& more);

/// How long a viewer that nobody interrupts runs, its warm-up among it; 0: until it is.
struct ViewerTimes {
  double warm_up_seconds = 0;
  double seconds = 0;
};

Command viewer_command(const std::string& program, const Case& one, const std::string& url,
                       const ViewerTimes& times, const std::vector<std::string>& more);

/// As it would be typed into a shell.
std::string to_shell(const Command& command);

}  // namespace jpegwire
