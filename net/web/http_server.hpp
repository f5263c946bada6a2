#pragma once

#include <asio/io_context.hpp>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "net/sockets/admission.hpp"
#include "net/sockets/deadline.hpp"
#include "net/sockets/listener.hpp"
#include "net/web/http_connection.hpp"
#include "net/web/http_site.hpp"

namespace jpegwire {

/// Serves /stream and /snapshot, also under mjpg-streamer's names (/?action=stream), texts, and
/// files, over HTTP/1.1. Frames come from the FrameServer, which must outlive this object. Bound to
/// the io thread; must outlive the io context's run.
class HttpServer {
 public:
  HttpServer(asio::io_context& io, FrameServer& frames, HttpSettings settings);

  /// Throws std::runtime_error with a one-sentence message.
  const Listener& listen(const Endpoint& endpoint);

  void serve_text(const std::string& path, HttpText text);

  /// Lets `files`, which must outlive this object, answer requests for /files/.
  void serve_files(FileServer& files) { site_.files = &files; }

  /// Completes the answers in progress, and disconnects clients that have not received theirs after
  /// `timeout`. The FrameServer ends the streams.
  void finish(std::chrono::milliseconds timeout);

  /// Connections rejected because of the limits or a lack of system resources.
  std::uint64_t rejected() const { return rejected_; }

  /// Requests that were refused or could not be answered.
  std::uint64_t failed_requests() const { return site_.failed_requests; }
  std::uint64_t snapshots() const { return site_.snapshots; }

 private:
  using Connection = std::shared_ptr<HttpConnection>;

  void accept(asio::ip::tcp::socket socket);
  std::optional<Admission::Ticket> admit(const asio::ip::address& address);
  bool close_idle_for(const asio::ip::address& address);
  void turn_away(asio::ip::tcp::socket socket);
  void serve(asio::ip::tcp::socket socket, std::optional<Admission::Ticket> ticket);
  void close_all();

  asio::io_context& io_;
  Admission admission_;
  HttpSite site_;
  std::list<Listener> listeners_;
  std::set<Connection> connections_;
  std::size_t unadmitted_ = 0;  // connections that only receive a 503
  std::uint64_t rejected_ = 0;
  bool finishing_ = false;
  Deadline deadline_;
};

}  // namespace jpegwire
