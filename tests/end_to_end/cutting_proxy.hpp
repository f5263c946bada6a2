#pragma once

#include <algorithm>
#include <limits>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "end_to_end/tcp_peer.hpp"

namespace jpegwire {

/// Reads a request up to its empty line; nothing if the connection ends before.
inline std::optional<std::string> receive_request(TcpPeer& client) {
  std::string request;
  while (!request.ends_with("\r\n\r\n")) {
    const std::string byte = client.receive(1);
    if (byte.empty()) return std::nullopt;
    request += byte;
  }
  return request;
}

/// A proxy between a client and a sender's HTTP port. It forwards each connection's request, and of
/// its answer the number of bytes in the list; further connections' answers are forwarded whole.
/// Ends with this object once no client is connected.
class CuttingProxy {
 public:
  static constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();

  CuttingProxy(std::uint16_t sender, std::vector<std::size_t> sizes)
      : sender_(sender), sizes_(std::move(sizes)) {}
  CuttingProxy(const CuttingProxy&) = delete;
  CuttingProxy& operator=(const CuttingProxy&) = delete;
  ~CuttingProxy() {
    thread_.request_stop();
    TcpPeer::connect(listener_.port()).close();  // wakes accept()
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(listener_.port()); }

  /// The requests of the clients.
  std::vector<std::string> requests() const {
    const std::scoped_lock lock(mutex_);
    return requests_;
  }

 private:
  void run(const std::stop_token& stop) {
    for (std::size_t number = 0; !stop.stop_requested(); ++number) {
      TcpPeer client = listener_.accept();
      if (stop.stop_requested()) return;
      pass(client, number < sizes_.size() ? sizes_[number] : kAll);
    }
  }

  void pass(TcpPeer& client, std::size_t left) {
    const std::optional<std::string> request = receive_request(client);
    if (!request) return;
    {
      const std::scoped_lock lock(mutex_);
      requests_.push_back(*request);
    }
    if (left == 0) return;
    TcpPeer sender = TcpPeer::connect(sender_);
    sender.send(*request);
    while (left > 0) {
      const std::string piece = sender.receive(std::min(left, std::size_t{4096}));
      if (piece.empty() || !client.try_send(piece)) return;
      left -= left == kAll ? 0 : piece.size();
    }
  }

  TcpListener listener_;
  const std::uint16_t sender_;
  const std::vector<std::size_t> sizes_;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::jthread thread_{[this](const std::stop_token& stop) { run(stop); }};
};

}  // namespace jpegwire
