#include "net/web/http_server.hpp"

#include <utility>

#include "net/sockets/socket_options.hpp"

namespace jpegwire {

HttpServer::HttpServer(asio::io_context& io, FrameServer& frames, HttpSettings settings)
    : io_(io),
      admission_(settings.max_connections, settings.max_per_address),
      site_{.frames = frames, .settings = std::move(settings)},
      deadline_(io.get_executor(), [this] { close_all(); }) {}

const Listener& HttpServer::listen(const Endpoint& endpoint) {
  return listeners_.emplace_back(
      io_, endpoint, "--http", [this](asio::ip::tcp::socket socket) { accept(std::move(socket)); });
}

void HttpServer::serve_text(const std::string& path, HttpText text) {
  site_.texts[path] = std::move(text);
}

void HttpServer::accept(asio::ip::tcp::socket socket) {
  std::error_code error;
  const auto peer = socket.remote_endpoint(error);
  if (error) return;  // the client has closed it
  std::optional<Admission::Ticket> ticket = admit(peer.address());
  if (!ticket) return turn_away(std::move(socket));
  serve(std::move(socket), std::move(ticket));
}

std::optional<Admission::Ticket> HttpServer::admit(const asio::ip::address& address) {
  std::optional<Admission::Ticket> ticket = site_.frames.admit(admission_, address);
  if (!ticket && close_idle_for(address)) ticket = admission_.admit(address);
  return ticket;
}

// A client that has sent no request for a while can connect again when it has one.
bool HttpServer::close_idle_for(const asio::ip::address& address) {
  SteadyTime since = std::chrono::steady_clock::now() - site_.settings.idle_timeout;
  Connection longest;
  for (const Connection& connection : connections_) {
    const Admission::Ticket* ticket = connection->ticket();
    const auto idle_since = connection->idle_since();
    if (ticket == nullptr || !idle_since || *idle_since > since) continue;
    if (!admission_.would_make_room(*ticket, address)) continue;
    since = *idle_since;
    longest = connection;
  }
  if (longest) longest->close();
  return longest != nullptr;
}

// A few connections beyond the limit are answered with 503; the others are closed.
void HttpServer::turn_away(asio::ip::tcp::socket socket) {
  constexpr std::size_t kMaxUnadmitted = 16;
  ++rejected_;
  site_.refusals.warn(
      "rejected {}: too many connections are open; allow more with --http-connections N, or from "
      "one address with --http-per-address N",
      peer_name(socket));
  if (unadmitted_ < kMaxUnadmitted) serve(std::move(socket), std::nullopt);
}

void HttpServer::serve(asio::ip::tcp::socket socket, std::optional<Admission::Ticket> ticket) {
  const bool is_admitted = ticket.has_value();
  if (!is_admitted) ++unadmitted_;
  auto connection = std::make_shared<HttpConnection>(std::move(socket), site_, std::move(ticket),
                                                     [this, is_admitted](const Connection& gone) {
                                                       connections_.erase(gone);
                                                       if (!is_admitted) --unadmitted_;
                                                       if (finishing_ && connections_.empty())
                                                         deadline_.cancel();
                                                     });
  connections_.insert(connection);
  connection->start();
}

void HttpServer::finish(std::chrono::milliseconds timeout) {
  if (std::exchange(finishing_, true)) return;
  for (Listener& listener : listeners_) listener.stop();
  const std::set<Connection> connections = connections_;  // finishing a connection may remove it
  for (const Connection& connection : connections) connection->finish();
  if (connections_.empty()) return;
  deadline_.set(timeout);
}

void HttpServer::close_all() {
  const std::set<Connection> connections = connections_;  // closing a connection removes it
  for (const Connection& connection : connections) connection->close();
}

}  // namespace jpegwire
