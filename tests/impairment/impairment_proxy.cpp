// A proxy between an RTP sender and a viewer that impairs their datagrams like a bad network.

#include <fmt/format.h>

#include <asio/io_context.hpp>
#include <asio/ip/udp.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>
#include <csignal>
#include <cstdio>
#include <list>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "app/command_line.hpp"
#include "bench/link/lane.hpp"
#include "bench/link/port_run.hpp"
#include "net/sockets/endpoint.hpp"

namespace jpegwire::test {
namespace {

using asio::ip::udp;

struct Options {
  Endpoint listen{"127.0.0.1", 0};
  Endpoint forward;
  ImpairmentSettings impairment;
  bool impair_rtcp = false;
  double seconds = 300;
};

void add_share(CommandLine& command_line, const std::string& name, double& share, double most,
               const std::string& description) {
  command_line.add_number(
      name, "PERCENT", [&share](double percent) { share = percent / 100; }, {0, most}, description);
}

void add_time(CommandLine& command_line, const std::string& name, std::chrono::microseconds& time,
              const std::string& description) {
  const auto set = [&time](double milliseconds) {
    time = std::chrono::microseconds(static_cast<std::int64_t>(milliseconds * 1000));
  };
  command_line.add_number(name, "MS", set, {0, 60'000}, description);
}

void add_count(CommandLine& command_line, const std::string& name, int& count,
               const std::string& description) {
  command_line.add_whole_number(name, "N", count, {1, 10'000}, description);
}

void add_address(CommandLine& command_line, const std::string& name, Endpoint& endpoint,
                 const std::string& description) {
  command_line
      .add(
          name, "ADDR:PORT",
          [&](const std::string& text) { endpoint = parse_listen_address(text, kDefaultPort); },
          description)
      .must_be_given();
}

void add_losses(CommandLine& command_line, ImpairmentSettings& settings) {
  add_share(command_line, "--drop", settings.drop, 100, "Drop this share, one by one");
  add_share(command_line, "--burst", settings.burst, 50, "Drop this share in bursts");
  add_count(command_line, "--burst-length", settings.burst_length,
            "A burst has 1 to this many [1]");
  add_share(command_line, "--duplicate", settings.duplicate, 100, "Send this share twice");
  add_share(command_line, "--corrupt", settings.corrupt, 100, "Flip one bit in this share");
  add_share(command_line, "--truncate", settings.truncate, 100, "Truncate this share");
}

void add_options(CommandLine& command_line, Options& options) {
  add_address(command_line, "--listen", options.listen,
              "The media port, RTCP and repair on the next two; 0: free ones");
  add_address(command_line, "--forward", options.forward,
              "The destination of the media; RTCP and repair use the next two");
  ImpairmentSettings& settings = options.impairment;
  add_losses(command_line, settings);
  add_share(command_line, "--reorder", settings.reorder, 100, "Hold back this share");
  add_count(command_line, "--reorder-depth", settings.reorder_depth,
            "until 1 to this many later ones have arrived [1]");
  add_time(command_line, "--delay", settings.delay, "Delay all by this time");
  add_time(command_line, "--jitter", settings.jitter,
           "and by 0 to this time more, which may reorder them");
  command_line.add_whole_number("--seed", "N", settings.seed, {0, 1'000'000'000},
                                "Seed of the random numbers [1]");
  command_line.add_flag("--impair-rtcp", options.impair_rtcp, "Impair RTCP as well");
  command_line.add_number("--seconds", "S", options.seconds, {0.001, 1e6},
                          "Stop after this time [300]");
}

udp::endpoint endpoint_of(const Endpoint& endpoint) {
  std::error_code error;
  const auto address = asio::ip::make_address(endpoint.host, error);
  if (error) throw std::invalid_argument(fmt::format("'{}' is no IP address", endpoint.host));
  return {address, endpoint.port};
}

udp::endpoint with_port_added(udp::endpoint endpoint, unsigned added) {
  endpoint.port(static_cast<std::uint16_t>(endpoint.port() + added));
  return endpoint;
}

/// The impairment of each port, with its own random numbers.
ImpairmentSettings settings_of(const Options& options, unsigned index) {
  if (index == 1 && !options.impair_rtcp) return {};
  ImpairmentSettings settings = options.impairment;
  settings.seed += index;
  return settings;
}

class Proxy {
 public:
  explicit Proxy(const Options& options)
      : signals_(io_, SIGINT, SIGTERM),
        end_(io_, std::chrono::duration_cast<asio::steady_timer::duration>(
                      std::chrono::duration<double>(options.seconds))) {
    const udp::endpoint target = endpoint_of(options.forward);
    auto listening = open_port_run(io_, endpoint_of(options.listen));
    // Uses consecutive ports here too, for a viewer that sends its replies to the port above the
    // media port.
    auto forwarding = open_port_run(io_, udp::endpoint(target.protocol(), 0));
    port_ = listening[0].local_endpoint().port();
    for (unsigned i = 0; i < kPorts; ++i)
      lanes_.emplace_back(std::move(listening[i]), std::move(forwarding[i]),
                          with_port_added(target, i), settings_of(options, i));
  }

  std::uint16_t port() const { return port_; }

  /// Runs until a signal or the time limit.
  void run() {
    signals_.async_wait([this](std::error_code, int) { io_.stop(); });
    end_.async_wait([this](std::error_code) { io_.stop(); });
    for (Lane& lane : lanes_) lane.start();
    io_.run();
    for (Lane& lane : lanes_) lane.finish();
  }

  nlohmann::json counts() {
    nlohmann::json counts;
    auto lane = lanes_.begin();
    for (const char* name : {"media", "rtcp", "repair"}) counts[name] = (lane++)->counts();
    return counts;
  }

 private:
  asio::io_context io_{1};
  asio::signal_set signals_;
  asio::steady_timer end_;
  std::list<Lane> lanes_;
  std::uint16_t port_ = 0;
};

void print_line(const std::string& line) {
  fmt::print("{}\n", line);
  std::fflush(stdout);
}

int run_proxy(const Options& options) {
  Proxy proxy(options);
  print_line(fmt::format("ready {}", proxy.port()));
  proxy.run();
  print_line(proxy.counts().dump());
  return 0;
}

}  // namespace
}  // namespace jpegwire::test

int main(int argc, char** argv) {
  jpegwire::CommandLine command_line(
      "impairment_proxy", "Impairs the datagrams of an RTP sender on their way to a viewer.");
  jpegwire::test::Options options;
  jpegwire::test::add_options(command_line, options);
  return command_line.run(argc, argv, [&] { return jpegwire::test::run_proxy(options); });
}
