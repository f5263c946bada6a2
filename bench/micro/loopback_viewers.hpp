#pragma once

#include <array>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "codec/frame.hpp"

namespace jpegwire::bench {

/// Four viewers over the loopback interface that read without looking.
class LoopbackViewers {
 public:
  static constexpr std::size_t kCount = 4;

  LoopbackViewers(asio::io_context& io, std::uint16_t port);

  /// How many bytes have come to all of them; waits for none.
  std::size_t drop();

 private:
  std::array<asio::ip::tcp::socket, kCount> sockets_;
};

/// A picture so small that the kernel takes it at once.
std::shared_ptr<EncodedFrame> small_frame();

}  // namespace jpegwire::bench
