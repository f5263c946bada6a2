#include "net/web/file_server.hpp"

#include <netinet/in.h>
#include <netinet/ip.h>
#include <sys/socket.h>

#include <asio/post.hpp>
#include <utility>

#include "app/descriptor.hpp"
#include "codec/thread_settings.hpp"
#include "net/sockets/socket_options.hpp"

namespace jpegwire {
namespace {

constexpr std::size_t kMaxTransfers = 4;
constexpr std::size_t kMaxTransfersPerAddress = 3;

// The lower-effort class of RFC 8622: queues with priorities, in this machine or a Wi-Fi, send
// frames first. Without such queues it has no effect.
void let_frames_pass(asio::ip::tcp::socket& socket) {
  constexpr int kLowerEffort = 1 << 2;
  constexpr int kBulk = 2;  // TC_PRIO_BULK of linux/pkt_sched.h
  using TypeOfService = asio::detail::socket_option::integer<IPPROTO_IP, IP_TOS>;
  using TrafficClass = asio::detail::socket_option::integer<IPPROTO_IPV6, IPV6_TCLASS>;
  using Priority = asio::detail::socket_option::integer<SOL_SOCKET, SO_PRIORITY>;
  std::error_code ignored;
  socket.set_option(TypeOfService(kLowerEffort), ignored);
  socket.set_option(TrafficClass(kLowerEffort), ignored);
  socket.set_option(Priority(kBulk), ignored);
}

}  // namespace

FileServer::FileServer(const std::string& directory, const ViewerCount& viewer_count,
                       milliseconds timeout)
    : viewer_count_(viewer_count),
      timeout_(timeout),
      directory_(directory),
      places_(kMaxTransfers, kMaxTransfersPerAddress) {
  thread_ = std::jthread([this] { run(); });
}

FileServer::~FileServer() { finish(); }

void FileServer::run() {
  let_frames_go_first();
  io_.run();
}

void FileServer::serve(asio::ip::tcp::socket socket, HttpRequest request,
                       Admission::Ticket ticket) {
  std::error_code error;
  const auto local = socket.local_endpoint(error);
  if (error) return;  // the client has disconnected
  Descriptor descriptor(socket.release(error));
  asio::ip::tcp::socket moved(io_);
  if (!error) moved.assign(local.protocol(), descriptor.number(), error);
  if (error) return;  // too little memory for it, for example
  descriptor.release();
  asio::post(io_, [this, moved = std::move(moved), request = std::move(request),
                   ticket = std::move(ticket)]() mutable {
    begin(std::move(moved), std::move(request), std::move(ticket));
  });
}

void FileServer::begin(asio::ip::tcp::socket socket, HttpRequest request,
                       Admission::Ticket ticket) {
  std::error_code error;
  const auto client = socket.remote_endpoint(error);
  if (is_finished_ || error) return;
  let_frames_pass(socket);
  const std::string peer = peer_name(socket);
  const auto on_closed = [this, peer](const Connection& closed) {
    if (closed->answer().is_transfer()) news_.info("client {} left ({})", peer, closed->outcome());
    connections_.erase(closed);
  };
  const auto connection = std::make_shared<FileConnection>(
      std::move(socket), std::move(ticket),
      FileAnswer({directory_, digests_, places_}, std::move(request), client.address()),
      viewer_count_, timeout_, on_closed);
  connections_.insert(connection);
  connection->start();
  const FileAnswer& answer = connection->answer();
  if (answer.is_transfer())
    news_.info("client {} fetches '{}' from byte {}", peer, answer.name(), answer.first_byte());
}

void FileServer::finish() {
  asio::post(io_, [this] {
    is_finished_ = true;
    const std::set<Connection> connections = connections_;  // closing a connection removes it
    for (const Connection& connection : connections) connection->close();
    guard_.reset();
  });
}

}  // namespace jpegwire
