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
/// slow client costs two chunks of memory and the io thread never waits. Bound to the io thread.
class FileConnection : public std::enable_shared_from_this<FileConnection> {
 public:
  /// Called once, when the connection has closed: whether all was sent.
  using OnClosed = std::function<void(const std::shared_ptr<FileConnection>&, bool is_sent)>;

  FileConnection(asio::ip::tcp::socket socket, SizePrefix prefix,
                 std::unique_ptr<FileAnswer> answer, WorkThread& work_thread, OnClosed on_closed);

  void start();
  void close();

  /// Whether it sends a file, rather than a list or a refusal.
  bool is_transfer() const { return is_transfer_; }

 private:
  void do_prepare();
  void prepared(bool is_more);
  void go_on();
  void do_write();
  void hang_up();
  void do_watch_for_end();

  asio::ip::tcp::socket socket_;
  asio::steady_timer farewell_;
  std::unique_ptr<FileAnswer> answer_;  // the work thread's while `is_preparing_`, as `ahead_`
  WorkThread& work_thread_;
  OnClosed on_closed_;
  const bool is_transfer_;

  FileMessageWriter ahead_;
  FileMessageWriter outgoing_;
  bool is_preparing_ = false;
  bool is_writing_ = false;
  bool is_more_ = true;
  bool is_sent_ = false;
};

}  // namespace jpegwire
