#include "net/tcp/frame_server.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <random>
#include <utility>

#include "net/sockets/socket_options.hpp"
#include "net/tcp/frame_protocol.hpp"

namespace jpegwire {
namespace {

std::uint64_t random_id() {
  std::random_device random;
  return std::uint64_t{random()} << 32 | random();
}

}  // namespace

FrameServer::FrameServer(asio::io_context& io, ViewerCount& viewer_count, Settings settings)
    : io_(io),
      viewer_count_(viewer_count),
      settings_(settings),
      stream_id_(random_id()),
      board_(settings.groups, settings.adaptation),
      places_(settings.max_viewers, settings.max_per_address),
      memory_(settings.memory_bytes, settings.memory_timeout),
      deadline_(io.get_executor(), [this] { close_all(); }),
      wakeup_(io, [this] { offer_newest(); }) {}

// Handlers of the io context, which may be destroyed later, share the connections.
FrameServer::~FrameServer() {
  for (const auto& [connection, place] : connections_) connection->leave_board();
}

const Listener& FrameServer::listen(const Endpoint& endpoint) {
  return listeners_.emplace_back(
      io_, endpoint, "--tcp", [this](asio::ip::tcp::socket socket) { accept(std::move(socket)); });
}

void FrameServer::accept(asio::ip::tcp::socket socket) {
  std::error_code error;
  const auto peer = socket.remote_endpoint(error);
  if (error) return;  // the client has closed it
  std::optional<Admission::Ticket> place = admit(places_, peer.address());
  if (!place) return reject(socket);
  serve(std::move(socket), std::make_unique<SizePrefixProtocol>(settings_.prefix), {},
        std::move(place));
}

void FrameServer::reject(const asio::ip::tcp::socket& socket) {
  ++rejected_;
  refusals_.warn(
      "rejected {}: too many viewers are connected; allow more with --tcp-connections N, or from "
      "one address with --tcp-per-address N",
      peer_name(socket));
}

std::optional<Admission::Ticket> FrameServer::admit(Admission& places,
                                                    const asio::ip::address& address) {
  std::optional<Admission::Ticket> place = places.admit(address);
  if (!place && evict_for(places, address)) place = places.admit(address);
  return place;
}

bool FrameServer::evict_for(const Admission& places, const asio::ip::address& address) {
  LongestStalled longest(std::chrono::steady_clock::now() - settings_.place_timeout);
  for (const auto& [connection, place] : connections_)
    if (place && places.would_make_room(*place, address)) longest.consider(*connection);
  if (longest.get() == nullptr) return false;
  ++evicted_for_place_;
  longest.get()->evict(
      fmt::format("it took less than a frame in {:.0f} s, and a new client needed its place",
                  to_seconds(settings_.place_timeout)));
  return true;
}

void FrameServer::dial(const Endpoint& endpoint) {
  const auto serve_dialled = [this](Dialer& dialer, asio::ip::tcp::socket socket) {
    serve(std::move(socket), std::make_unique<SizePrefixProtocol>(settings_.prefix), {}, {},
          [this, &dialer](const ViewerStatistics& viewer) {
            if (viewer.frames > 0) dialer.reset_pause();  // it was not rejected at once
            if (!finishing_) dialer.dial_later();
          });
  };
  const auto try_again = [last = std::error_code()](Dialer& dialer, std::error_code error) mutable {
    if (error != std::exchange(last, error))
      spdlog::warn("cannot connect to {}: {}; trying again", to_tcp_url(dialer.endpoint()),
                   describe(error));
    dialer.dial_later();
  };
  dialers_.emplace_back(io_, endpoint, serve_dialled, try_again).dial();
}

void FrameServer::serve(asio::ip::tcp::socket socket, std::unique_ptr<FrameProtocol> protocol,
                        const ViewerRequest& request, std::optional<Admission::Ticket> place,
                        std::function<void(const ViewerStatistics&)> on_closed) {
  viewer_count_.join();  // before it has a place on the board: it never counts as unadapted
  auto connection =
      std::make_shared<FrameConnection>(std::move(socket), std::move(protocol), ++served_, request,
                                        stream_id_, board_, age_us_, settings_.write,
                                        [this, on_closed = std::move(on_closed)](
                                            const Connection& closed, const Departure& departure) {
                                          forget(closed, departure);
                                          if (on_closed) on_closed(closed->statistics());
                                        });
  news_.info("viewer {} connected", connection->statistics().peer);
  connections_.emplace(connection, std::move(place));
  memory_.add(*connection);
  connection->start();
}

void FrameServer::forget(const Connection& connection, const Departure& departure) {
  const ViewerStatistics viewer = connection->statistics();
  LogLimit& log = departure.is_in_order ? news_ : breaks_;
  log.info("viewer {} disconnected after {} frames ({})", viewer.peer, viewer.frames,
           departure.reason);
  memory_.remove(*connection);
  connections_.erase(connection);
  viewer_count_.leave();
  remember(viewer);
  if (finishing_ && connections_.empty()) deadline_.cancel();
}

std::unique_ptr<FrameRequest> FrameServer::request_frame(
    std::function<void(const FramePtr&)> on_frame) {
  return std::make_unique<FrameRequest>(*this, std::move(on_frame));
}

void FrameServer::submit(FramePtr frame) { submit_for(only_group(kFullGroup), std::move(frame)); }

void FrameServer::submit_for(GroupSet groups, FramePtr frame) {
  for (unsigned group = 0; group < newest_.size(); ++group)
    if (has_group(groups, group)) newest_[group].put(frame);
  wakeup_.notify();
}

void FrameServer::finish(milliseconds timeout) {
  if (std::exchange(finishing_, true)) return;
  wakeup_.stop();
  offer_newest();  // the last frame may have been submitted since the io thread was woken
  for (Listener& listener : listeners_) listener.stop();
  for (Dialer& dialer : dialers_) dialer.cancel();
  for (const Connection& connection : connections()) connection->finish();
  if (connections_.empty()) return;
  deadline_.set(timeout);
}

std::vector<ViewerStatistics> FrameServer::present_viewers() const {
  std::vector<ViewerStatistics> present;
  present.reserve(connections_.size());
  for (const auto& [connection, place] : connections_) present.push_back(connection->statistics());
  return present;
}

// Those that an operation on one of them may remove.
std::vector<FrameServer::Connection> FrameServer::connections() const {
  std::vector<Connection> connections;
  connections.reserve(connections_.size());
  for (const auto& [connection, place] : connections_) connections.push_back(connection);
  return connections;
}

std::map<std::string, ViewerStatistics> FrameServer::totals() const {
  std::map<std::string, ViewerStatistics> totals = departed_totals_;
  for (const ViewerStatistics& viewer : present_viewers()) totals[viewer.kind] += viewer;
  return totals;
}

void FrameServer::offer_newest() {
  for (unsigned group = 0; group < newest_.size(); ++group) {
    const std::optional<FramePtr> frame = newest_[group].try_take();
    if (!frame) continue;
    if (group == kFullGroup) answer_frame_requests(*frame);
    offer(*frame, group);
  }
  memory_.enforce(std::chrono::steady_clock::now());
}

void FrameServer::offer(const FramePtr& frame, unsigned group) {
  for (auto next = connections_.begin(); next != connections_.end();) {
    const Connection connection = (next++)->first;  // offering may close it and so erase it
    if (connection->group() == group) connection->offer(frame);
  }
}

// The callback may make another request, which is for the next frame.
void FrameServer::answer_frame_requests(const FramePtr& frame) {
  const std::set<FrameRequest*> due = frame_requests_;
  for (FrameRequest* request : due)
    if (frame_requests_.contains(request)) std::exchange(request->on_frame_, nullptr)(frame);
}

// Bounded, so that a viewer that keeps reconnecting does not use more and more memory.
void FrameServer::remember(const ViewerStatistics& viewer) {
  constexpr std::size_t kMaxRemembered = 1000;
  if (departed_.size() >= kMaxRemembered) departed_.erase(departed_.begin());
  departed_.push_back(viewer);
  departed_totals_[viewer.kind] += viewer;
}

void FrameServer::close_all() {
  for (const Connection& connection : connections())
    connection->close({"it did not receive the last frame in time"});
}

FrameRequest::FrameRequest(FrameServer& server, std::function<void(const FramePtr&)> on_frame)
    : server_(server), on_frame_(std::move(on_frame)) {
  server_.frame_requests_.insert(this);
  server_.viewer_count_.begin_frame_request();
}

FrameRequest::~FrameRequest() {
  server_.frame_requests_.erase(this);
  server_.viewer_count_.end_frame_request();
}

}  // namespace jpegwire
