#include "bench/runs/http_fetch.hpp"

#include <fmt/format.h>

#include <asio/buffer.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/write.hpp>
#include <memory>
#include <span>

#include "net/http/http_head.hpp"

namespace jpegwire {
namespace {

using asio::ip::tcp;

constexpr std::size_t kMaxHeadBytes = 16'384;

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

}  // namespace

std::optional<std::string> fetch(EventLoop& loop, const std::string& address, std::uint16_t port,
                                 const std::string& path, std::chrono::duration<double> timeout) {
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

}  // namespace jpegwire
