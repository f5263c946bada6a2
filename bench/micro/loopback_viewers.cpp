#include "loopback_viewers.hpp"

#include <sys/socket.h>

#include "codec/jpeg_encoder.hpp"
#include "test_frames.hpp"

namespace jpegwire::bench {
namespace {

// tcp(7): with MSG_TRUNC the bytes are discarded and not copied.
std::size_t drop_from(asio::ip::tcp::socket& socket) {
  constexpr std::size_t kMaxBytes = std::size_t{1} << 20;
  const ssize_t size = ::recv(socket.native_handle(), nullptr, kMaxBytes, MSG_TRUNC | MSG_DONTWAIT);
  return size > 0 ? static_cast<std::size_t>(size) : 0;
}

}  // namespace

LoopbackViewers::LoopbackViewers(asio::io_context& io, std::uint16_t port)
    : sockets_{asio::ip::tcp::socket(io), asio::ip::tcp::socket(io), asio::ip::tcp::socket(io),
               asio::ip::tcp::socket(io)} {
  for (asio::ip::tcp::socket& socket : sockets_)
    socket.connect({asio::ip::address_v4::loopback(), port});
}

std::size_t LoopbackViewers::drop() {
  std::size_t size_bytes = 0;
  for (asio::ip::tcp::socket& socket : sockets_) size_bytes += drop_from(socket);
  return size_bytes;
}

std::shared_ptr<EncodedFrame> small_frame() {
  BandPool pool(1);
  return JpegEncoder(pool, {}).encode(*test_picture(160, 120));
}

}  // namespace jpegwire::bench
