#include "net/share/file_server.hpp"

#include <netinet/in.h>
#include <netinet/ip.h>
#include <sys/socket.h>

#include <asio/buffer.hpp>
#include <asio/post.hpp>
#include <utility>

#include "net/share/plain_text.hpp"
#include "net/share/thread_priority.hpp"
#include "net/sockets/socket_options.hpp"

namespace jpegwire {
namespace {

using Reason = Refusal::Reason;

constexpr std::size_t kMostTransfers = 4;
constexpr std::size_t kMostConnections = 32;

std::unique_ptr<FileAnswer> refuse(Reason reason, const char* sentence) {
  return std::make_unique<RefusingAnswer>(Refusal{reason, sentence});
}

// RFC 8622's lower effort; a queue that knows priorities, this machine's or a Wi-Fi's, lets frames
// pass. Where there is none it costs nothing.
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

FileServer::FileServer(const std::string& directory, SizePrefix prefix,
                       const ViewerCount& viewer_count, milliseconds patience)
    : prefix_(prefix), viewer_count_(viewer_count), patience_(patience) {
  if (!directory.empty()) directory_.emplace(directory);
  thread_ = std::jthread([this] { run(); });
}

FileServer::~FileServer() { finish(); }

void FileServer::run() {
  let_frames_go_first();
  io_.run();
}

void FileServer::serve(asio::ip::tcp::socket socket, Bytes request) {
  const auto protocol = socket.local_endpoint().protocol();
  asio::ip::tcp::socket moved(io_, protocol, socket.release());
  asio::post(io_, [this, moved = std::move(moved), parsed = parse_file_request(request)]() mutable {
    begin(std::move(moved), parsed);
  });
}

void FileServer::begin(asio::ip::tcp::socket socket, const std::optional<FileRequest>& request) {
  if (is_finished_) return;
  if (connections_.size() >= kMostConnections) return turn_away(std::move(socket));
  let_frames_pass(socket);
  const std::string peer = peer_name(socket);
  const auto on_closed = [this, peer](const Connection& closed, const char* outcome) {
    if (closed->is_transfer()) {
      --transfers_;
      news_.info("viewer {} left ({})", peer, outcome);
    }
    connections_.erase(closed);
  };
  const auto connection = std::make_shared<FileConnection>(
      std::move(socket), prefix_, answer(peer, request), viewer_count_, patience_, on_closed);
  if (connection->is_transfer()) ++transfers_;
  connections_.insert(connection);
  connection->start();
}

void FileServer::finish() {
  asio::post(io_, [this] {
    is_finished_ = true;
    const std::set<Connection> connections = connections_;  // closing one removes it
    for (const Connection& connection : connections) connection->close();
    guard_.reset();
  });
}

// So little always fits into a connection's buffer, and nobody waits for its way.
void FileServer::turn_away(asio::ip::tcp::socket socket) const {
  FileMessageWriter writer(prefix_);
  writer.add(Refusal{Reason::busy, "it is answering as many as it does at a time"});
  writer.add_end_of_stream();
  std::error_code ignored;
  socket.non_blocking(true, ignored);
  socket.write_some(asio::buffer(writer.bytes().data(), writer.bytes().size()), ignored);
}

std::unique_ptr<FileAnswer> FileServer::answer(const std::string& peer,
                                               const std::optional<FileRequest>& request) {
  if (!request)
    return refuse(Reason::not_understood,
                  "it does not understand what was asked, so one of the two programs is too old");
  if (!directory_)
    return refuse(Reason::nothing_shared, "it shares no files; --share DIR on the sender does");
  if (const auto* fetch = std::get_if<FetchRequest>(&*request)) return answer_fetch(peer, *fetch);
  news_.info("viewer {} lists the shared files", peer);
  return std::make_unique<ListAnswer>(*directory_);
}

std::unique_ptr<FileAnswer> FileServer::answer_fetch(const std::string& peer,
                                                     const FetchRequest& request) {
  if (transfers_ >= kMostTransfers)
    return refuse(Reason::busy, "it is sending as many files as it does at a time");
  if (is_plain_text(request.name))
    news_.info("viewer {} fetches '{}' from byte {} on", peer, request.name, request.offset);
  return std::make_unique<FetchAnswer>(*directory_, request);
}

}  // namespace jpegwire
