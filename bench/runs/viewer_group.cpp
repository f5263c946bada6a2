#include "bench/runs/viewer_group.hpp"

#include <fmt/format.h>

#include "net/sockets/endpoint.hpp"

namespace jpegwire {

void add_to(ThreadTimes& sum, const ThreadTimes& times) {
  for (const auto& [name, seconds] : times) sum[name] += seconds;
}

std::string stream_url(const Case& one, const std::string& host, const StreamPorts& ports,
                       std::size_t viewer) {
  switch (one.transport) {
    case Transport::tcp:
      return to_tcp_url({host, ports.tcp});
    case Transport::http:
      return fmt::format("http://{}/stream", to_string(Endpoint{host, ports.http}));
    case Transport::rtp:
      return to_rtp_url({host, ports.rtp.at(viewer)});
  }
  return "";
}

}  // namespace jpegwire
