#include "net/tcp/http_probe.hpp"

#include <asio/buffer.hpp>
#include <asio/read.hpp>
#include <string_view>
#include <utility>

#include "net/http/stream_request.hpp"

namespace jpegwire {

HttpProbe::HttpProbe(asio::io_context& io, const Endpoint& endpoint, std::function<void()> on_http)
    : on_http_(std::move(on_http)),
      deadline_(io.get_executor(), [this] { dialer_.dial(); }),
      dialer_(
          io, endpoint, [this](Dialer&, asio::ip::tcp::socket socket) { ask(std::move(socket)); },
          [](Dialer&, std::error_code) {}),
      socket_(io) {}

void HttpProbe::start() {
  cancel();
  deadline_.set(std::chrono::seconds(1));
}

void HttpProbe::cancel() {
  ++probe_;
  deadline_.cancel();
  dialer_.cancel();
  std::error_code ignored;
  socket_.close(ignored);
}

void HttpProbe::ask(asio::ip::tcp::socket socket) {
  socket_ = std::move(socket);
  std::error_code ignored;
  socket_.non_blocking(true, ignored);
  const StreamRequest request({.endpoint = dialer_.endpoint(), .user = {}, .password = {}});
  socket_.write_some(asio::buffer(request.text()), ignored);
  do_read();
}

void HttpProbe::do_read() {
  asio::async_read(
      socket_, asio::buffer(answer_), [this, probe = probe_](std::error_code error, std::size_t) {
        if (probe != probe_) return;
        const bool is_http = !error && std::string_view(answer_.data(), answer_.size()) == "HTTP/";
        cancel();
        if (is_http) on_http_();
      });
}

}  // namespace jpegwire
