#include "sender/echo.hpp"

#include <fmt/format.h>

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <nlohmann/json.hpp>

#include "app/end_signals.hpp"
#include "app/process_usage.hpp"
#include "app/summary_output.hpp"
#include "net/echo/echo_server.hpp"

namespace jpegwire {
namespace {

nlohmann::json summarize(const EchoServer& server, std::chrono::duration<double> time) {
  const ProcessUsage usage = process_usage();
  return {{"seconds", time.count()},
          {"messages", server.messages()},
          {"bytes", server.bytes()},
          {"cpu_seconds", usage.cpu_seconds},
          {"peak_rss_kb", usage.peak_rss_kb}};
}

}  // namespace

int run_echo(const SenderOptions& options) {
  asio::io_context io(1);
  LastingEndSignals signals(io);
  SummaryOutput summary(options.summary);
  const auto start = std::chrono::steady_clock::now();
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
    time_limit.expires_after(from_seconds(*options.seconds));
    time_limit.async_wait(finish);
  }
  summary.text_output().print("echo:   jpegwire-viewer --echo {}\n",
                              to_tcp_url(server.listener().endpoint()));
  io.run();
  summary.write(summarize(server, std::chrono::steady_clock::now() - start));
  return 0;
}

}  // namespace jpegwire
