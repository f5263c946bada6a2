#include "end_to_end/impairment_proxy.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <asio/io_context.hpp>
#include <asio/ip/udp.hpp>
#include <csignal>
#include <list>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <system_error>

#include "end_to_end/udp_peer.hpp"

namespace jpegwire {
namespace {

constexpr unsigned kPortsOfStream = 4;

bool is_free(asio::io_context& io, unsigned port) {
  using asio::ip::udp;
  std::error_code error;
  udp::socket socket(io, udp::v4());
  socket.bind(udp::endpoint(udp::v4(), static_cast<std::uint16_t>(port)), error);
  return !error;
}

bool are_free(unsigned base) {
  asio::io_context io;
  for (unsigned port = base; port < base + kPortsOfStream; ++port)
    if (!is_free(io, port)) return false;
  return true;
}

// A sender may use the ports before a receiver binds them. The bound last port keeps other tests
// away.
bool reserve(unsigned base) {
  static std::list<UdpPeer> held;
  try {
    held.emplace_back(static_cast<std::uint16_t>(base + kPortsOfStream - 1));
    return true;
  } catch (const std::system_error&) {
    return false;
  }
}

// Below the range of ephemeral ports (ip_local_port_range), so that the system assigns none of them
// before the program under test binds it.
unsigned candidate(unsigned number) {
  constexpr unsigned kFirst = 10'000;
  constexpr unsigned kCandidates = 5'500;
  return kFirst + kPortsOfStream * (number % kCandidates);
}

}  // namespace

ImpairmentProxy::ImpairmentProxy(std::uint16_t viewer_port, const Command& options)
    : Process(Command{JPEGWIRE_IMPAIRMENT_PROXY, "--listen", "127.0.0.1:0", "--forward",
                      fmt::format("127.0.0.1:{}", viewer_port)} +
                  options,
              environment_of_programs()) {}

std::uint16_t ImpairmentProxy::port() {
  const std::string ready = "ready ";
  wait_for(ready);
  wait_for("\n");
  return static_cast<std::uint16_t>(std::stoi(out().substr(ready.size())));
}

nlohmann::json ImpairmentProxy::end() {
  port();
  send_signal(SIGTERM);
  return summary_of(*this);
}

std::uint16_t free_udp_ports() {
  // Tests that run at the same time are processes with adjacent process ids.
  constexpr unsigned kCallsOfProcess = 37;
  static unsigned next = static_cast<unsigned>(::getpid()) * kCallsOfProcess;
  for (int tries = 0; tries < 1000; ++tries)
    if (const unsigned base = candidate(next++); are_free(base) && reserve(base))
      return static_cast<std::uint16_t>(base);
  throw std::runtime_error("there are no four free UDP ports in a row");
}

}  // namespace jpegwire
