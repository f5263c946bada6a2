#include "bench/runs/local_viewers.hpp"

#include <fmt/format.h>

#include <asio/ip/udp.hpp>
#include <csignal>
#include <list>
#include <utility>

#include "bench/runs/commands.hpp"
#include "bench/runs/program_end.hpp"
#include "bench/runs/run.hpp"

namespace jpegwire {
namespace {

using asio::ip::udp;

/// An RTP stream uses an even port and the next two.
class PortsOfStream {
 public:
  /// Empty if the port that the system chose is not suitable.
  explicit PortsOfStream(asio::io_context& io) {
    const auto loopback = asio::ip::address_v4::loopback();
    sockets_.emplace_back(io, udp::endpoint(loopback, 0));
    port_ = sockets_.back().local_endpoint().port();
    if (port_ % 2 != 0 || port_ > 65'533) return;
    for (int next = 1; next <= 2; ++next) {
      std::error_code error;
      udp::socket& socket = sockets_.emplace_back(io, udp::v4());
      socket.bind({loopback, static_cast<std::uint16_t>(port_ + next)}, error);
      if (error) return;
    }
    is_free_ = true;
  }
  std::uint16_t port() const { return port_; }
  bool is_free() const { return is_free_; }

 private:
  std::list<udp::socket> sockets_;
  std::uint16_t port_ = 0;
  bool is_free_ = false;
};

}  // namespace

LocalViewers::LocalViewers(EventLoop& loop, std::string program, double warm_up_seconds,
                           std::vector<std::string> more, const NetworkLink* link)
    : loop_(loop),
      program_(std::move(program)),
      warm_up_seconds_(warm_up_seconds),
      more_(std::move(more)),
      link_(link) {}

SenderEnds LocalViewers::choose_ends(const Case& one) {
  SenderEnds ends;
  if (link_) {
    ends.listen_address = NetworkLink::kNearAddress;
    ends.viewer_address = NetworkLink::kFarAddress;
  }
  if (one.transport == Transport::rtp) ends.rtp_ports = choose_rtp_ports(one.viewers);
  return ends;
}

// Suitable ports stay open until the search ends, so that none is chosen twice. The others are
// closed at once, to use no more descriptors than the viewers do.
std::vector<std::uint16_t> LocalViewers::choose_rtp_ports(int viewers) {
  constexpr int kMaxTries = 1'000'000;  // enough to find a port if one is free
  std::list<PortsOfStream> chosen;
  for (int tries = 0; chosen.size() < static_cast<std::size_t>(viewers); ++tries) {
    if (tries == kMaxTries)
      throw RunFailure(fmt::format(
          "cannot find free ports for {} RTP streams; choose fewer with --viewers", viewers));
    if (!chosen.emplace_back(loop_.io()).is_free()) chosen.pop_back();
  }
  std::vector<std::uint16_t> ports;
  for (const PortsOfStream& stream : chosen) ports.push_back(stream.port());
  return ports;
}

/// The host in the viewers' URLs: for RTP their own end, to which the datagrams go.
std::string LocalViewers::host_of(Transport transport) const {
  if (!link_) return "127.0.0.1";
  return transport == Transport::rtp ? NetworkLink::kFarAddress : NetworkLink::kNearAddress;
}

void LocalViewers::start(const Case& one, const StreamPorts& ports) {
  for (std::size_t i = 0; i < static_cast<std::size_t>(one.viewers); ++i) {
    const std::string url = stream_url(one, host_of(one.transport), ports, i);
    const Command command =
        viewer_command(program_, one, url, {.warm_up_seconds = warm_up_seconds_}, more_);
    viewers_.push_back(
        std::make_unique<ChildProcess>(loop_.io(), link_ ? link_->at_far_end(command) : command));
  }
}

double LocalViewers::timeout_seconds() const {
  return std::chrono::duration<double>(kProgramTimeout).count();
}

void LocalViewers::check() {
  for (const auto& viewer : viewers_)
    if (viewer->has_ended()) throw RunFailure(describe_end(*viewer));
}

ThreadTimes LocalViewers::threads() const {
  ThreadTimes sum;
  for (const auto& viewer : viewers_) add_to(sum, thread_times(viewer->pid()));
  return sum;
}

double LocalViewers::cpu_seconds() const {
  double sum = 0;
  for (const auto& viewer : viewers_) sum += process_seconds(viewer->pid());
  return sum;
}

std::vector<nlohmann::json> LocalViewers::finish() {
  for (const auto& viewer : viewers_) viewer->send_signal(SIGINT);
  std::vector<nlohmann::json> summaries;
  for (const auto& viewer : viewers_) summaries.push_back(summary_at_end(loop_, *viewer));
  return summaries;
}

std::vector<std::string> LocalViewers::commands() const {
  std::vector<std::string> commands;
  for (const auto& viewer : viewers_) commands.push_back(to_shell(viewer->command()));
  return commands;
}

}  // namespace jpegwire
