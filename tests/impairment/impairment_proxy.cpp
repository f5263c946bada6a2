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

void add_share(CLI::App& app, const std::string& name, double& share, double most,
               const std::string& description) {
  app.add_option_function<double>(
         name, [&share](double percent) { share = percent / 100; }, description)
      ->check(is_number_within(0, most))
      ->type_name("PERCENT");
}

void add_time(CLI::App& app, const std::string& name, std::chrono::microseconds& time,
              const std::string& description) {
  const auto set = [&time](double milliseconds) {
    time = std::chrono::microseconds(static_cast<std::int64_t>(milliseconds * 1000));
  };
  app.add_option_function<double>(name, set, description)
      ->check(is_number_within(0, 60'000))
      ->type_name("MS");
}

void add_count(CLI::App& app, const std::string& name, int& count, const std::string& description) {
  app.add_option(name, count, description)
      ->check(is_whole_number_within(1, 10'000))
      ->type_name("N");
}

void add_address(CLI::App& app, const std::string& name, Endpoint& endpoint,
                 const std::string& description) {
  add_parsed_option(
      app, name, [&](const std::string& text) { endpoint = parse_listen_address(text); },
      description)
      ->type_name("ADDR:PORT")
      ->required();
}

void add_losses(CLI::App& app, ImpairmentSettings& settings) {
  add_share(app, "--drop", settings.drop, 100, "Drop this share, one by one");
  add_share(app, "--burst", settings.burst, 50, "Drop this share in bursts");
  add_count(app, "--burst-length", settings.burst_length, "A burst has 1 to this many [1]");
  add_share(app, "--duplicate", settings.duplicate, 100, "Send this share twice");
  add_share(app, "--corrupt", settings.corrupt, 100, "Flip one bit in this share");
  add_share(app, "--truncate", settings.truncate, 100, "Truncate this share");
}

void add_options(CLI::App& app, Options& options) {
  let_last_value_count(app);
  add_address(app, "--listen", options.listen,
              "The media port, RTCP and repair on the next two; 0: free ones");
  add_address(app, "--forward", options.forward,
              "The destination of the media; RTCP and repair use the next two");
  ImpairmentSettings& settings = options.impairment;
  add_losses(app, settings);
  add_share(app, "--reorder", settings.reorder, 100, "Hold back this share");
  add_count(app, "--reorder-depth", settings.reorder_depth,
            "until 1 to this many later ones have arrived [1]");
  add_time(app, "--delay", settings.delay, "Delay all by this time");
  add_time(app, "--jitter", settings.jitter, "and by 0 to this time more, which may reorder them");
  app.add_option("--seed", settings.seed, "Seed of the random numbers [1]")->type_name("N");
  app.add_flag("--impair-rtcp", options.impair_rtcp, "Impair RTCP as well");
  app.add_option("--seconds", options.seconds, "Stop after this time [300]")
      ->check(is_number_within(0.001, 1e6))
      ->type_name("S");
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
  CLI::App app{"Impairs the datagrams of an RTP sender on their way to a viewer.",
               "impairment_proxy"};
  jpegwire::test::Options options;
  jpegwire::test::add_options(app, options);
  return jpegwire::run_command_line(app, argc, argv,
                                    [&] { return jpegwire::test::run_proxy(options); });
}
