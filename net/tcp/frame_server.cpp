#include "net/tcp/frame_server.hpp"

#include <spdlog/spdlog.h>

#include <random>
#include <utility>

#include "net/tcp/socket_options.hpp"

namespace jpegwire {
namespace {

std::uint64_t random_id() {
  std::random_device random;
  return std::uint64_t{random()} << 32 | random();
}

}  // namespace

FrameServer::FrameServer(asio::io_context& io, Audience& audience, Settings settings)
    : io_(io),
      audience_(audience),
      settings_(settings),
      stream_id_(random_id()),
      deadline_(io),
      wakeup_(io, [this] { offer_newest(); }) {}

const Listener& FrameServer::listen(const Endpoint& endpoint) {
  return listeners_.emplace_back(io_, endpoint, [this](asio::ip::tcp::socket socket) {
    if (connections_.size() < settings_.max_viewers) {
      serve(std::move(socket), {});
      return;
    }
    ++rejected_;
    spdlog::warn("turned {} away: {} viewers are there already", peer_name(socket),
                 connections_.size());
  });
}

void FrameServer::dial(const Endpoint& endpoint) {
  const auto serve_dialled = [this](Dialer& dialer, asio::ip::tcp::socket socket) {
    serve(std::move(socket), [this, &dialer](const Connection& closed) {
      if (closed->statistics().frames > 0) dialer.reset_pause();  // it was not just turned away
      if (!finishing_) dialer.dial_later();
    });
  };
  const auto try_again = [last = std::error_code()](Dialer& dialer, std::error_code error) mutable {
    if (error != std::exchange(last, error))
      spdlog::warn("cannot connect to {}: {}; trying on", to_tcp_url(dialer.endpoint()),
                   describe(error));
    dialer.dial_later();
  };
  dialers_.emplace_back(io_, endpoint, serve_dialled, try_again).dial();
}

void FrameServer::submit(FramePtr frame) {
  newest_.put(std::move(frame));
  wakeup_.notify();
}

void FrameServer::finish(milliseconds patience) {
  finishing_ = true;
  wakeup_.stop();
  offer_newest();  // the last frame may have come since the io thread was woken
  for (Listener& listener : listeners_) listener.stop();
  for (Dialer& dialer : dialers_) dialer.cancel();
  const std::set<Connection> connections = connections_;  // finishing one may remove it
  for (const Connection& connection : connections) connection->finish();
  if (connections_.empty()) return;
  deadline_.expires_after(patience);
  deadline_.async_wait([this](std::error_code error) {
    if (!error) close_all();
  });
}

std::vector<ViewerStatistics> FrameServer::viewers() const {
  std::vector<ViewerStatistics> all = departed_;
  for (const Connection& connection : connections_) all.push_back(connection->statistics());
  return all;
}

void FrameServer::serve(asio::ip::tcp::socket socket, FrameConnection::OnClosed on_closed) {
  auto connection = std::make_shared<FrameConnection>(
      std::move(socket), settings_.prefix, stream_id_,
      [this, on_closed = std::move(on_closed)](const Connection& closed) {
        connections_.erase(closed);
        audience_.leave();
        remember(closed);
        if (on_closed) on_closed(closed);
        if (finishing_ && connections_.empty()) deadline_.cancel();
      });
  spdlog::info("viewer {} came", connection->statistics().peer);
  connections_.insert(connection);
  audience_.join();
  connection->start();
}

void FrameServer::offer_newest() {
  const std::optional<FramePtr> frame = newest_.try_take();
  if (!frame) return;
  for (auto next = connections_.begin(); next != connections_.end();) {
    const Connection connection = *next++;  // offering may close it and so erase it
    connection->offer(*frame);
  }
}

// Bounded, so that a viewer that comes and goes all day costs no memory.
void FrameServer::remember(const Connection& connection) {
  constexpr std::size_t kMostRemembered = 1000;
  if (departed_.size() >= kMostRemembered) departed_.erase(departed_.begin());
  departed_.push_back(connection->statistics());
}

void FrameServer::close_all() {
  const std::set<Connection> connections = connections_;
  for (const Connection& connection : connections) connection->close("it was too slow to the end");
}

}  // namespace jpegwire
