#include "net/sockets/socket_options.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include "net/sockets/endpoint.hpp"

namespace jpegwire {

void make_fresh(asio::ip::tcp::socket& socket) {
  constexpr int kUnsentBytes = 16 * 1024;
  constexpr int kTimeoutMilliseconds = 30'000;
  constexpr int kAskAfterSeconds = 1;
  using UnsentLimit = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_NOTSENT_LOWAT>;
  using UserTimeout = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_USER_TIMEOUT>;
  using AskAfter = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPIDLE>;
  using AskAgainAfter = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPINTVL>;
  std::error_code ignored;
  socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  socket.set_option(UnsentLimit(kUnsentBytes), ignored);
  socket.set_option(UserTimeout(kTimeoutMilliseconds), ignored);
  socket.set_option(AskAfter(kAskAfterSeconds), ignored);
  socket.set_option(AskAgainAfter(10 * kAskAfterSeconds), ignored);
  socket.set_option(asio::socket_base::keep_alive(true), ignored);
}

void apply(const WriteSettings& settings, asio::ip::tcp::socket& socket) {
  std::error_code ignored;
  socket.set_option(asio::ip::tcp::no_delay(settings.no_delay), ignored);
  if (settings.buffer_bytes)
    socket.set_option(asio::socket_base::send_buffer_size(*settings.buffer_bytes), ignored);
}

void apply(const ReadSettings& settings, asio::ip::tcp::socket& socket) {
  std::error_code ignored;
  if (settings.buffer_bytes)
    socket.set_option(asio::socket_base::receive_buffer_size(*settings.buffer_bytes), ignored);
}

std::string peer_name(const asio::ip::tcp::socket& socket) {
  std::error_code error;
  const auto peer = socket.remote_endpoint(error);
  if (error) return "a peer";
  return to_string(Endpoint{peer.address().to_string(), peer.port()});
}

}  // namespace jpegwire
