#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "net/log_limit.hpp"
#include "net/share/file_connection.hpp"
#include "net/share/shared_directory.hpp"
#include "net/share/work_thread.hpp"

namespace jpegwire {

/// Answers those who ask a sender for the files of its shared directory, on connections that it is
/// handed with their request. A few transfers run at a time, more are refused; connections are
/// bounded too, and clients that are too slow to leave a place to others are cut off. The disk is
/// read on a thread of its own, and the network is told that all this may wait behind frames. Bound
/// to the io thread; must outlive the io context's run.
class FileServer {
 public:
  /// Shares nothing, and says so to who asks, where the directory is "". Throws std::runtime_error
  /// with one sentence where it cannot be read. `patience` is what a chunk may take, at most.
  FileServer(const std::string& directory, SizePrefix prefix,
             milliseconds patience = milliseconds(30'000));

  /// The request is a message behind its size, as it came.
  void serve(asio::ip::tcp::socket socket, Bytes request);

  /// Cuts all clients off: they can go on where they were.
  void finish();

 private:
  using Connection = std::shared_ptr<FileConnection>;

  void turn_away(asio::ip::tcp::socket socket) const;
  std::unique_ptr<FileAnswer> answer(const std::string& peer, Bytes request);
  std::unique_ptr<FileAnswer> answer_fetch(const std::string& peer, const FetchRequest& request);

  const SizePrefix prefix_;
  const milliseconds patience_;
  std::optional<SharedDirectory> directory_;
  std::set<Connection> connections_;
  std::size_t transfers_ = 0;
  LogLimit news_{20};
  bool is_finished_ = false;
  WorkThread work_thread_;  // last, so that it ends before what its job uses
};

}  // namespace jpegwire
