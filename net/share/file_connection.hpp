#pragma once

#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <string>

#include "net/share/file_answer.hpp"
#include "net/share/work_thread.hpp"

namespace jpegwire {

/// Sends one answer to a client, then size 0, then FIN. What comes next is read from the disk on
/// the work thread while the messages before it are being written, and never more than that, so a
/// slow client costs two chunks of memory and the io thread never waits. A client that does not
/// take within `patience` what was read at once, a chunk of a file, is cut off: it is too slow, or
/// wants to hold a place. Bound to the io thread.
class FileConnection : public std::enable_shared_from_this<FileConnection> {
 public:
  /// Called once, when the connection has closed, with what came of it: "it has been sent all".
  using OnClosed = std::function<void(const std::shared_ptr<FileConnection>&, const char* outcome)>;

  FileConnection(asio::ip::tcp::socket socket, SizePrefix prefix,
                 std::unique_ptr<FileAnswer> answer, WorkThread& work_thread, milliseconds patience,
                 OnClosed on_closed);

  void start();
  void close();

  /// Whether it sends a file, rather than a list or a refusal.
  bool is_transfer() const { return is_transfer_; }

 private:
  void do_prepare();
  void prepared(bool is_more);
  void go_on();
  void do_write();
  void do_limit_time(milliseconds patience);
  void hang_up();
  void do_watch_for_end();

  asio::ip::tcp::socket socket_;
  asio::steady_timer deadline_;         // of the write under way, or the farewell
  std::unique_ptr<FileAnswer> answer_;  // the work thread's while `is_preparing_`, as `ahead_`
  WorkThread& work_thread_;
  const milliseconds patience_;
  OnClosed on_closed_;
  const bool is_transfer_;

  FileMessageWriter ahead_;
  FileMessageWriter outgoing_;
  bool is_preparing_ = false;
  bool is_writing_ = false;
  bool is_more_ = true;
  const char* outcome_ = "it broke off";
};

}  // namespace jpegwire
