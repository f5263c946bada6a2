#pragma once

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "net/sockets/endpoint.hpp"

namespace jpegwire {

/// Whether the error is about a name rather than a connection.
bool is_about_name(std::error_code error);

/// The error as the end of a sentence.
std::string describe(std::error_code error);

/// Asks the system for the addresses of a name. getaddrinfo() may take many seconds and cannot be
/// interrupted, and asio's own resolver waits for it when a program ends; this one does not: each
/// question has a thread of its own, which is left to itself when nobody waits for the answer any
/// more. Bound to the io thread.
class NameLookup {
 public:
  using Addresses = std::vector<asio::ip::tcp::endpoint>;
  using OnAnswer = std::function<void(std::error_code, const Addresses&)>;

  explicit NameLookup(asio::io_context& io) : io_(io) {}
  NameLookup(const NameLookup&) = delete;
  NameLookup& operator=(const NameLookup&) = delete;
  ~NameLookup() { cancel(); }

  /// Calls `on_answer` on the io thread, once, unless cancelled before.
  void start(const Endpoint& endpoint, OnAnswer on_answer);

  void cancel();

 private:
  using Work = asio::executor_work_guard<asio::io_context::executor_type>;

  // Shared with the thread that asks, which may outlive this object and the io context.
  struct Question {
    std::mutex mutex;
    asio::io_context* io = nullptr;  // null once nobody waits
    OnAnswer on_answer;
  };

  static void ask(const std::shared_ptr<Question>& question, const Endpoint& endpoint);

  asio::io_context& io_;
  std::shared_ptr<Question> question_;
  std::optional<Work> work_;  // the io context runs on while an answer is to come
};

}  // namespace jpegwire
