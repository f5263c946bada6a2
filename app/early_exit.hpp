#pragma once

#include <asio/io_context.hpp>
#include <cstdlib>
#include <thread>

#include "app/end_signals.hpp"

namespace jpegwire {

/// While it lives, EndSignals end the program at once with exit code 0. For the start of a
/// program, when a device or a name server may keep it waiting and nobody is connected yet.
class EarlyExit {
 public:
  EarlyExit() : signals_(io_) {
    signals_.async_wait([](std::error_code error, int) {
      if (!error) std::_Exit(EXIT_SUCCESS);
    });
    thread_ = std::jthread([this] { io_.run(); });
  }
  EarlyExit(const EarlyExit&) = delete;
  EarlyExit& operator=(const EarlyExit&) = delete;
  ~EarlyExit() { io_.stop(); }

 private:
  asio::io_context io_{1};
  EndSignals signals_;
  std::jthread thread_;
};

}  // namespace jpegwire
