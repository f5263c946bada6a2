#include "net/tcp/stream_client.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <asio/buffer.hpp>
#include <utility>

#include "codec/bytes.hpp"

namespace jpegwire {
namespace {

constexpr milliseconds kReportInterval{250};
constexpr milliseconds kFarewellTimeout{300};

}  // namespace

StreamClient::StreamClient(asio::io_context& io, StreamClientSettings settings,
                           StreamObserver& observer)
    : settings_(std::move(settings)),
      observer_(observer),
      socket_(io),
      silence_(
          io.get_executor(), settings_.timeout, [this] { return observer_.last_shown(); },
          [this] { nothing_was_shown(); }),
      farewell_(io.get_executor(), [this] { close(); }) {
  if (settings_.http) request_.emplace(*settings_.http);
  if (settings_.listen) {
    listener_.emplace(io, settings_.endpoint,
                      [this](asio::ip::tcp::socket socket) { begin_session(std::move(socket)); });
    settings_.endpoint = listener_->endpoint();
    return;
  }
  dialer_.emplace(
      io, settings_.endpoint,
      [this](Dialer&, asio::ip::tcp::socket socket) { begin_session(std::move(socket)); },
      [this](Dialer&, std::error_code error) { could_not_connect(error); });
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
  silence_.cancel();
  if (!socket_.is_open()) return;
  std::error_code ignored;
  socket_.cancel(ignored);
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  farewell_.set(kFarewellTimeout);
  do_drain();
}

// One sender at a time: a second one is rejected.
void StreamClient::begin_session(asio::ip::tcp::socket socket) {
  if (stopped_) return;
  if (socket_.is_open()) {
    spdlog::warn("refused {}: {} is sending already", peer_name(socket), peer_name(socket_));
    return;
  }
  socket_ = std::move(socket);
  std::error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  socket_.non_blocking(true, ignored);
  apply(settings_.read, socket_);
  assembler_.emplace(frames_, settings_.max_frame_bytes, assembler_settings());
  clock_ = ClockOffset(steady_now());
  last_report_ = {};
  reports_are_read_ = true;
  session_frames_ = 0;
  ++session_;
  last_trouble_.clear();
  if (settings_.reconnect) silence_.start();  // a new sender gets the whole timeout
  if (request_)
    ask_for_stream();
  else
    observer_.connected(peer_name(socket_));
  do_read();
}

// A request always fits into a new connection's send buffer; if writing fails, no answer will
// follow.
void StreamClient::ask_for_stream() {
  request_->begin();
  awaits_answer_ = true;
  std::error_code ignored;
  socket_.write_some(asio::buffer(request_->text()), ignored);
}

FrameAssembler::Settings StreamClient::assembler_settings() const {
  FrameAssembler::Settings settings{.records_reads = settings_.read.are_recorded};
  settings.staging_bytes = std::max(settings.staging_bytes, settings_.read.max_bytes);
  return settings;
}

std::span<std::byte> StreamClient::space_for_read() {
  const std::span<std::byte> space = awaits_answer_ ? request_->space() : assembler_->space();
  const std::size_t most = settings_.read.max_bytes;
  return most == 0 ? space : space.first(std::min(most, space.size()));
}

void StreamClient::do_read() {
  const std::span<std::byte> space = space_for_read();
  socket_.async_read_some(asio::mutable_buffer(space.data(), space.size()),
                          [this, session = session_](std::error_code error, std::size_t size) {
                            if (stopped_ || session != session_) return;
                            if (error)
                              read_ended(error);
                            else
                              take_bytes(size);
                          });
}

void StreamClient::take_bytes(std::size_t size) {
  if (awaits_answer_) return take_answer(size);
  observer_.bytes_read(size);
  assembler_->received(size, steady_now());
  take_frames();
}

void StreamClient::take_answer(std::size_t size) {
  switch (request_->received(size)) {
    case StreamRequest::Result::need_more:
      return do_read();
    case StreamRequest::Result::ask_again:
      close();
      ++session_;
      return dialer_->dial();
    case StreamRequest::Result::refused:
      return end_session(false, fmt::format("{} {}", url(), request_->error()));
    case StreamRequest::Result::accepted:
      break;
  }
  awaits_answer_ = false;
  observer_.connected(peer_name(socket_));
  // The bytes after the answer's head are the beginning of the stream.
  put_bytes(assembler_->space(), request_->rest());
  take_bytes(request_->rest().size());
}

void StreamClient::take_frames() {
  while (!stopped_) {
    switch (assembler_->next()) {
      case FrameAssembler::Event::need_more:
        return do_read();
      case FrameAssembler::Event::frame:
        take_frame();
        break;
      case FrameAssembler::Event::end_of_stream:
        return end_session(true, fmt::format("{} has ended the stream", url()));
      case FrameAssembler::Event::failed:
        return end_session(false, fmt::format("the stream from {} cannot be read: {}", url(),
                                              assembler_->error()));
    }
  }
}

void StreamClient::take_frame() {
  std::shared_ptr<ReceivedFrame> frame = assembler_->take_frame();
  const JpegVerdict verdict = validate(frame->jpeg);
  if (verdict != JpegVerdict::ok) return observer_.frame_refused(verdict);
  frame->stamp = take_stamp(frame->jpeg.layout);
  if (frame->stamp) {
    clock_.observe(*frame->stamp, frame->first_byte);
    frame->sender_ahead = clock_.sender_ahead();
    if (!request_ || request_->takes_reports()) do_report();
  }
  ++frames_received_;
  if (session_frames_++ == 0 && dialer_) dialer_->reset_pause();
  observer_.frame_received(std::move(frame));
}

// Written at once or not at all: a delayed report would carry an old time.
void StreamClient::do_report() {
  const WallTime now = steady_now();
  if (!reports_are_read_ || now - last_report_ < kReportInterval) return;
  last_report_ = now;
  report_ = write_report({now});
  std::error_code error;
  const std::size_t sent = socket_.write_some(asio::buffer(report_), error);
  // A partly written report would corrupt all later ones, so a sender that does not read them gets
  // no more.
  if (!error && sent < report_.size()) reports_are_read_ = false;
}

void StreamClient::read_ended(std::error_code error) {
  // A script that does not read our reports closes with them unread, which resets the connection.
  const bool closed = error == asio::error::eof || error == asio::error::connection_reset;
  if (closed && assembler_->is_between_frames())
    return end_session(true, fmt::format("{} has closed the connection", url()));
  const std::string what =
      error == asio::error::eof ? "closed" : fmt::format("lost ({})", error.message());
  end_session(false,
              fmt::format("the connection to {} was {} {}", url(), what, assembler_->position()));
}

void StreamClient::end_session(bool in_order, const std::string& sentence) {
  close();
  ++session_;
  last_trouble_ = sentence;
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

void StreamClient::nothing_was_shown() {
  const double seconds = std::chrono::duration<double>(settings_.timeout).count();
  std::string sentence = fmt::format("no frame from {} within {} s", url(), seconds);
  if (!last_trouble_.empty()) sentence += fmt::format(" ({})", last_trouble_);
  if (!settings_.reconnect) return fail(sentence);
  silence_.start();
  if (socket_.is_open()) end_session(false, sentence);
}

void StreamClient::could_not_connect(std::error_code error) {
  const std::string sentence = fmt::format("cannot connect to {}: {}", url(), describe(error));
  if (!settings_.reconnect && is_about_name(error)) return fail(sentence);
  if (settings_.reconnect && sentence != last_trouble_) observer_.interrupted(sentence);
  last_trouble_ = sentence;
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
  std::error_code ignored;
  socket_.close(ignored);
}

}  // namespace jpegwire
