#include "bench/runs/remote_viewers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <asio/ip/udp.hpp>
#include <stdexcept>
#include <utility>

#include "bench/runs/commands.hpp"
#include "bench/runs/run.hpp"
#include "bench/runs/tcp_sockets.hpp"
#include "net/sockets/endpoint.hpp"

namespace jpegwire {
namespace {

constexpr std::uint16_t kFirstRtpPort = 5004;
constexpr int kPortsOfStream = 4;

// The remote viewers start before the window and must run beyond its end.
constexpr double kSlackSeconds = 2;

std::string address_of(EventLoop& loop, const std::string& host) {
  std::error_code error;
  asio::ip::udp::resolver resolver(loop.io());
  const auto found = resolver.resolve(host, "9", error);
  if (error || found.empty())
    throw std::runtime_error(
        fmt::format("cannot resolve '{}': {}; check --viewer-host", host, error.message()));
  return found.begin()->endpoint().address().to_string();
}

/// The address of this machine that the other machine uses.
std::string address_towards(EventLoop& loop, const std::string& address) {
  std::error_code error;
  const asio::ip::udp::endpoint there(asio::ip::make_address(address), 9);
  asio::ip::udp::socket socket(loop.io(), there.protocol());
  socket.connect(there, error);  // sends nothing
  if (error)
    throw std::runtime_error(
        fmt::format("cannot reach {}: {}; check --viewer-host", address, error.message()));
  return socket.local_endpoint().address().to_string();
}

}  // namespace

RemoteViewers::RemoteViewers(EventLoop& loop, const BenchOptions& options)
    : loop_(loop),
      options_(options),
      cases_(cases_of(options.matrix)),
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

double RemoteViewers::seconds_of_viewer() const {
  return options_.warm_up_seconds + options_.seconds + kSlackSeconds;
}

// Each RTP viewer has its own port, which the shell computes. The quotes are needed because some
// shells treat brackets as a pattern.
std::string RemoteViewers::url_for_shell(const Case& one) const {
  if (one.transport != Transport::rtp) return to_shell({stream_url(one, own_address_, ports_, 0)});
  const bool is_v6 = asio::ip::make_address(viewer_address_).is_v6();
  return fmt::format("\"rtp://{}:$(({} + {} * viewer))\"", is_v6 ? "[::]" : "0.0.0.0",
                     kFirstRtpPort, kPortsOfStream);
}

std::string RemoteViewers::viewers_of(const Case& one) const {
  const ViewerTimes times{.warm_up_seconds = options_.warm_up_seconds,
                          .seconds = seconds_of_viewer()};
  const std::string url = "URL";
  std::string viewer =
      to_shell(viewer_command("jpegwire-viewer", one, url, times, options_.viewer_options));
  viewer.replace(viewer.find(url), url.size(), url_for_shell(one));
  return fmt::format(
      "for viewer in $(seq 0 {}); do {} | curl -sS --data-binary @- $bench/$run & done",
      one.viewers - 1, viewer);
}

std::string RemoteViewers::script() const {
  std::string lines = fmt::format(
      "bench={} run=0\n"
      "while run=$(curl -sS $bench/after/$run) && [ \"$run\" ]; do\n"
      "  case $run in\n",
      to_shell({collector_.url()}));
  for (std::size_t i = 0; i < cases_.size(); ++i)
    lines += fmt::format("    *.{}) {} ;;\n", i + 1, viewers_of(cases_[i]));
  return lines + "  esac\n  wait\ndone\n";
}

// Let the script on the other machine fetch its last answer. If it asks later, the connection
// fails, and it ends too.
void RemoteViewers::dismiss() {
  constexpr std::chrono::seconds kTimeout{5};
  if (was_asked_) loop_.wait(kTimeout, [this] { return collector_.is_asked(); });
  collector_.dismiss();
  loop_.wait(std::chrono::seconds(1), [turns = 0]() mutable {
    return ++turns > 8;  // so that the answer is sent
  });
}

SenderEnds RemoteViewers::choose_ends(const Case& one) {
  collector_.close();
  wait_until_asked();
  SenderEnds ends{.listen_address = own_address_,
                  .viewer_address = viewer_address_,
                  .tcp_port = ports_.tcp,
                  .http_port = ports_.http};
  if (one.transport == Transport::rtp)
    ends.rtp_ports.assign(ports_.rtp.begin(), ports_.rtp.begin() + one.viewers);
  return ends;
}

// Viewers of a run that failed here run until their time is over, or until they time out.
void RemoteViewers::wait_until_asked() {
  constexpr double kHour = 3600;
  const bool is_first = !std::exchange(has_waited_, true);
  const double timeout = is_first ? kHour : seconds_of_viewer() + timeout_seconds();
  was_asked_ =
      loop_.wait(std::chrono::duration<double>(timeout), [this] { return collector_.is_asked(); });
  if (!was_asked_)
    throw RunFailure(
        fmt::format("{} did not ask for a run within {:.0f} s; run the printed command there",
                    options_.viewer_host, timeout));
}

void RemoteViewers::start(const Case& one, const StreamPorts&) {
  viewers_ = one.viewers;
  command_ = viewers_of(one);
  const auto found = std::ranges::find(cases_, one);
  collector_.open(++runs_, static_cast<int>(found - cases_.begin()) + 1);
}

std::vector<nlohmann::json> RemoteViewers::finish() {
  const auto wanted = static_cast<std::size_t>(viewers_);
  if (!loop_.wait(std::chrono::seconds(30),
                  [&] { return collector_.summaries().size() >= wanted; }))
    throw RunFailure(fmt::format("only {} of {} viewers on {} delivered a summary",
                                 collector_.summaries().size(), wanted, options_.viewer_host));
  std::vector<nlohmann::json> summaries = collector_.summaries();
  for (const nlohmann::json& summary : summaries)
    if (summary.is_discarded())
      throw RunFailure(fmt::format("a viewer on {} ended without a summary", options_.viewer_host));
  collector_.close();
  return summaries;
}

}  // namespace jpegwire
