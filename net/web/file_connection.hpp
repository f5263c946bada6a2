#pragma once

#include <array>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include "net/sockets/admission.hpp"
#include "net/sockets/deadline.hpp"
#include "net/stream/viewer_count.hpp"
#include "net/web/file_answer.hpp"

namespace jpegwire {

/// Sends one answer to a client, then closes the connection. The next bytes are read from the disk
/// after the previous ones have been written, so a slow client costs one chunk of memory. A client
/// that does not receive a chunk within `timeout` is disconnected to free its place. While frames
/// are viewed, it pauses after each chunk for as long as the chunk took. Bound to the socket's
/// thread, which it blocks while it reads from the disk.
class FileConnection : public std::enable_shared_from_this<FileConnection> {
 public:
  /// Called once, when the connection has been closed.
  using OnClosed = std::function<void(const std::shared_ptr<FileConnection>&)>;

  /// `ticket` is the connection's place among those of the HTTP server.
  FileConnection(asio::ip::tcp::socket socket, Admission::Ticket ticket, FileAnswer answer,
                 const ViewerCount& viewer_count, milliseconds timeout, OnClosed on_closed);

  void start();
  void close();

  const FileAnswer& answer() const { return answer_; }

  /// How the transfer ended: "all was sent" and the like.
  const char* outcome() const { return outcome_; }

 private:
  void go_on();
  void do_write();
  void do_rest();
  void timed_out();
  void hang_up();
  void do_discard();

  asio::ip::tcp::socket socket_;
  Admission::Ticket ticket_;
  Deadline deadline_;  // of the write under way, or the farewell
  asio::steady_timer rest_;
  FileAnswer answer_;
  const ViewerCount& viewer_count_;
  const milliseconds timeout_;
  OnClosed on_closed_;

  std::vector<std::byte> outgoing_;
  std::array<std::byte, 4096> discarded_{};
  std::chrono::steady_clock::time_point begin_;  // of reading what is being written
  bool is_writing_ = false;
  bool is_more_ = true;
  const char* outcome_ = "the connection was lost";
};

}  // namespace jpegwire
