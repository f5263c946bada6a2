#include "net/tcp/frame_connection.hpp"

#include <algorithm>
#include <asio/buffer.hpp>
#include <utility>

namespace jpegwire {
namespace {

std::string describe_departure(std::error_code error) {
  if (error == asio::error::timed_out) return "it acknowledged no data for 30 s";
  if (error == asio::error::broken_pipe || error == asio::error::connection_reset)
    return "it has gone";
  return error.message();
}

}  // namespace

FrameConnection::FrameConnection(asio::ip::tcp::socket socket,
                                 std::unique_ptr<FrameProtocol> protocol, std::uint64_t number,
                                 const ViewerRequest& request, std::uint64_t stream_id,
                                 RateBoard& board, Histogram& age_us, WriteSettings write,
                                 OnClosed on_closed)
    : socket_(std::move(socket)),
      protocol_(std::move(protocol)),
      stream_id_(stream_id),
      age_us_(age_us),
      write_(write),
      on_closed_(std::move(on_closed)),
      link_(socket_, board, request),
      unsent_(write_.piece_bytes),
      pause_(socket_.get_executor()),
      look_(socket_.get_executor()),
      read_pause_(socket_.get_executor()) {
  statistics_.number = number;
  statistics_.peer = peer_name(socket_);
  statistics_.kind = protocol_->kind();
}

ViewerStatistics FrameConnection::statistics() const {
  ViewerStatistics statistics = statistics_;
  statistics.link = link_.statistics();
  return statistics;
}

void FrameConnection::start() {
  std::error_code ignored;
  socket_.non_blocking(true, ignored);
  due_since_ = std::chrono::steady_clock::now();
  make_fresh(socket_);
  apply(write_, socket_);
  do_read_reports();
  if (!protocol_->opening().empty()) write_text(Writing::opening, protocol_->opening());
}

void FrameConnection::offer(FramePtr frame) {
  if (finishing_ || !socket_.is_open() || !link_.note_offered(*frame)) return;
  if (link_.is_thinned(*frame)) {
    ++statistics_.thinned;
    return;
  }
  if (newest_) ++statistics_.skipped;
  if (!stalled_since()) due_since_ = std::chrono::steady_clock::now();
  newest_ = std::move(frame);
  look();
}

// A frame that the kernel has accepted is taken when the link is ready for the next one. The
// encoder may make none until then.
std::optional<SteadyTime> FrameConnection::stalled_since() const {
  const bool is_due = newest_ || writing_ != Writing::nothing || !link_.is_ready();
  return is_due ? std::optional(due_since_) : std::nullopt;
}

// Looks at the link, and begins the newest frame if the viewer is ready for it. If not, this is
// called again after a time, when the current frame is written, and when a report arrives.
void FrameConnection::look() {
  link_.observe(statistics_.bytes, unsent_.size_bytes());
  if (newest_ && writing_ == Writing::nothing) return begin_newest();
  link_.publish();
  if (newest_ || link_.is_worth_a_look()) do_look_later(link_.next_look());
}

void FrameConnection::begin_newest() {
  const auto wait = link_.wait(*newest_);
  if (!wait && !link_.is_outdated(*newest_)) return begin_frame(std::exchange(newest_, nullptr));
  link_.publish();
  if (wait) return do_look_later(*wait);
  ++statistics_.skipped;
  newest_.reset();
  do_look_later(link_.next_look());
}

// An earlier look replaces a later one.
void FrameConnection::do_look_later(microseconds wait) {
  const SteadyTime due = std::chrono::steady_clock::now() + wait;
  if (look_due_ && *look_due_ <= due) return;
  look_due_ = due;
  look_.expires_at(due);
  look_.async_wait([self = shared_from_this()](std::error_code error) {
    if (error || !self->socket_.is_open() || self->finishing_) return;
    self->look_due_.reset();
    self->look();
  });
}

void FrameConnection::finish() {
  if (std::exchange(finishing_, true)) return;
  pause_.cancel();
  look_.cancel();
  if (writing_ != Writing::nothing) return newest_.reset();
  if (newest_) return begin_frame(std::exchange(newest_, nullptr));
  end_stream();
}

void FrameConnection::close(const Departure& departure) {
  if (!socket_.is_open()) return;
  std::error_code ignored;
  socket_.close(ignored);
  pause_.cancel();
  look_.cancel();
  read_pause_.cancel();
  in_flight_.reset();
  newest_.reset();
  link_.leave();
  on_closed_(shared_from_this(), departure);
}

void FrameConnection::begin_frame(FramePtr frame) {
  in_flight_ = std::move(frame);
  writing_ = Writing::frame;
  due_since_ = std::chrono::steady_clock::now();
  unsent_.clear();
  const HeaderAroundStamp header = cut_at_stamp(in_flight_->layout.header);
  unsent_.add(Bytes(head_).first(write_head(*in_flight_, header)));
  unsent_.add(header.front);
  unsent_.add(stamp_);
  unsent_.add(header.rest);
  for (const Bytes band : in_flight_->layout.bands) unsent_.add(band);
  unsent_.add(protocol_->tail());
  link_.begin_frame(*in_flight_, unsent_.size_bytes());
  write_unsent();
}

// Writes the stamp, and the protocol's header and SOI in front of it; returns the size of these.
std::size_t FrameConnection::write_head(const EncodedFrame& frame,
                                        const HeaderAroundStamp& header) {
  FrameStamp stamp = make_stamp(frame, stream_id_);
  if (has_reported()) {
    stamp.echo = reports_.report().time;
    stamp.echo_hold = stamp.send_time - last_report_arrival_;
  }
  write_stamp(stamp, stamp_);
  const std::size_t size =
      protocol_->write_head(frame, stamped_size_bytes(frame.layout, header),
                            std::span(head_).first<FrameProtocol::kMaxHeadSizeBytes>());
  put_bytes(std::span(head_).subspan(size), marker::kStartOfImageBytes);
  return size + marker::kStartOfImageBytes.size();
}

void FrameConnection::write_text(Writing what, std::string_view text) {
  writing_ = what;
  unsent_.clear();
  unsent_.add(text);
  write_unsent();
}

// A write sends as much as the kernel has room for; the rest is sent when the socket is writable
// again.
void FrameConnection::write_unsent() {
  while (!unsent_.empty()) {
    std::error_code error;
    const std::span<const asio::const_buffer> piece = unsent_.piece();
    const std::size_t sent = socket_.write_some(piece, error);
    if (error == asio::error::would_block) return do_wait_until_writable();
    if (error == asio::error::interrupted) continue;
    if (error) return close({describe_departure(error)});
    const bool piece_ends = note_sent(sent, asio::buffer_size(piece));
    if (piece_ends && !unsent_.empty() && write_.pause.count() > 0 && !finishing_)
      return do_pause();
  }
  written();
}

// True if a piece was written completely.
bool FrameConnection::note_sent(std::size_t size, std::size_t given) {
  statistics_.bytes += size;
  if (size < given) ++statistics_.partial_writes;
  return unsent_.sent(size);
}

void FrameConnection::written() {
  switch (std::exchange(writing_, Writing::nothing)) {
    case Writing::frame:
      end_frame();
      [[fallthrough]];
    case Writing::opening:
      return go_on();
    case Writing::closing:
      return hang_up();
    case Writing::nothing:
      return;
  }
}

void FrameConnection::end_frame() {
  const auto age = std::max(wall_now() - in_flight_->capture_time, microseconds(0));
  age_us_.record(static_cast<std::uint64_t>(age.count()));
  in_flight_.reset();
  ++statistics_.frames;
}

void FrameConnection::go_on() {
  if (finishing_) return end_stream();
  if (newest_) return look();
  if (link_.is_worth_a_look()) do_look_later(link_.next_look());
}

void FrameConnection::end_stream() { write_text(Writing::closing, protocol_->closing()); }

// Closing with unread data would reset the connection, and the peer would lose what it has not read
// yet; so the peer closes first.
void FrameConnection::hang_up() {
  std::error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  hung_up_ = true;
  if (peer_stopped_) close({"the stream has ended", true});
}

void FrameConnection::do_wait_until_writable() {
  socket_.async_wait(asio::ip::tcp::socket::wait_write,
                     [self = shared_from_this()](std::error_code error) {
                       if (!error && self->socket_.is_open()) self->write_unsent();
                     });
}

// Cancelled when the stream ends: the rest of the frame is then sent at once.
void FrameConnection::do_pause() {
  pause_.expires_after(write_.pause);
  pause_.async_wait([self = shared_from_this()](std::error_code) {
    if (self->socket_.is_open()) self->write_unsent();
  });
}

void FrameConnection::do_read_reports() {
  const std::span<std::byte> space = reports_.space();
  socket_.async_read_some(asio::mutable_buffer(space.data(), space.size()),
                          [self = shared_from_this()](std::error_code error, std::size_t size) {
                            if (!self->socket_.is_open()) return;
                            if (error == asio::error::eof) return self->peer_stopped_sending();
                            if (error) return self->close({describe_departure(error)});
                            if (!self->take_reports(size))
                              return self->close({"it sent data that is not a viewer report"});
                            self->do_read_more_reports();
                          });
}

void FrameConnection::do_read_more_reports() {
  const auto next = read_limit_.wait(std::chrono::steady_clock::now());
  if (!next) return do_read_reports();
  read_pause_.expires_at(*next);
  read_pause_.async_wait([self = shared_from_this()](std::error_code error) {
    if (!error && self->socket_.is_open()) self->do_read_reports();
  });
}

bool FrameConnection::take_reports(std::size_t size_bytes) {
  reports_.received(size_bytes);
  ReportReader::Result result = reports_.next();
  for (; result != ReportReader::Result::need_more; result = reports_.next()) {
    if (result == ReportReader::Result::not_a_report) return false;
    last_report_arrival_ = wall_now();
    if (const auto& frame = reports_.report().frame) link_.take_report(*frame);
  }
  if (newest_)
    look();
  else
    link_.publish();
  return true;
}

// A viewer that has reported and stops is leaving; one that never reported may still listen.
void FrameConnection::peer_stopped_sending() {
  peer_stopped_ = true;
  link_.note_viewer_stopped();
  if (hung_up_) return close({"the stream has ended", true});
  if (has_reported()) finish();
}

}  // namespace jpegwire
