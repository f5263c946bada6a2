#include "bench/remote_viewers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <asio/ip/udp.hpp>
#include <stdexcept>

#include "bench/commands.hpp"
#include "bench/run.hpp"
#include "bench/tcp_sockets.hpp"
#include "net/endpoint.hpp"

namespace jpegwire {
namespace {

constexpr std::uint16_t kFirstRtpPort = 5004;
constexpr int kPortsOfStream = 4;

// There the window begins later than the viewers, whose time is over only behind its end.
constexpr double kSlackSeconds = 2;

std::string address_of(EventLoop& loop, const std::string& host) {
  std::error_code error;
  asio::ip::udp::resolver resolver(loop.io());
  const auto found = resolver.resolve(host, "9", error);
  if (error || found.empty())
    throw std::runtime_error(fmt::format("there is no host '{}': {}", host, error.message()));
  return found.begin()->endpoint().address().to_string();
}

/// Of this machine, as that one sees it.
std::string address_towards(EventLoop& loop, const std::string& address) {
  std::error_code error;
  const asio::ip::udp::endpoint there(asio::ip::make_address(address), 9);
  asio::ip::udp::socket socket(loop.io(), there.protocol());
  socket.connect(there, error);  // sends nothing
  if (error)
    throw std::runtime_error(fmt::format("there is no way to {}: {}", address, error.message()));
  return socket.local_endpoint().address().to_string();
}

}  // namespace

RemoteViewers::RemoteViewers(EventLoop& loop, const BenchOptions& options)
    : loop_(loop),
      options_(options),
      viewer_address_(address_of(loop, options.viewer_host)),
      own_address_(address_towards(loop, viewer_address_)),
      collector_(loop.io(), own_address_),
      ports_{.tcp = free_tcp_port(loop.io(), own_address_),
             .http = free_tcp_port(loop.io(), own_address_),
             .rtp = {}} {
  const int most = std::ranges::max(options.matrix.viewers);
  for (int viewer = 0; viewer < most; ++viewer)
    ports_.rtp.push_back(static_cast<std::uint16_t>(kFirstRtpPort + kPortsOfStream * viewer));
}

// Of datagrams each viewer has a port of its own, which the shell reckons.
std::string RemoteViewers::viewers_of(const Case& one) const {
  const bool is_rtp = one.transport == Transport::rtp;
  const std::string url = is_rtp ? "URL" : stream_url(one, own_address_, ports_, 0);
  const ViewerTimes times{.warm_up_seconds = options_.warm_up_seconds,
                          .seconds = options_.warm_up_seconds + options_.seconds + kSlackSeconds};
  std::string viewer =
      to_shell(viewer_command("jpegwire-viewer", one, url, times, options_.viewer_options));
  if (is_rtp)
    viewer.replace(
        viewer.find(url), url.size(),
        fmt::format("rtp://0.0.0.0:$(({} + {} * viewer))", kFirstRtpPort, kPortsOfStream));
  const std::string delivery = "curl -sS --data-binary @- " + collector_.url();
  return fmt::format("for viewer in $(seq 0 {}); do {} | {} & done; wait", one.viewers - 1, viewer,
                     delivery);
}

std::string RemoteViewers::script() const {
  std::string lines = fmt::format("for round in $(seq {}); do\n", options_.repetitions);
  for (const Case& one : cases_of(options_.matrix)) lines += viewers_of(one) + "\n";
  return lines + "done\n";
}

void RemoteViewers::dismiss() {
  const auto is_answered = [this] { return collector_.summaries().empty(); };
  collector_.answer("that was the last one\n");
  loop_.wait(std::chrono::seconds(1), [&, turns = 0]() mutable {
    return is_answered() && ++turns > 8;  // so that the answers are written
  });
}

SenderEnds RemoteViewers::choose_ends(const Case& one) {
  SenderEnds ends{.listen_address = own_address_,
                  .viewer_address = viewer_address_,
                  .tcp_port = ports_.tcp,
                  .http_port = ports_.http};
  if (one.transport == Transport::rtp)
    ends.rtp_ports.assign(ports_.rtp.begin(), ports_.rtp.begin() + one.viewers);
  return ends;
}

// Those of the run before wait for the answer before they begin with this one.
void RemoteViewers::start(const Case& one, const StreamPorts&) {
  viewers_ = one.viewers;
  command_ = viewers_of(one);
  collector_.answer(fmt::format("run {} is over\n", runs_));
  ++runs_;
}

double RemoteViewers::patience_seconds() const { return runs_ <= 1 ? 3600 : 60; }

std::vector<nlohmann::json> RemoteViewers::finish() {
  const auto wanted = static_cast<std::size_t>(viewers_);
  if (!loop_.wait(std::chrono::seconds(30),
                  [&] { return collector_.summaries().size() >= wanted; }))
    throw RunFailure(fmt::format("only {} of {} viewers on {} have delivered a summary",
                                 collector_.summaries().size(), wanted, options_.viewer_host));
  std::vector<nlohmann::json> summaries = collector_.summaries();
  for (const nlohmann::json& summary : summaries)
    if (summary.is_discarded())
      throw RunFailure(
          fmt::format("a viewer on {} has ended without a summary", options_.viewer_host));
  return summaries;
}

}  // namespace jpegwire
