#pragma once

#include <array>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "codec/frame.hpp"

namespace jpegwire::bench {

/// Four viewers over the loopback interface that discard what they read.
class LoopbackViewers {
 public:
  static constexpr std::size_t kCount = 4;

  LoopbackViewers(asio::io_context& io, std::uint16_t port);

  /// Discards the bytes that have arrived; returns their number, summed over all viewers. Does not
  /// wait.
  std::size_t drop();

 private:
  std::array<asio::ip::tcp::socket, kCount> sockets_;
};

/// A picture that fits completely into the kernel's buffers.
std::shared_ptr<EncodedFrame> small_frame();

}  // namespace jpegwire::bench
