#include "net/echo/echo_server.hpp"

#include <asio/steady_timer.hpp>
#include <optional>
#include <utility>

#include "net/echo/echo_message.hpp"
#include "net/sockets/unsent_bytes.hpp"

namespace jpegwire {

class EchoServer::Peer : public std::enable_shared_from_this<Peer> {
 public:
  Peer(asio::ip::tcp::socket socket, Admission::Ticket place, EchoServer& server)
      : socket_(std::move(socket)),
        place_(std::move(place)),
        server_(server),
        unsent_(server.write_.piece_bytes),
        pause_(socket_.get_executor()) {}

  void start() {
    make_fresh(socket_);
    apply(server_.write_, socket_);
    begin_message();
  }

  void close() {
    std::error_code ignored;
    socket_.close(ignored);
    pause_.cancel();
  }

 private:
  void begin_message() {
    message_.begin();
    do_read();
  }

  void do_read() {
    const std::span<std::byte> space = message_.space();
    socket_.async_read_some(asio::mutable_buffer(space.data(), space.size()),
                            [self = shared_from_this()](std::error_code error, std::size_t size) {
                              if (!self->socket_.is_open()) return;
                              if (error || !self->message_.received(size)) return self->leave();
                              if (self->message_.is_whole()) return self->answer();
                              self->do_read();
                            });
  }

  void answer() {
    unsent_.clear();
    unsent_.add(message_.bytes());
    do_write();
  }

  void do_write() {
    socket_.async_write_some(unsent_.piece(),
                             [self = shared_from_this()](std::error_code error, std::size_t size) {
                               if (!self->socket_.is_open()) return;
                               if (error) return self->leave();
                               self->go_on(self->unsent_.sent(size));
                             });
  }

  void go_on(bool piece_ends) {
    if (unsent_.empty()) return answered();
    if (piece_ends && server_.write_.pause.count() > 0) return do_pause();
    do_write();
  }

  void do_pause() {
    pause_.expires_after(server_.write_.pause);
    pause_.async_wait([self = shared_from_this()](std::error_code) {
      if (self->socket_.is_open()) self->do_write();
    });
  }

  void answered() {
    ++server_.messages_;
    server_.bytes_ += message_.bytes().size() - EchoMessage::kPrefixBytes;
    begin_message();
  }

  void leave() {
    close();
    server_.peers_.erase(shared_from_this());
  }

  asio::ip::tcp::socket socket_;
  Admission::Ticket place_;
  EchoServer& server_;
  EchoMessage message_;
  UnsentBytes unsent_;        // of the message
  asio::steady_timer pause_;  // between two pieces
};

EchoServer::EchoServer(asio::io_context& io, const Endpoint& endpoint, WriteSettings write)
    : write_(write), listener_(io, endpoint, "--tcp", [this](asio::ip::tcp::socket socket) {
        accept(std::move(socket));
      }) {}

EchoServer::~EchoServer() = default;

void EchoServer::stop() {
  listener_.stop();
  for (const auto& peer : peers_) peer->close();
  peers_.clear();
}

void EchoServer::accept(asio::ip::tcp::socket socket) {
  std::error_code error;
  const auto client = socket.remote_endpoint(error);
  if (error) return;  // it has closed the connection
  std::optional<Admission::Ticket> place = admission_.admit(client.address());
  if (!place) {
    refusals_.warn("rejected {}: at most {} clients can connect, and {} from one address",
                   peer_name(socket), kMaxPeers, kMaxPerAddress);
    return;
  }
  const auto peer = std::make_shared<Peer>(std::move(socket), *std::move(place), *this);
  peers_.insert(peer);
  peer->start();
}

}  // namespace jpegwire
