#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <functional>
#include <memory>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "net/sockets/endpoint.hpp"

namespace jpegwire {

/// Whether the error is about a name rather than a connection.
bool is_about_name(std::error_code error);

/// The error as the end of a sentence.
std::string describe(std::error_code error);

/// Asks the system for the addresses of a name, each time on a thread of its own, since
/// getaddrinfo() blocks. The thread is joined when it has answered. It cannot be interrupted, and
/// without a name server it may take half a minute; asio's resolver would make the end of the
/// program, and every other lookup, wait for it. So a lookup that is cancelled before it has
/// answered is detached: it owns all that it uses, calls nobody, and ends with the process at the
/// latest. Bound to the io thread; must outlive the io context's run.
class NameLookup {
 public:
  using Addresses = std::vector<asio::ip::tcp::endpoint>;
  using OnAnswer = std::function<void(std::error_code, const Addresses&)>;

  explicit NameLookup(asio::io_context& io) : answered_(io) {}
  NameLookup(const NameLookup&) = delete;
  NameLookup& operator=(const NameLookup&) = delete;
  ~NameLookup() { cancel(); }

  /// Calls `on_answer` on the io thread, once, unless cancelled before.
  void start(const Endpoint& endpoint, OnAnswer on_answer);

  void cancel();

 private:
  struct Question;

  void ask();
  void do_wait_for_answer();
  void give_answer();

  std::shared_ptr<Question> question_;  // shared with the thread alone
  OnAnswer on_answer_;
  asio::posix::stream_descriptor answered_;
  std::thread thread_;
};

}  // namespace jpegwire
