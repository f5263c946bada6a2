#include "bench/runs/stream_sender.hpp"

#include <fmt/format.h>

#include <asio/buffer.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/write.hpp>
#include <csignal>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "app/parse_number.hpp"
#include "bench/runs/fake_camera.hpp"
#include "bench/runs/peers.hpp"
#include "bench/runs/program_end.hpp"
#include "bench/runs/run.hpp"
#include "bench/runs/tcp_sockets.hpp"
#include "net/http/http_head.hpp"

namespace jpegwire {
namespace {

using asio::ip::tcp;

/// One request. Its handlers share ownership, so the caller may stop waiting for it.
class Fetch : public std::enable_shared_from_this<Fetch> {
 public:
  Fetch(asio::io_context& io, std::string request) : socket_(io), request_(std::move(request)) {}

  void start(const tcp::endpoint& server) {
    socket_.async_connect(server, [self = shared_from_this()](std::error_code error) {
      if (!self->ends_with(error)) self->do_write();
    });
  }
  void give_up() {
    std::error_code ignored;
    socket_.close(ignored);
  }
  bool has_ended() const { return has_ended_; }
  const std::string& answer() const { return answer_; }

 private:
  void do_write() {
    asio::async_write(socket_, asio::buffer(request_),
                      [self = shared_from_this()](std::error_code error, std::size_t) {
                        if (!self->ends_with(error)) self->do_read();
                      });
  }
  void do_read() {
    constexpr std::size_t kMaxBytes = std::size_t{16} << 20;
    asio::async_read(
        socket_, asio::dynamic_buffer(answer_, kMaxBytes),
        [self = shared_from_this()](std::error_code, std::size_t) { self->has_ended_ = true; });
  }
  bool ends_with(std::error_code error) { return has_ended_ = static_cast<bool>(error); }

  tcp::socket socket_;
  const std::string request_;
  std::string answer_;
  bool has_ended_ = false;
};

/// The body of the response to a GET; nothing if its status is not 200, or if it is not complete
/// within the timeout.
std::optional<std::string> fetch(EventLoop& loop, const std::string& address, std::uint16_t port,
                                 const std::string& path, std::chrono::duration<double> timeout) {
  constexpr std::size_t kMaxHeadBytes = 16'384;
  const auto request = std::make_shared<Fetch>(
      loop.io(), fmt::format("GET {} HTTP/1.0\r\nHost: localhost\r\n\r\n", path));
  request->start({asio::ip::make_address(address), port});
  const bool has_ended = loop.wait(timeout, [&] { return request->has_ended(); });
  request->give_up();
  const std::string& answer = request->answer();
  const HttpResponseHead head =
      parse_response_head(std::as_bytes(std::span(answer)), kMaxHeadBytes);
  const bool is_good = head.state == HttpHead::State::complete && head.status == 200;
  if (!has_ended || !is_good) return std::nullopt;
  return answer.substr(head.size_bytes);
}

/// The port at the end of the first whole line that has these words; 0 if there is none.
std::uint16_t port_after(std::string_view text, std::string_view words) {
  const std::size_t begin = text.find(words);
  const std::size_t end = begin == text.npos ? text.npos : text.find('\n', begin);
  if (end == text.npos) return 0;
  std::string_view address = text.substr(begin, end - begin);
  if (address.ends_with('/')) address.remove_suffix(1);
  return parse_number<std::uint16_t>(address.substr(address.rfind(':') + 1)).value_or(0);
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
      ports.http = port_after(child_.err(), "in a browser: http://");
      ports.tcp = port_after(child_.err(), "jpegwire-viewer tcp://");
      return ports.http != 0 && (ports.tcp != 0 || case_.transport != Transport::tcp);
    });
    http_port_ = ports.http;
    return ports;
  }

  int viewers() override { return statistics().value("viewers_now", 0); }

  nlohmann::json statistics() override {
    const auto text =
        fetch(loop_, ends_.listen_address, http_port_, "/stats.json", kProgramTimeout);
    // The connection of a program that is killed closes before the program's end is known.
    if (!text) loop_.wait(std::chrono::seconds(1), [&] { return child_.has_ended(); });
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
