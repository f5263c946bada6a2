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
/// HTTP server with their request. Four files are sent at a time, three to one address; more are
/// refused. All of it, disk and sockets, is on a thread of its own with a low priority, and the
/// network is told that it may wait behind frames. Any thread may call anything.
class FileServer {
 public:
  /// Throws std::runtime_error with one sentence where the directory cannot be read. Half of the
  /// time is left to those who have frames for the viewer_count, which must outlive this. `timeout`
  /// is for a client to take a chunk.
  FileServer(const std::string& directory, const ViewerCount& viewer_count,
             milliseconds timeout = milliseconds(30'000));
  FileServer(const FileServer&) = delete;
  FileServer& operator=(const FileServer&) = delete;
  ~FileServer();

  /// Nothing may be under way on the socket.
  void serve(asio::ip::tcp::socket socket, HttpRequest request, Admission::Ticket ticket);

  /// Cuts all clients off: they can resume later.
  void finish();

 private:
  using Connection = std::shared_ptr<FileConnection>;

  void run();
  void begin(asio::ip::tcp::socket socket, HttpRequest request, Admission::Ticket ticket);

  const ViewerCount& viewer_count_;
  const milliseconds timeout_;
  SharedDirectory directory_;
  // From here on the thread's.
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
