#pragma once

#include <poll.h>

#include <asio/io_context.hpp>
#include <asio/ip/udp.hpp>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <stop_token>
#include <thread>

#include "net/sockets/datagram_input.hpp"
#include "net/sockets/udp_socket.hpp"

namespace jpegwire::bench {

/// A socket on the loopback interface, and a thread that reads and counts its datagrams.
class DatagramDrain {
 public:
  /// With `coalesces` the kernel merges datagrams, as for jpegwire-viewer; without it, each read
  /// returns one datagram, as for other viewers.
  explicit DatagramDrain(bool coalesces) : socket_(open_input(io_, {"127.0.0.1", 0})) {
    if (coalesces) DatagramInput::enable(socket_.native_handle());
    enlarge_receive_buffer(socket_, std::size_t{4} << 20);
    thread_ = std::jthread([this](const std::stop_token& stop) { read(stop); });
  }

  asio::ip::udp::endpoint endpoint() const { return socket_.local_endpoint(); }

  /// Waits until `count` datagrams have arrived; false if they do not arrive within a second.
  bool wait_for(std::uint64_t count) const {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(1);
    while (count_ < count) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
    return true;
  }

 private:
  void read(const std::stop_token& stop) {
    DatagramInput input;
    DatagramInput::Batch batch;
    pollfd readable{.fd = socket_.native_handle(), .events = POLLIN, .revents = 0};
    while (!stop.stop_requested()) {
      ::poll(&readable, 1, 20);
      while (input.receive(socket_.native_handle(), batch))
        for (; !batch.bytes.empty(); ++count_) batch.take_datagram();
    }
  }

  asio::io_context io_;
  asio::ip::udp::socket socket_;
  std::atomic<std::uint64_t> count_ = 0;
  std::jthread thread_;
};

}  // namespace jpegwire::bench
