#pragma once

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include "app/log_limit.hpp"
#include "net/share/file_connection.hpp"
#include "net/share/shared_directory.hpp"

namespace jpegwire {

/// Answers those who ask a sender for the files of its shared directory, on connections that it is
/// handed with their request. A few transfers run at a time, more are refused; connections are
/// bounded too, and clients that are too slow to leave a place to others are cut off. All of it,
/// disk and sockets, is on a thread of its own that leaves the processor to those who see to
/// frames, and the network is told that it may wait behind them. Any thread may call it.
class FileServer {
 public:
  /// Shares nothing, and says so to who asks, where the directory is "". Throws std::runtime_error
  /// with one sentence where it cannot be read. Half of the time is left to those who have frames
  /// for the viewer_count, which must outlive this. `patience` is what a chunk may take, at most.
  FileServer(const std::string& directory, SizePrefix prefix, const ViewerCount& viewer_count,
             milliseconds patience = milliseconds(30'000));
  FileServer(const FileServer&) = delete;
  FileServer& operator=(const FileServer&) = delete;
  ~FileServer();

  /// The request is a message behind its size, as it came.
  void serve(asio::ip::tcp::socket socket, Bytes request);

  /// Cuts all clients off: they can go on where they were.
  void finish();

 private:
  using Connection = std::shared_ptr<FileConnection>;

  void run();
  void begin(asio::ip::tcp::socket socket, const std::optional<FileRequest>& request);
  void turn_away(asio::ip::tcp::socket socket) const;
  std::unique_ptr<FileAnswer> answer(const std::string& peer,
                                     const std::optional<FileRequest>& request);
  std::unique_ptr<FileAnswer> answer_fetch(const std::string& peer, const FetchRequest& request);

  const SizePrefix prefix_;
  const ViewerCount& viewer_count_;
  const milliseconds patience_;
  std::optional<SharedDirectory> directory_;
  // From here on the thread's.
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> guard_ = asio::make_work_guard(io_);
  std::set<Connection> connections_;
  std::size_t transfers_ = 0;
  LogLimit news_{20};
  bool is_finished_ = false;
  std::jthread thread_;
};

}  // namespace jpegwire
