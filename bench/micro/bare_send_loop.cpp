// The lower bound for the cost of sending a stream to many sockets: a loop of blocking send() calls
// with the same bytes that jpegwire-sender sends, at the same rate. Every request gets this stream.
//
//   bare_send_loop FILE.jpg FRAMES_PER_SECOND VIEWERS        prints its port first

#include <fmt/format.h>
#include <sys/socket.h>

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "codec/time.hpp"
#include "number_argument.hpp"

namespace {

using asio::ip::tcp;

std::string part(const std::string& jpeg) {
  const auto now = jpegwire::wall_now().time_since_epoch().count();
  return fmt::format(
      "Content-Type: image/jpeg\r\nContent-Length: {}\r\nX-Timestamp: {}.{:06}\r\n\r\n{}\r\n"
      "--frame\r\n",
      jpeg.size(), now / 1'000'000, now % 1'000'000, jpeg);
}

void send_all(int socket, const std::string& bytes) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t size = ::send(socket, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (size <= 0) std::exit(0);  // the viewers have disconnected
    sent += static_cast<std::size_t>(size);
  }
}

}  // namespace

int main(int argc, char** argv) {
  using jpegwire::bench::number_argument;
  if (argc != 4) return 2;
  const auto frames_per_second = number_argument<double>(argv[2]);
  const int viewer_count = number_argument<int>(argv[3]);
  std::ifstream file(argv[1], std::ios::binary);
  const std::string jpeg{std::istreambuf_iterator<char>(file), {}};
  asio::io_context io{1};
  tcp::acceptor acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  fmt::print("{}\n", acceptor.local_endpoint().port());
  std::fflush(stdout);
  std::vector<tcp::socket> viewers;
  for (int i = 0; i < viewer_count; ++i) {
    viewers.push_back(acceptor.accept());
    viewers.back().set_option(tcp::no_delay(true));
    char request[512];
    static_cast<void>(::recv(viewers.back().native_handle(), request, sizeof request, 0));
    send_all(viewers.back().native_handle(), "HTTP/1.1 200 OK\r\n\r\n--frame\r\n");
  }
  const auto interval = std::chrono::duration_cast<std::chrono::steady_clock::duration>(
      std::chrono::duration<double>(1 / frames_per_second));
  for (auto due = std::chrono::steady_clock::now();; due += interval) {
    std::this_thread::sleep_until(due);
    const std::string bytes = part(jpeg);
    for (tcp::socket& viewer : viewers) send_all(viewer.native_handle(), bytes);
  }
}
