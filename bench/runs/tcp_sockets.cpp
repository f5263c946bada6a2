#include "bench/runs/tcp_sockets.hpp"

#include <fmt/format.h>

#include <asio/ip/tcp.hpp>
#include <fstream>
#include <sstream>

namespace jpegwire {
namespace {

// From net/tcp_states.h of the kernel, in hexadecimal.
constexpr const char* kEstablished = "01";
constexpr const char* kListening = "0A";

void add_to(TcpSockets& sockets, const char* file, const std::string& port_ending) {
  std::ifstream in(file);
  std::string line;
  while (std::getline(in, line)) {
    std::istringstream words(line);
    std::string number;
    std::string own;
    std::string other;
    std::string state;
    words >> number >> own >> other >> state;
    if (!own.ends_with(port_ending)) continue;
    if (state == kListening) ++sockets.listening;
    if (state == kEstablished) ++sockets.connected;
  }
}

}  // namespace

TcpSockets tcp_sockets_at(std::uint16_t port) {
  TcpSockets sockets;
  const std::string ending = fmt::format(":{:04X}", port);
  add_to(sockets, "/proc/thread-self/net/tcp", ending);
  add_to(sockets, "/proc/thread-self/net/tcp6", ending);
  return sockets;
}

std::uint16_t free_tcp_port(asio::io_context& io, const std::string& address) {
  const asio::ip::tcp::acceptor acceptor(io, {asio::ip::make_address(address), 0});
  return acceptor.local_endpoint().port();
}

}  // namespace jpegwire
