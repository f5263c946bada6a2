#include "bench/runs/stream_sender.hpp"

#include <fmt/format.h>

#include <csignal>
#include <regex>

#include "app/parse_number.hpp"
#include "bench/runs/fake_camera.hpp"
#include "bench/runs/http_fetch.hpp"
#include "bench/runs/peers.hpp"
#include "bench/runs/program_end.hpp"
#include "bench/runs/run.hpp"
#include "bench/runs/tcp_sockets.hpp"

namespace jpegwire {
namespace {

std::uint16_t port_behind(const std::string& text, const char* pattern) {
  std::smatch match;
  if (!std::regex_search(text, match, std::regex(pattern))) return 0;
  return parse_number<std::uint16_t>(match[1].str()).value_or(0);
}

/// Polls, because another program does not notify the bench when its socket begins to listen.
template <class Condition>
void wait_until_listening(EventLoop& loop, const ChildProcess& child,
                          const Condition& is_listening) {
  constexpr std::chrono::milliseconds kPause{20};
  const auto end = std::chrono::steady_clock::now() + kProgramTimeout;
  while (!is_listening()) {
    if (loop.wait(kPause, [&] { return child.has_ended(); })) throw RunFailure(describe_end(child));
    if (std::chrono::steady_clock::now() > end)
      throw RunFailure(fmt::format("{} did not start listening within {} s", short_name(child),
                                   kProgramTimeout.count()));
  }
}

class JpegwireSender final : public StreamSender {
 public:
  JpegwireSender(EventLoop& loop, const Command& command, const Case& one, const SenderEnds& ends)
      : loop_(loop), case_(one), ends_(ends), child_(loop.io(), command) {}

  StreamPorts wait_until_it_listens() override {
    StreamPorts ports{.rtp = ends_.rtp_ports};
    wait_until_listening(loop_, child_, [&] {
      ports.http = port_behind(child_.err(), R"(in a browser: http://.*:(\d+)/\n)");
      ports.tcp = port_behind(child_.err(), R"(watch: .*tcp://.*:(\d+)\n)");
      return ports.http != 0 && (ports.tcp != 0 || case_.transport != Transport::tcp);
    });
    http_port_ = ports.http;
    return ports;
  }

  int viewers() override { return statistics().value("viewers_now", 0); }

  nlohmann::json statistics() override {
    const auto text =
        fetch(loop_, ends_.listen_address, http_port_, "/stats.json", kProgramTimeout);
    if (child_.has_ended()) throw RunFailure(describe_end(child_));
    nlohmann::json statistics = nlohmann::json::parse(text.value_or(""), nullptr, false);
    if (!statistics.is_object())
      throw RunFailure(fmt::format("{} did not answer within {} s", short_name(child_),
                                   kProgramTimeout.count()));
    return statistics;
  }

  nlohmann::json finish() override {
    child_.send_signal(SIGINT);
    return summary_at_end(loop_, child_);
  }

  const ChildProcess& child() const override { return child_; }

 private:
  EventLoop& loop_;
  const Case& case_;
  const SenderEnds& ends_;
  ChildProcess child_;
  std::uint16_t http_port_ = 0;
};

/// A peer. The bench sees only its sockets.
class PeerSender final : public StreamSender {
 public:
  PeerSender(EventLoop& loop, const Command& command, const Peer& peer, std::uint16_t port)
      : loop_(loop), peer_(peer), port_(port), child_(loop.io(), command) {}

  StreamPorts wait_until_it_listens() override {
    wait_until_listening(loop_, child_, [this] { return tcp_sockets_at(port_).listening > 0; });
    const bool is_http = peer_.transport == Transport::http;
    return {.tcp = is_http ? std::uint16_t{0} : port_,
            .http = is_http ? port_ : std::uint16_t{0},
            .rtp = {}};
  }

  int viewers() override { return tcp_sockets_at(port_).connected; }
  nlohmann::json statistics() override { return nullptr; }

  // The destructor kills the peer, so there is no need to wait for its end.
  nlohmann::json finish() override { return nullptr; }
  const ChildProcess& child() const override { return child_; }

 private:
  EventLoop& loop_;
  const Peer& peer_;
  const std::uint16_t port_;
  ChildProcess child_;
};

Command in_front_of_camera(const Programs& programs, const Case& one, const Command& command) {
  return is_fake_camera(one.source) ? with_fake_camera(programs.fake_camera, one, command)
                                    : command;
}

}  // namespace

std::unique_ptr<StreamSender> start_sender(EventLoop& loop, const BenchOptions& options,
                                           const Programs& programs, const Case& one,
                                           const SenderEnds& ends) {
  if (one.is_jpegwire()) {
    const Command command = sender_command(programs.sender, one, ends, options.sender_options);
    return std::make_unique<JpegwireSender>(loop, in_front_of_camera(programs, one, command), one,
                                            ends);
  }
  const Peer& peer = peer_of(one);
  const std::uint16_t port = free_tcp_port(loop.io(), ends.listen_address);
  const Command command = peer.command(one, {ends.listen_address, port});
  return std::make_unique<PeerSender>(loop, in_front_of_camera(programs, one, command), peer, port);
}

}  // namespace jpegwire
