#pragma once

#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "net/share/file_answer.hpp"
#include "net/stream/viewer_count.hpp"

namespace jpegwire {

/// Sends one answer to a client, then size 0, then FIN. What comes next is read from the disk when
/// the messages before it have been written, so a slow client costs one chunk of memory. A client
/// that does not take within `patience` what was read at once, a chunk of a file, is cut off: it is
/// too slow, or wants to hold a place. While there are viewers it rests after each chunk for as
/// long as that took. Bound to the socket's thread, which it lets wait for the disk.
class FileConnection : public std::enable_shared_from_this<FileConnection> {
 public:
  /// Called once, when the connection has closed, with what came of it: "it has been sent all".
  using OnClosed = std::function<void(const std::shared_ptr<FileConnection>&, const char* outcome)>;

  FileConnection(asio::ip::tcp::socket socket, SizePrefix prefix,
                 std::unique_ptr<FileAnswer> answer, const ViewerCount& viewer_count,
                 milliseconds patience, OnClosed on_closed);

  void start();
  void close();

  /// Whether it sends a file, rather than a list or a refusal.
  bool is_transfer() const { return is_transfer_; }

 private:
  void go_on();
  void do_write();
  void do_rest();
  void do_limit_time(milliseconds patience);
  void hang_up();
  void do_watch_for_end();

  asio::ip::tcp::socket socket_;
  asio::steady_timer deadline_;  // of the write under way, or the farewell
  asio::steady_timer rest_;
  std::unique_ptr<FileAnswer> answer_;
  const ViewerCount& viewer_count_;
  const milliseconds patience_;
  OnClosed on_closed_;
  const bool is_transfer_;

  FileMessageWriter outgoing_;
  std::chrono::steady_clock::time_point begin_;  // of reading what is being written
  bool is_writing_ = false;
  bool is_more_ = true;
  const char* outcome_ = "it broke off";
};

}  // namespace jpegwire
