#pragma once

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <memory>
#include <set>
#include <string>
#include <thread>

#include "app/log_limit.hpp"
#include "net/web/file_connection.hpp"

namespace jpegwire {

/// Answers requests for the files of a shared directory, on connections that it takes over from the
/// HTTP server with their request. Sends at most four files at a time, and three to one address;
/// further requests are refused. Disk and sockets are on a dedicated thread with a low priority,
/// and its packets are marked so that the network may send frames first. Any thread may call
/// anything.
class FileServer {
 public:
  /// Throws std::runtime_error with a one-sentence message if the directory cannot be read. While
  /// viewer_count, which must outlive this, has viewers, half of the time is left to them.
  /// `timeout` is for a client to receive a chunk.
  FileServer(const std::string& directory, const ViewerCount& viewer_count,
             milliseconds timeout = milliseconds(30'000));
  FileServer(const FileServer&) = delete;
  FileServer& operator=(const FileServer&) = delete;
  ~FileServer();

  /// No operation may be pending on the socket.
  void serve(asio::ip::tcp::socket socket, HttpRequest request, Admission::Ticket ticket);

  /// Disconnects all clients: they can resume later.
  void finish();

 private:
  using Connection = std::shared_ptr<FileConnection>;

  void run();
  void begin(asio::ip::tcp::socket socket, HttpRequest request, Admission::Ticket ticket);

  const ViewerCount& viewer_count_;
  const milliseconds timeout_;
  SharedDirectory directory_;
  // Members from here on belong to the thread.
  FileDigests digests_;
  Admission places_;
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> guard_ = asio::make_work_guard(io_);
  std::set<Connection> connections_;
  LogLimit news_{20};
  bool is_finished_ = false;
  std::jthread thread_;
};

}  // namespace jpegwire
