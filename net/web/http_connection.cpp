#include "net/web/http_connection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <asio/write.hpp>
#include <span>
#include <utility>

#include "net/sockets/socket_options.hpp"
#include "net/stream/frame_stamp.hpp"
#include "net/tcp/frame_protocol.hpp"
#include "net/web/file_server.hpp"
#include "net/web/stream_query.hpp"

namespace jpegwire {
namespace {

/// "/stream" and "/?action=stream", or as newer servers write them, with the number of the camera:
/// "/stream_0" and "/?action=stream_0".
bool asks_for(const HttpRequest& request, std::string_view what) {
  return std::ranges::any_of(
      std::array{std::string(what), fmt::format("{}_0", what)}, [&](const std::string& name) {
        return request.path == "/" + name || request.path.starts_with("/" + name + "&") ||
               (request.path == "/" && has_parameter(request.query, "action", name));
      });
}

std::string_view sentence_for(int status) {
  switch (status) {
    case 405:
      return "Only GET and HEAD are supported.";
    case 413:
      return "Requests with a body are not accepted.";
    case 431:
      return "The head of the request is too large.";
    case 505:
      return "Only HTTP/1.0 and HTTP/1.1 are supported.";
    default:
      return "The request is malformed.";
  }
}

}  // namespace

HttpConnection::HttpConnection(asio::ip::tcp::socket socket, HttpSite& site,
                               std::optional<Admission::Ticket> ticket, OnGone on_gone)
    : socket_(std::move(socket)),
      site_(site),
      ticket_(std::move(ticket)),
      on_gone_(std::move(on_gone)),
      deadline_(socket_.get_executor(), [this] { timed_out(); }),
      reader_(site.settings.max_head_bytes) {}

void HttpConnection::start() {
  make_fresh(socket_);
  begin_request();
}

void HttpConnection::finish() {
  keeps_alive_ = false;
  if (state_ == State::reading || state_ == State::waiting_for_frame) close();
}

void HttpConnection::close() {
  if (!socket_.is_open()) return;
  std::error_code ignored;
  socket_.close(ignored);
  gone();
}

void HttpConnection::gone() {
  deadline_.cancel();
  frame_request_.reset();
  drop_frame();
  ticket_.reset();
  on_gone_(shared_from_this());
}

std::optional<SteadyTime> HttpConnection::idle_since() const {
  return state_ == State::reading ? std::optional(since_) : std::nullopt;
}

std::optional<SteadyTime> HttpConnection::stalled_since() const {
  return state_ == State::writing ? std::optional(since_) : std::nullopt;
}

void HttpConnection::evict(const std::string& reason) {
  ++site_.failed_requests;
  site_.refusals.warn("disconnected {}: {}", peer_name(socket_), reason);
  close();
}

void HttpConnection::drop_frame() {
  if (!frame_) return;
  site_.frames.memory().remove(*this);
  frame_.reset();
}

void HttpConnection::begin_request() {
  state_ = State::reading;
  since_ = std::chrono::steady_clock::now();
  is_head_ = false;
  deadline_.set(site_.settings.head_timeout);
  read_on();
}

void HttpConnection::read_on() {
  switch (reader_.next()) {
    case HttpRequestReader::Result::need_more:
      return do_read();
    case HttpRequestReader::Result::request:
      return answer();
    case HttpRequestReader::Result::refused:
      return refuse(reader_.status(), std::string(sentence_for(reader_.status())));
  }
}

void HttpConnection::do_read() {
  const std::span<std::byte> space = reader_.space();
  socket_.async_read_some(asio::mutable_buffer(space.data(), space.size()),
                          [self = shared_from_this()](std::error_code error, std::size_t size) {
                            if (!self->socket_.is_open() || self->state_ != State::reading) return;
                            if (error) return self->broke_off();
                            self->reader_.received(size);
                            self->read_on();
                          });
}

void HttpConnection::broke_off() {
  if (reader_.is_inside_head()) ++site_.failed_requests;
  close();
}

void HttpConnection::answer() {
  const HttpRequest& request = reader_.request();
  is_head_ = request.is_head;
  keeps_alive_ = keeps_alive_ && request.keeps_alive && ticket_.has_value();
  if (!ticket_)  // counted when it arrived
    return answer_with_sentence(503, "Too many connections are open; try again later.");
  if (!is_for_us(request)) return refuse_host(request.host);
  if (asks_for(request, "stream")) return answer_with_stream();
  if (asks_for(request, "snapshot")) return answer_with_snapshot();
  if (is_about_files(request.path)) return answer_about_files();
  const auto text = site_.texts.find(request.path);
  if (text == site_.texts.end()) return answer_with_sentence(404, "There is nothing at this path.");
  answer_with_text(text->second);
}

bool HttpConnection::is_for_us(const HttpRequest& request) const {
  std::error_code error;
  const auto local = socket_.local_endpoint(error);
  return request.host.empty() || (!error && site_.hosts.allows(request.host, local.address()));
}

void HttpConnection::refuse_host(const std::string& host) {
  refuse(421, fmt::format("'{0}' is not a known name of this machine. If it is one, start "
                          "jpegwire-sender with --http-host {0}.",
                          host));
}

void HttpConnection::answer_with_stream() {
  const StreamQuery query = parse_stream_query(reader_.request().query);
  if (!query.error.empty()) return refuse(400, query.error);
  if (is_head_) {
    keeps_alive_ = false;
    head_ = multipart_answer_head();
    buffers_.assign(1, asio::buffer(head_));
    return do_write();
  }
  site_.frames.serve(std::move(socket_), std::make_unique<MultipartProtocol>(), query.request,
                     std::exchange(ticket_, std::nullopt));
  gone();
}

void HttpConnection::answer_about_files() {
  if (site_.files == nullptr)
    return answer_with_sentence(404,
                                "No files are shared; start jpegwire-sender with --share DIR.");
  site_.files->serve(std::move(socket_), reader_.request(), *std::move(ticket_));
  gone();
}

void HttpConnection::answer_with_snapshot() {
  if (is_head_) {
    begin_answer({.type = "image/jpeg"});
    return do_write();
  }
  state_ = State::waiting_for_frame;
  deadline_.set(site_.settings.frame_timeout);
  frame_request_ =
      site_.frames.request_frame([this](const FramePtr& frame) { send_snapshot(frame); });
}

void HttpConnection::send_snapshot(const FramePtr& frame) {
  frame_ = frame;
  site_.frames.memory().add(*this);
  frame_request_.reset();
  ++site_.snapshots;
  const JpegLayout& layout = frame->layout;
  const HeaderAroundStamp header = cut_at_stamp(layout.header);
  body_.resize(marker::kStartOfImageBytes.size() + header.front.size() + kStampSizeBytes);
  const auto body = std::as_writable_bytes(std::span(body_));
  put_bytes(put_bytes(body, marker::kStartOfImageBytes), header.front);
  write_stamp(make_stamp(*frame, site_.frames.stream_id()), body.last<kStampSizeBytes>());
  begin_answer({.type = "image/jpeg", .size_bytes = stamped_size_bytes(layout, header)});
  buffers_.emplace_back(header.rest.data(), header.rest.size());
  for (const Bytes band : layout.bands) buffers_.emplace_back(band.data(), band.size());
  do_write();
}

void HttpConnection::answer_with_text(const HttpText& text) {
  body_ = text.text();
  if (body_.empty()) return answer_with_sentence(404, "There is nothing at this path.");
  begin_answer({.type = text.type, .size_bytes = body_.size(), .fields = text.fields});
  do_write();
}

void HttpConnection::answer_with_sentence(int status, const std::string& sentence) {
  body_ = sentence + "\n";
  begin_answer({.status = status,
                .type = "text/plain; charset=utf-8",
                .size_bytes = body_.size(),
                .fields = status == 405 ? "Allow: GET, HEAD\r\n" : ""});
  do_write();
}

// After a request that could not be parsed, the start of the next one is unknown.
void HttpConnection::refuse(int status, const std::string& sentence) {
  ++site_.failed_requests;
  site_.refusals.warn("refused a request of {} with status {}: {}", peer_name(socket_), status,
                      sentence);
  keeps_alive_ = false;
  answer_with_sentence(status, sentence);
}

void HttpConnection::begin_answer(AnswerHead head) {
  head.keeps_alive = keeps_alive_;
  head_ = answer_head(head);
  buffers_.assign(1, asio::buffer(head_));
  if (!is_head_) buffers_.push_back(asio::buffer(body_));
}

void HttpConnection::do_write() {
  state_ = State::writing;
  since_ = std::chrono::steady_clock::now();
  deadline_.set(site_.settings.answer_timeout);
  asio::async_write(socket_, buffers_,
                    [self = shared_from_this()](std::error_code error, std::size_t) {
                      if (!self->socket_.is_open()) return;
                      if (error) ++self->site_.failed_requests;
                      if (error) return self->close();
                      self->answered();
                    });
}

void HttpConnection::answered() {
  drop_frame();
  body_.clear();
  if (keeps_alive_) return begin_request();
  linger();
}

// Closing with unread data would reset the connection, and the peer would lose the answer.
void HttpConnection::linger() {
  state_ = State::lingering;
  std::error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  deadline_.set(std::chrono::seconds(2));
  do_discard();
}

void HttpConnection::do_discard() {
  constexpr std::size_t kMaxDiscardedBytes = 1 << 20;
  body_.resize(4096);
  socket_.async_read_some(asio::buffer(body_),
                          [self = shared_from_this()](std::error_code error, std::size_t size) {
                            if (!self->socket_.is_open()) return;
                            self->discarded_bytes_ += size;
                            if (error || self->discarded_bytes_ > kMaxDiscardedBytes)
                              return self->close();
                            self->do_discard();
                          });
}

void HttpConnection::timed_out() {
  switch (state_) {
    case State::reading:
      if (!reader_.is_inside_head()) return close();
      return refuse(408, "The request did not arrive in time.");
    case State::waiting_for_frame:
      frame_request_.reset();
      ++site_.failed_requests;
      return answer_with_sentence(503, "The source has delivered no picture for a while.");
    case State::writing:
      ++site_.failed_requests;
      return close();
    case State::lingering:
      return close();
  }
}

}  // namespace jpegwire
