#include "net/tcp/stream_client.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <asio/buffer.hpp>
#include <asio/post.hpp>
#include <utility>

#include "app/text.hpp"
#include "codec/bytes.hpp"
#include "codec/jpeg_markers.hpp"
#include "net/framing/framing_detector.hpp"

namespace jpegwire {
namespace {

constexpr milliseconds kVersion1Interval{250};  // of reports
constexpr milliseconds kFarewellTimeout{300};
constexpr milliseconds kRefusalTimeout{500};
constexpr std::chrono::seconds kFirstFrameTimeout{1};
constexpr int kEventsAtOnce = 64;

bool names_parts(std::string_view content_type) {
  return begins_with_type(content_type, "multipart/");
}

std::string describe_type(std::string_view content_type) {
  constexpr std::size_t kMaxBytes = 80;
  return content_type.empty() ? "no content type" : as_plain_line(content_type, kMaxBytes);
}

// Of a JPEG that may be invalid: its sender waits for the report all the same.
std::optional<FrameStamp> find_stamp_in_jpeg(Bytes jpeg) {
  const std::size_t size = marker::kStartOfImageBytes.size();
  return jpeg.size() < size ? std::nullopt : find_stamp(jpeg.subspan(size));
}

// By default a sender accepts only viewers on its own machine.
std::string advice(std::error_code error, const StreamClientSettings& settings) {
  if (error != asio::error::connection_refused || settings.http) return "";
  return fmt::format("; start jpegwire-sender there with --tcp [ADDR:]{}", settings.endpoint.port);
}

}  // namespace

StreamClient::StreamClient(asio::io_context& io, StreamClientSettings settings,
                           StreamObserver& observer)
    : settings_(std::move(settings)),
      observer_(observer),
      socket_(io),
      silence_(
          io.get_executor(), settings_.timeout, [this] { return observer_.last_shown(); },
          [this] { nothing_was_shown(); }),
      farewell_(io.get_executor(), [this] { close(); }),
      refusal_(io.get_executor(), [this] { refuse_answer(); }),
      next_fetch_(io.get_executor(), [this] { dialer_->dial(); }) {
  if (settings_.http) request_.emplace(*settings_.http);
  if (settings_.listen) {
    listener_.emplace(io, settings_.endpoint, "--listen",
                      [this](asio::ip::tcp::socket socket) { begin_session(std::move(socket)); });
    settings_.endpoint = listener_->endpoint();
    return;
  }
  dialer_.emplace(
      io, settings_.endpoint,
      [this](Dialer&, asio::ip::tcp::socket socket) { begin_session(std::move(socket)); },
      [this](Dialer&, std::error_code error) { could_not_connect(error); });
  probe_.emplace(io, settings_.endpoint, [this] { use_http(); });
}

std::string StreamClient::url() const {
  return settings_.http ? to_string(*settings_.http) : to_tcp_url(settings_.endpoint);
}

void StreamClient::start() {
  if (dialer_) dialer_->dial();
  silence_.start();
}

void StreamClient::stop() {
  if (std::exchange(stopped_, true)) return;
  if (listener_) listener_->stop();
  if (dialer_) dialer_->cancel();
  if (probe_) probe_->cancel();
  silence_.cancel();
  refusal_.cancel();
  next_fetch_.cancel();
  if (!socket_.is_open()) return;
  std::error_code ignored;
  socket_.cancel(ignored);
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  farewell_.set(kFarewellTimeout);
  do_drain();
}

// One sender at a time: a second one is rejected, unless the first one has sent nothing to show.
void StreamClient::begin_session(asio::ip::tcp::socket socket) {
  if (stopped_) return;
  if (socket_.is_open() && !gives_way()) {
    spdlog::warn("refused {}: {} is sending already", peer_name(socket), peer_name(socket_));
    return;
  }
  if (socket_.is_open()) {
    spdlog::warn("{} has sent no frame that can be shown; taking {} instead", peer_name(socket_),
                 peer_name(socket));
    close();
  }
  socket_ = std::move(socket);
  begin_ = std::chrono::steady_clock::now();
  std::error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  socket_.non_blocking(true, ignored);
  apply(settings_.read, socket_);
  ++session_;
  if (!std::exchange(is_asked_again_, false)) fetch_begin_ = std::chrono::steady_clock::now();
  body_.reset();
  bytes_in_body_ = frames_in_body_ = 0;
  assembler_.emplace(frames_, settings_.max_frame_bytes, assembler_settings());
  if (!is_refetch_) begin_stream();
  if (request_) ask_for_stream();
  do_read();
}

bool StreamClient::gives_way() const {
  return listener_ && session_frames_ == 0 &&
         std::chrono::steady_clock::now() - begin_ > kFirstFrameTimeout;
}

void StreamClient::begin_stream() {
  clock_ = ClockOffset(steady_now());
  last_version_1_ = {};
  understands_frames_ = false;
  reports_are_read_ = true;
  session_frames_ = 0;
  last_trouble_.reset();
  if (settings_.reconnect) silence_.start();  // a new sender gets the whole timeout
  if (probe_ && !request_) probe_->start();
  if (!request_) observer_.connected(peer_name(socket_));
}

// A request always fits into a new connection's send buffer; if writing fails, no answer will
// follow.
void StreamClient::ask_for_stream() {
  request_->begin();
  awaits_answer_ = true;
  awaits_refusal_ = false;
  std::error_code ignored;
  socket_.write_some(asio::buffer(request_->text()), ignored);
}

FrameAssembler::Settings StreamClient::assembler_settings() const {
  FrameAssembler::Settings settings{.records_reads = settings_.read.are_recorded};
  settings.staging_bytes = std::max(settings.staging_bytes, settings_.read.max_bytes);
  // What a server of streams calls its stream is right more often than what the bytes look like.
  if (body_)
    settings.start = names_pictures(request_->content_type())
                         ? FrameAssembler::Start::parts
                         : FrameAssembler::Start::parts_or_nothing;
  return settings;
}

std::span<std::byte> StreamClient::space_for_read() {
  const std::span<std::byte> space = awaits_answer_ ? request_->space() : assembler_->space();
  const std::size_t most = settings_.read.max_bytes;
  return most == 0 ? space : space.first(std::min(most, space.size()));
}

void StreamClient::do_read() {
  const std::span<std::byte> space = space_for_read();
  socket_.async_read_some(
      asio::mutable_buffer(space.data(), space.size()),
      [this, space, session = session_](std::error_code error, std::size_t size) {
        if (stopped_ || session != session_) return;
        if (error) return read_ended(error);
        if (probe_) probe_->cancel();
        if (awaits_answer_)
          take_answer(size);
        else
          take_read(space, size);
      });
}

// A read that leaves space has emptied the socket. One that ends a frame often leaves none, and has
// emptied it all the same.
void StreamClient::take_read(std::span<std::byte> space, std::size_t size) {
  const WallTime now = steady_now();
  std::error_code error;
  if (size < space.size() || (socket_.available(error) == 0 && !error)) observer_.all_was_read(now);
  take_bytes(space.first(size), now);
}

/// `bytes` are at the front of the assembler's space.
void StreamClient::take_bytes(std::span<std::byte> bytes, WallTime now) {
  if (!bytes.empty()) observer_.bytes_read(bytes.size());
  const std::size_t size = body_ ? body_->decode(bytes) : bytes.size();
  bytes_in_body_ += size;
  if (size > 0) assembler_->received(size, now);
  take_frames();
}

void StreamClient::take_answer(std::size_t size) {
  switch (request_->received(size)) {
    case StreamRequest::Result::need_more:
      if (request_->is_refusing() && !std::exchange(awaits_refusal_, true))
        refusal_.set(kRefusalTimeout);
      return do_read();
    case StreamRequest::Result::ask_again:
      dialer_->redirect(request_->url().endpoint);
      return dial_again();
    case StreamRequest::Result::not_http:
      return take_not_http();
    case StreamRequest::Result::refused:
      return refuse_answer();
    case StreamRequest::Result::accepted:
      return accept_answer();
  }
}

// The bytes after the answer's head are the beginning of its body.
void StreamClient::accept_answer() {
  awaits_answer_ = false;
  body_ = request_->body();
  if (names_parts(request_->content_type())) is_snapshot_ = false;
  assembler_.emplace(frames_, settings_.max_frame_bytes, assembler_settings());
  if (!std::exchange(is_refetch_, false)) observer_.connected(peer_name(socket_));
  const std::span<std::byte> space = assembler_->space();
  put_bytes(space, request_->rest());
  take_bytes(space.first(request_->rest().size()), steady_now());
}

void StreamClient::refuse_answer() { end_session(false, {"", " " + request_->error()}); }

// Some servers send the body without a head (HTTP/0.9).
void StreamClient::take_not_http() {
  using Kind = DetectedFraming::Kind;
  const Kind kind = detect_framing(request_->received_bytes(), settings_.max_frame_bytes).kind;
  if (kind == Kind::need_more) return do_read();
  if (kind == Kind::parts) return accept_answer();
  if (kind == Kind::unknown || is_snapshot_)
    return end_session(false, {"", " does not answer with HTTP"});
  spdlog::info("{} sends frames without HTTP; watching {}", url(), to_tcp_url(settings_.endpoint));
  use_tcp();
}

void StreamClient::use_tcp() {
  request_.reset();
  dial_again();
}

void StreamClient::use_http() {
  request_.emplace(
      settings_.http.value_or(HttpUrl{.endpoint = settings_.endpoint, .user = {}, .password = {}}));
  spdlog::info("{} speaks HTTP; watching {}", url(), to_string(request_->url()));
  dial_again();
}

void StreamClient::dial_again() {
  close();
  is_asked_again_ = true;
  ++session_;
  dialer_->dial();
}

void StreamClient::take_frames() {
  for (int i = 0; i < kEventsAtOnce; ++i) {
    if (stopped_) return;
    switch (assembler_->next()) {
      case FrameAssembler::Event::need_more:
        return need_more();
      case FrameAssembler::Event::frame:
        take_frame();
        break;
      case FrameAssembler::Event::end_of_stream:
        return end_session(true, {"", " has ended the stream"});
      case FrameAssembler::Event::failed:
        return fail_to_read(assembler_->error());
    }
  }
  // Other cameras of this thread have their turn.
  asio::post(socket_.get_executor(), [this, session = session_] {
    if (!stopped_ && session == session_) take_frames();
  });
}

void StreamClient::need_more() {
  const HttpBody::State state = body_ ? body_->state() : HttpBody::State::open;
  if (state == HttpBody::State::open) return do_read();
  if (state == HttpBody::State::malformed) return fail_to_read("its chunks are malformed");
  take_last_frame();
  if (!stopped_) stream_closed();
}

void StreamClient::fail_to_read(const std::string& why) {
  if (body_ && frames_in_body_ == 0)
    return end_session(false,
                       {"", fmt::format(" answers with {}, which is not a stream of JPEGs: {}",
                                        describe_type(request_->content_type()), why)});
  end_session(false, {"the stream from ", " cannot be read: " + why});
}

void StreamClient::take_frame() {
  std::shared_ptr<ReceivedFrame> frame = assembler_->take_frame();
  ++frames_in_body_;
  last_trouble_.reset();
  frame->stamp = find_stamp_in_jpeg(frame->bytes());
  if (frame->stamp) {
    clock_.observe(*frame->stamp, frame->first_byte);
    frame->sender_ahead = clock_.sender_ahead();
    if (!request_ || request_->takes_reports()) report(*frame);
  }
  const JpegVerdict verdict = validate(frame->jpeg);
  if (verdict != JpegVerdict::ok) return observer_.frame_refused(verdict);
  ++frames_received_;
  if (session_frames_++ == 0 && dialer_) dialer_->reset_pause();
  observer_.frame_received(std::move(frame));
}

// Senders up to 0.1.0 know only version 1. Until one has echoed a report of version 2, it gets
// both, version 1 as often as it did from older viewers.
void StreamClient::report(const ReceivedFrame& frame) {
  const WallTime now = steady_now();
  if (last_version_1_ != WallTime{} && frame.stamp->echo > last_version_1_)
    understands_frames_ = true;
  const ViewerState state = observer_.viewer_state();
  std::array<std::byte, kReportSizeBytes + kFrameReportSizeBytes> bytes;
  std::span<std::byte> rest(bytes);
  if (!understands_frames_ && now - last_version_1_ >= kVersion1Interval) {
    last_version_1_ = now;
    rest = put_bytes(rest, write_report({now}));
  }
  rest = put_bytes(
      rest, write_report(
                {now, FrameReception{.sequence = frame.stamp->sequence,
                                     .size_bytes = static_cast<std::uint32_t>(frame.bytes().size()),
                                     .first_byte = frame.first_byte,
                                     .last_byte = frame.last_byte,
                                     .decode_time = state.decode_time,
                                     .wanted = state.wanted}}));
  send_report(Bytes(bytes).first(bytes.size() - rest.size()));
}

// Written at once or not at all: a delayed report would carry an old time.
void StreamClient::send_report(Bytes report) {
  if (!reports_are_read_) return;
  std::error_code error;
  const std::size_t sent =
      socket_.write_some(asio::const_buffer(report.data(), report.size()), error);
  // A partly written report would corrupt all later ones, so a sender that does not read them gets
  // no more.
  if (!error && sent < report.size()) reports_are_read_ = false;
}

void StreamClient::take_last_frame() {
  if (assembler_->end() == FrameAssembler::Event::frame) take_frame();
}

void StreamClient::read_ended(std::error_code error) {
  if (awaits_answer_ && request_->is_refusing()) return refuse_answer();
  // A script that does not read our reports closes with them unread, which resets the connection.
  const bool closed = error == asio::error::eof || error == asio::error::connection_reset;
  const bool has_answered = is_snapshot_ || frames_received_ > 0;
  if (closed && awaits_answer_ && !has_answered && request_->received_bytes().empty()) {
    // A sender of frames takes the request for an invalid report.
    spdlog::info("{} does not answer; trying {}", url(), to_tcp_url(settings_.endpoint));
    return use_tcp();
  }
  const std::string position = assembler_->position();
  // The end of the connection may be the end of a picture.
  const bool is_in_order = assembler_->is_between_frames() || (body_ && assembler_->is_bare());
  if (closed) take_last_frame();
  if (stopped_) return;
  if (closed && is_in_order) return stream_closed();
  const std::string what =
      error == asio::error::eof ? "closed" : fmt::format("lost ({})", error.message());
  end_session(false, {"the connection to ", fmt::format(" was {} {}", what, position)});
}

void StreamClient::stream_closed() {
  if (body_ && frames_in_body_ == 1 && assembler_->is_bare()) is_snapshot_ = true;
  if (is_snapshot_ && frames_in_body_ > 0)
    return session_frames_ > 0 ? fetch_next() : fetch_later();
  if (body_ && frames_in_body_ == 0) return end_without_picture();
  end_session(true, {"", awaits_answer_ ? " has closed the connection without an answer"
                                        : " has closed the connection"});
}

void StreamClient::end_without_picture() {
  const std::string_view type = request_->content_type();
  if (!names_pictures(type)) return fail_to_read("it ends without a picture");
  if (names_parts(type)) return end_session(true, {"", " has closed the connection"});
  if (bytes_in_body_ > 0) observer_.frame_refused(JpegVerdict::not_a_jpeg);
  if (stopped_) return;
  end_session(true, {"", fmt::format(" answers with {} that {}", describe_type(type),
                                     bytes_in_body_ > 0 ? "is not a JPEG" : "is empty")});
}

void StreamClient::fetch_next() {
  prepare_fetch();
  const auto due = fetch_begin_ + settings_.snapshot_interval;
  next_fetch_.set(std::max(due - std::chrono::steady_clock::now(), SteadyTime::duration::zero()));
}

// Pictures that cannot be shown are not requested as fast as others.
void StreamClient::fetch_later() {
  prepare_fetch();
  dialer_->dial_later();
}

void StreamClient::prepare_fetch() {
  close();
  is_asked_again_ = false;
  ++session_;
  is_refetch_ = true;
  session_frames_ = 0;
  request_->repeat();
  dialer_->redirect(request_->url().endpoint);
}

void StreamClient::end_session(bool in_order, const Trouble& trouble) {
  last_trouble_ = trouble;
  if (is_snapshot_) return fetch_later();
  close();
  ++session_;
  const std::string sentence = trouble.about(url());
  is_refetch_ = false;
  reset_request();
  if (settings_.reconnect) {
    observer_.interrupted(sentence);
    return seek_sender();
  }
  // Before the first frame, try again until the timeout: a sender may be starting, and a client of
  // a listening viewer may not be a sender.
  if (frames_received_ == 0 && (in_order || listener_)) return seek_sender();
  if (!in_order) return fail(sentence);
  stop();
  observer_.ended("");
}

// What was learnt about the server may have changed.
void StreamClient::reset_request() {
  request_.reset();
  if (settings_.http) request_.emplace(*settings_.http);
  if (dialer_) dialer_->redirect(settings_.endpoint);
}

void StreamClient::nothing_was_shown() {
  const double seconds = std::chrono::duration<double>(settings_.timeout).count();
  std::string after = fmt::format(" within {} s", seconds);
  after += last_trouble_ ? ": " + last_trouble_->about("it") : describe_silence();
  const Trouble trouble{"no frame from ", after};
  if (!settings_.reconnect) return fail(trouble.about(url()));
  silence_.start();
  const bool is_fetching = std::exchange(is_snapshot_, false);
  next_fetch_.cancel();
  if (is_fetching || socket_.is_open()) end_session(false, trouble);
}

// Of a connection without an error.
std::string StreamClient::describe_silence() const {
  if (!socket_.is_open()) return "";
  if (awaits_answer_) return request_->received_bytes().empty() ? ": it does not answer" : "";
  if (request_ || !dialer_ || bytes_in_body_ > 0) return "";
  const HttpUrl http{.endpoint = settings_.endpoint, .user = {}, .password = {}};
  return fmt::format(": it sends nothing; if it is an HTTP server, watch {}", to_string(http));
}

void StreamClient::could_not_connect(std::error_code error) {
  const Trouble trouble{"cannot connect to ",
                        fmt::format(": {}{}", describe(error), advice(error, settings_))};
  const bool is_known = std::exchange(last_trouble_, trouble) == trouble;
  if (is_snapshot_) return fetch_later();
  const std::string sentence = trouble.about(url());
  if (!settings_.reconnect && is_about_name(error)) return fail(sentence);
  if (settings_.reconnect && !is_known) observer_.interrupted(sentence);
  is_refetch_ = false;
  reset_request();
  seek_sender();
}

void StreamClient::seek_sender() {
  if (dialer_) dialer_->dial_later();
}

void StreamClient::fail(const std::string& sentence) {
  stop();
  observer_.ended(sentence);
}

// Reads until the sender has received our end of stream and closes, too: closing with unread bytes
// would reset the connection.
void StreamClient::do_drain() {
  const std::span<std::byte> space = assembler_->space();
  socket_.async_read_some(asio::mutable_buffer(space.data(), space.size()),
                          [this](std::error_code error, std::size_t) {
                            if (error)
                              close();
                            else
                              do_drain();
                          });
}

void StreamClient::close() {
  farewell_.cancel();
  refusal_.cancel();
  if (probe_) probe_->cancel();
  awaits_answer_ = false;
  std::error_code ignored;
  socket_.close(ignored);
}

}  // namespace jpegwire
