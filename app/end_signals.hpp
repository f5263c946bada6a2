#pragma once

#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <csignal>

namespace jpegwire {

/// The signals that end a program in order: SIGINT, SIGTERM, and SIGHUP of a terminal that is
/// closed, but not where nohup(1) has the program ignore that.
class EndSignals : public asio::signal_set {
 public:
  explicit EndSignals(asio::io_context& io) : asio::signal_set(io, SIGINT, SIGTERM) {
    struct sigaction hang_up{};
    const bool is_known = ::sigaction(SIGHUP, nullptr, &hang_up) == 0;
    if (is_known && hang_up.sa_handler != SIG_IGN) add(SIGHUP);
  }
};

}  // namespace jpegwire
