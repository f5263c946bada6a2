#include "net/tcp/frame_connection.hpp"

#include <spdlog/spdlog.h>

#include <asio/buffer.hpp>
#include <utility>

#include "codec/jpeg_markers.hpp"
#include "net/tcp/socket_options.hpp"

namespace jpegwire {

FrameConnection::FrameConnection(asio::ip::tcp::socket socket, SizePrefix prefix,
                                 std::uint64_t stream_id, OnClosed on_closed)
    : socket_(std::move(socket)),
      prefix_(prefix),
      stream_id_(stream_id),
      on_closed_(std::move(on_closed)) {
  statistics_.peer = peer_name(socket_);
  statistics_.kind = "tcp";
}

void FrameConnection::start() {
  std::error_code ignored;
  socket_.non_blocking(true, ignored);
  make_fresh(socket_);
  do_read_reports();
}

void FrameConnection::offer(FramePtr frame) {
  if (finishing_ || !socket_.is_open()) return;
  if (in_flight_)
    newest_.put(std::move(frame));
  else
    begin_frame(std::move(frame));
}

void FrameConnection::finish() {
  if (std::exchange(finishing_, true)) return;
  if (!in_flight_) end_stream();
}

void FrameConnection::close(const std::string& reason) {
  if (!socket_.is_open()) return;
  std::error_code ignored;
  socket_.close(ignored);
  in_flight_.reset();
  newest_.try_take();
  spdlog::info("viewer {} left after {} frames ({})", statistics_.peer, statistics_.frames, reason);
  on_closed_(shared_from_this());
}

ViewerStatistics FrameConnection::statistics() const {
  ViewerStatistics statistics = statistics_;
  statistics.skipped = newest_.displaced();
  return statistics;
}

void FrameConnection::begin_frame(FramePtr frame) {
  in_flight_ = std::move(frame);
  buffers_.clear();
  buffers_.emplace_back(head_.data(), write_head(*in_flight_));
  buffers_.emplace_back(in_flight_->layout.header.data(), in_flight_->layout.header.size());
  for (const Bytes band : in_flight_->layout.bands) buffers_.emplace_back(band.data(), band.size());
  unsent_ = buffers_;
  write_unsent();
}

std::size_t FrameConnection::write_head(const EncodedFrame& frame) {
  const std::size_t prefix_size = prefix_size_bytes(prefix_);
  write_size(prefix_, static_cast<std::uint32_t>(frame.layout.size_bytes() + kStampSizeBytes),
             head_);
  head_[prefix_size] = marker::kPrefix;
  head_[prefix_size + 1] = marker::kStartOfImage;
  const auto stamp = std::span(head_).subspan(prefix_size + 2).first<kStampSizeBytes>();
  write_stamp(make_stamp(frame, wall_now()), stamp);
  return prefix_size + 2 + kStampSizeBytes;
}

FrameStamp FrameConnection::make_stamp(const EncodedFrame& frame, WallTime now) const {
  FrameStamp stamp{.stream_id = stream_id_,
                   .sequence = frame.sequence,
                   .capture_time = frame.capture_time,
                   .send_time = now};
  if (last_report_arrival_ != WallTime{}) {
    stamp.echo = reports_.report().time;
    stamp.echo_hold = now - last_report_arrival_;
  }
  return stamp;
}

// A write takes what the kernel has room for; the rest goes on when the socket is writable again.
void FrameConnection::write_unsent() {
  while (!unsent_.empty()) {
    std::error_code error;
    const std::size_t sent = socket_.write_some(unsent_, error);
    if (error == asio::error::would_block) return do_wait_until_writable();
    if (error == asio::error::interrupted) continue;
    if (error) return close(error.message());
    drop_sent(sent);
  }
  if (in_flight_)
    end_frame();
  else
    hang_up();
}

void FrameConnection::drop_sent(std::size_t size) {
  statistics_.bytes += size;
  while (!unsent_.empty() && size >= unsent_.front().size()) {
    size -= unsent_.front().size();
    unsent_ = unsent_.subspan(1);
  }
  if (unsent_.empty()) return;
  unsent_.front() += size;
  ++statistics_.partial_writes;
}

void FrameConnection::end_frame() {
  in_flight_.reset();
  ++statistics_.frames;
  if (finishing_) return end_stream();
  if (std::optional<FramePtr> next = newest_.try_take()) begin_frame(std::move(*next));
}

void FrameConnection::end_stream() {
  write_size(prefix_, 0, head_);
  buffers_.assign(1, asio::const_buffer(head_.data(), prefix_size_bytes(prefix_)));
  unsent_ = buffers_;
  write_unsent();
}

// Closing while something is unread would reset the connection and lose what the peer has yet to
// read, so the peer closes first.
void FrameConnection::hang_up() {
  std::error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  hung_up_ = true;
  if (peer_stopped_) close("the stream has ended");
}

void FrameConnection::do_wait_until_writable() {
  socket_.async_wait(asio::ip::tcp::socket::wait_write,
                     [self = shared_from_this()](std::error_code error) {
                       if (!error && self->socket_.is_open()) self->write_unsent();
                     });
}

void FrameConnection::do_read_reports() {
  const std::span<std::byte> space = reports_.space();
  socket_.async_read_some(asio::mutable_buffer(space.data(), space.size()),
                          [self = shared_from_this()](std::error_code error, std::size_t size) {
                            if (!self->socket_.is_open()) return;
                            if (error == asio::error::eof) return self->peer_stopped_sending();
                            if (error) return self->close(error.message());
                            self->reports_.received(size);
                            ReportReader::Result result = self->reports_.next();
                            for (; result == ReportReader::Result::report;
                                 result = self->reports_.next())
                              self->last_report_arrival_ = wall_now();
                            if (result == ReportReader::Result::not_a_report)
                              return self->close("it sent something that is no viewer's report");
                            self->do_read_reports();
                          });
}

// Who has reported and stops is a viewer that leaves; who never did may just listen on.
void FrameConnection::peer_stopped_sending() {
  peer_stopped_ = true;
  if (hung_up_) return close("the stream has ended");
  if (last_report_arrival_ != WallTime{}) finish();
}

}  // namespace jpegwire
