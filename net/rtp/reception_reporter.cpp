#include "net/rtp/reception_reporter.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <asio/buffer.hpp>
#include <random>
#include <utility>

#include "net/rtp/format/ntp_time.hpp"
#include "net/sockets/udp_socket.hpp"

namespace jpegwire {
namespace {

constexpr milliseconds kReceptionReportInterval{500};
constexpr milliseconds kPortKeptFor{5000};  // since the latest report from there

// Echoes lose the last bits of our time, so they may seem a little older than they are.
WallTime first_report_now() { return steady_now() - milliseconds{1}; }

}  // namespace

ReceptionReporter::ReceptionReporter(asio::io_context& io, const Endpoint& endpoint,
                                     SequenceTracker& tracker, OnSign on_sign)
    : tracker_(tracker),
      on_sign_(std::move(on_sign)),
      ssrc_(std::random_device()()),
      socket_(try_open_input(io, endpoint, "the age of frames stays unknown")),
      timer_(io),
      clock_(first_report_now()) {}

void ReceptionReporter::start() {
  if (!socket_) return;
  do_receive();
  do_report();
}

void ReceptionReporter::stop() {
  if (!socket_) return;
  send_report(true);
  timer_.cancel();
  socket_.reset();
}

void ReceptionReporter::forget_sender() {
  sender_.reset();
  unanswered_bytes_ = 0;
  last_sender_report_ = 0;
  clock_ = ClockOffset(first_report_now());
  round_trip_.reset();
}

// Its reports may have arrived before its packets.
void ReceptionReporter::begin_source(std::uint32_t ssrc, const asio::ip::address& host) {
  source_ = ssrc;
  source_host_ = host;
  if (sender_ssrc_ != ssrc || !sender_ || sender_->address() != host) forget_sender();
}

void ReceptionReporter::do_receive() {
  socket_->async_receive_from(asio::buffer(buffer_), report_origin_,
                              [this](std::error_code error, std::size_t size) {
                                if (!socket_) return;
                                if (!error) take_report(Bytes(buffer_).first(size));
                                if (socket_) do_receive();
                              });
}

void ReceptionReporter::take_report(Bytes datagram) {
  const std::optional<RtcpCompound> report = parse_rtcp(datagram);
  if (!report) return;
  const WallTime now = steady_now();
  if (!is_of_source(*report, now)) {
    if (source_ == report->sender_ssrc) on_sign_(SenderSign::elsewhere);
    return;
  }
  const bool is_new = learn_sender(*report);
  last_from_sender_ = now;
  note_received(datagram.size());
  if (report->sender_info) take_clock(*report);
  if (is_new) reply(now);
  if (source_) on_sign_(report->bye ? SenderSign::goodbye : SenderSign::alive);
}

// Before its packets arrive, any sender may be the source.
bool ReceptionReporter::is_of_source(const RtcpCompound& report, WallTime now) const {
  if (!source_) return report.sender_info.has_value();
  if (report.sender_ssrc != *source_ || report_origin_.address() != source_host_) return false;
  if (sender_ == report_origin_) return true;
  return report.sender_info && (!sender_ || now - last_from_sender_ > kPortKeptFor);
}

// True if this is not the sender, and the port, of the report before.
bool ReceptionReporter::learn_sender(const RtcpCompound& report) {
  const bool is_same_port = sender_ == report_origin_;
  const bool is_same_host = sender_ && sender_->address() == report_origin_.address();
  const bool is_same_source = sender_ssrc_ == report.sender_ssrc;
  if (is_same_port && is_same_source) return false;
  // Packets of the source may have come before its first report, but of no other sender.
  if (sender_ && !(is_same_host && is_same_source)) forget_sender();
  sender_ = report_origin_;
  sender_ssrc_ = report.sender_ssrc;
  return true;
}

// The sender echoes our own time, as in the stamps over TCP.
void ReceptionReporter::take_clock(const RtcpCompound& report) {
  const WallTime now = steady_now();
  last_sender_report_ = report.last_sender_report;
  sender_report_arrival_ = now;
  for (const ReferenceTimeEcho& echo : report.echoes) {
    if (echo.ssrc != ssrc_) continue;
    FrameStamp stamp;
    stamp.capture_time = stamp.send_time = report.sender_info->time;
    stamp.echo = expand_compact(echo.last_reference, now);
    stamp.echo_hold = from_compact_duration(echo.delay);
    clock_.observe(stamp, now);
    round_trip_ = std::max(now - stamp.echo - stamp.echo_hold, microseconds{0});
  }
}

void ReceptionReporter::do_report() {
  timer_.expires_after(kReceptionReportInterval);
  timer_.async_wait([this](std::error_code error) {
    if (error || !socket_) return;
    send_report();
    do_report();
  });
}

// At once, unless a report was sent within the interval.
void ReceptionReporter::reply(WallTime now) {
  if (!socket_ || now - last_sent_ < kReceptionReportInterval) return;
  send_report();
  do_report();
}

void ReceptionReporter::send_report(bool is_goodbye) {
  const WallTime now = steady_now();
  RtcpWriter writer;
  if (source_ && tracker_.received() > 0) {
    const std::uint32_t delay =
        last_sender_report_ == 0 ? 0 : to_compact_duration(now - sender_report_arrival_);
    const ReceptionReport block = tracker_.report(*source_, last_sender_report_, delay);
    writer.receiver_report(ssrc_, std::span(&block, 1));
  } else {
    writer.receiver_report(ssrc_, {});
  }
  writer.description(ssrc_, "jpegwire");
  writer.reference_time(ssrc_, now);
  if (is_goodbye) writer.bye(ssrc_);
  if (send(writer)) last_sent_ = now;
}

void ReceptionReporter::request(std::span<const std::uint16_t> sequences) {
  constexpr std::size_t kPerNack = 16;  // 16 numbers always fit, however far apart they are
  while (!sequences.empty() && knows_sender()) {
    const std::size_t count = std::min(sequences.size(), kPerNack);
    RtcpWriter writer;
    writer.receiver_report(ssrc_, {});
    writer.nack(ssrc_, *source_, sequences.first(count));
    send(writer);
    sequences = sequences.subspan(count);
  }
}

void ReceptionReporter::report_frame(const FrameReception& frame) {
  if (!knows_sender()) return;
  RtcpWriter writer;
  writer.frame_report(ssrc_, frame);
  send(writer);
}

bool ReceptionReporter::send(const RtcpWriter& writer) {
  const Bytes report = writer.bytes();
  if (!socket_ || !sender_ || report.size() > unanswered_bytes_) return false;
  unanswered_bytes_ -= report.size();
  std::error_code ignored;
  socket_->send_to(asio::buffer(report.data(), report.size()), *sender_, 0, ignored);
  return true;
}

}  // namespace jpegwire
