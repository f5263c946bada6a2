#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/child_process.hpp"
#include "bench/runs/matrix.hpp"

namespace jpegwire {

/// The addresses and ports on which the sender of a case listens and to which it sends.
struct SenderEnds {
  std::string listen_address = "127.0.0.1";
  std::string viewer_address = "127.0.0.1";  // destination of datagrams
  std::uint16_t tcp_port = 0;                // 0: the system chooses
  std::uint16_t http_port = 0;
  std::vector<std::uint16_t> rtp_ports{};  // one for each RTP viewer
};

/// The sender always listens for HTTP, because the bench reads its statistics there.
Command sender_command(const std::string& program, const Case& one, const SenderEnds& ends,
                       const std::vector<std::string>& more);

/// Running time of a viewer, including its warm-up; 0: until it is interrupted.
struct ViewerTimes {
  double warm_up_seconds = 0;
  double seconds = 0;
};

Command viewer_command(const std::string& program, const Case& one, const std::string& url,
                       const ViewerTimes& times, const std::vector<std::string>& more);

/// The command quoted for a shell, for reports: without the password of a URL.
std::string to_shell(const Command& command);

}  // namespace jpegwire
