#include "sender/echo.hpp"

#include <fmt/format.h>

#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <csignal>

#include "net/echo/echo_server.hpp"

namespace jpegwire {

int run_echo(const SenderOptions& options) {
  asio::io_context io(1);
  asio::signal_set signals(io, SIGINT, SIGTERM);
  asio::steady_timer time_limit(io);
  EchoServer server(io, *options.tcp, options.write);
  const auto finish = [&](std::error_code error) {
    if (error) return;
    signals.cancel();
    time_limit.cancel();
    server.stop();
  };
  signals.async_wait([&](std::error_code error, int) { finish(error); });
  if (options.seconds) {
    time_limit.expires_after(std::chrono::duration_cast<std::chrono::steady_clock::duration>(
        std::chrono::duration<double>(*options.seconds)));
    time_limit.async_wait(finish);
  }
  fmt::print("echo:   jpegwire-viewer --echo {}\n", to_tcp_url(server.listener().endpoint()));
  std::fflush(stdout);
  io.run();
  return 0;
}

}  // namespace jpegwire
