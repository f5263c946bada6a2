#pragma once

#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <csignal>
#include <cstdlib>
#include <thread>

#include "app/text_output.hpp"

namespace jpegwire {

/// The signals that end a program in order: SIGINT, SIGTERM, and SIGHUP from a terminal that is
/// closed, unless nohup(1) makes the program ignore it.
class EndSignals : public asio::signal_set {
 public:
  explicit EndSignals(asio::io_context& io) : asio::signal_set(io, SIGINT, SIGTERM) {
    struct sigaction hang_up{};
    const bool is_known = ::sigaction(SIGHUP, nullptr, &hang_up) == 0;
    if (is_known && hang_up.sa_handler != SIG_IGN) add(SIGHUP);
  }
};

/// From its destruction on, the program ignores the signals.
struct IgnoresEndSignals {
  IgnoresEndSignals() = default;
  IgnoresEndSignals(const IgnoresEndSignals&) = delete;
  IgnoresEndSignals& operator=(const IgnoresEndSignals&) = delete;
  ~IgnoresEndSignals() {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) std::signal(signal, SIG_IGN);
  }
};

/// EndSignals that are ignored after its destruction: else a second Ctrl-C would make a program
/// fail that has ended in order. The bases are destroyed from the last to the first, and asio's
/// brings the default action back.
class LastingEndSignals : private IgnoresEndSignals, public EndSignals {
 public:
  using EndSignals::EndSignals;
};

/// EndSignals that arrive while it exists end the program at once with exit code 0, but for its
/// last lines. For the start of a program, when it may wait for a device or a name server and has
/// no connections yet, and for its end, when it may wait for somebody to read its results.
class EarlyExit {
 public:
  EarlyExit() : signals_(io_) {
    signals_.async_wait([](std::error_code error, int) {
      if (error) return;
      flush_standard_streams();
      std::_Exit(EXIT_SUCCESS);
    });
    thread_ = std::jthread([this] { io_.run(); });
  }
  EarlyExit(const EarlyExit&) = delete;
  EarlyExit& operator=(const EarlyExit&) = delete;
  ~EarlyExit() {
    io_.stop();
    thread_.join();
    // The thread may have stopped before it handled a signal.
    io_.restart();
    io_.poll();
  }

 private:
  asio::io_context io_{1};
  EndSignals signals_;
  std::jthread thread_;
};

}  // namespace jpegwire
