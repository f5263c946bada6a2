#include "net/rtp/rtp_sender.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <asio/buffer.hpp>
#include <random>
#include <utility>

#include "net/rtp/format/ntp_time.hpp"
#include "net/rtp/format/rtcp_writer.hpp"
#include "net/rtp/format/sdp.hpp"

namespace jpegwire {
namespace {

using Clock = std::chrono::steady_clock;
using asio::ip::udp;

constexpr milliseconds kSenderReportInterval{500};
constexpr int kSendBufferBytes = 256 << 10;  // packets that wait in the kernel grow old
constexpr std::size_t kRepeatableFrames = 3;

// A repair packet is longer than the packets that it protects.
std::size_t packet_size_bytes(const RtpSenderSettings& settings) {
  const bool has_fec = settings.fec_auto || settings.fec_percent > 0;
  return settings.mtu_bytes - (has_fec ? kFecOverheadBytes : 0);
}

template <class Number>
Number random_number() {
  std::random_device random;
  return static_cast<Number>(std::uint64_t{random()} << 32 | random());
}

udp::endpoint with_port_above(udp::endpoint endpoint, unsigned above) {
  endpoint.port(static_cast<std::uint16_t>(endpoint.port() + above));
  return endpoint;
}

udp::socket open_media_output(asio::io_context& io, const udp::endpoint& target,
                              const MulticastOutput& multicast) {
  udp::socket socket = open_output(io, target, multicast);
  std::error_code ignored;
  socket.set_option(udp::socket::send_buffer_size(kSendBufferBytes), ignored);
  return socket;
}

}  // namespace

RtpSender::RtpSender(asio::io_context& io, ViewerCount& viewer_count, RtpSenderSettings settings,
                     OnUnfit on_unfit)
    : viewer_count_(viewer_count),
      settings_(std::move(settings)),
      on_unfit_(std::move(on_unfit)),
      target_(with_interface(resolve_udp(io, settings_.target), settings_.multicast.interface)),
      rtcp_target_(with_port_above(target_, 1)),
      media_(open_media_output(io, target_, settings_.multicast)),
      rtcp_(open_exchange(io, rtcp_target_, settings_.multicast)),
      fec_(io, with_port_above(target_, 2), settings_.multicast),
      report_timer_(io),
      pace_timer_(io),
      wakeup_(io, [this] { advance(); }),
      stream_id_(random_number<std::uint64_t>()),
      packetizer_({.ssrc = random_number<std::uint32_t>(),
                   .first_sequence = random_number<std::uint16_t>(),
                   .timestamp_offset = random_number<std::uint32_t>(),
                   .mtu_bytes = packet_size_bytes(settings_)}),
      history_(settings_.nack ? kRepeatableFrames : 1) {
  viewer_count_.join();
}

void RtpSender::start() {
  send_report();
  do_report();
  do_receive_reports();
}

void RtpSender::bands_ready(const FramePtr& frame, int ready) {
  ready_.offer(frame, ready);
  wakeup_.notify();
}

void RtpSender::submit(FramePtr frame) {
  const int bands = static_cast<int>(frame->layout.bands.size());
  ready_.offer(std::move(frame), bands);
  wakeup_.notify();
}

// Sends until there is nothing to send, or something to wait for.
void RtpSender::advance() {
  while (state_ == State::sending || (state_ == State::idle && begin_frame())) {
    add_ready_bands();
    if (!send_packets() || packetizer_.has_more_bands()) return;
    end_frame();
  }
}

// Begins the newest frame that RTP can carry; false if there is none.
bool RtpSender::begin_frame() {
  while (FramePtr frame = ready_.begin_newest())
    if (begin(std::move(frame))) return true;
  return false;
}

bool RtpSender::begin(FramePtr frame) {
  const StampExtension stamp{.stamp = make_stamp(*frame, stream_id_),
                             .answers_nacks = settings_.nack};
  const JpegFitness fitness = packetizer_.begin_frame(*frame, stamp);
  if (fitness != JpegFitness::fit) {
    refuse(fitness, frame->layout);
    return false;
  }
  state_ = State::sending;
  packets_sent_ = 0;
  fec_.begin_frame(fec_percent(), frame->layout.bands.size());
  history_.begin(std::move(frame), steady_now());
  return true;
}

void RtpSender::refuse(JpegFitness fitness, const JpegLayout& layout) {
  ++statistics_.skipped;
  if (std::exchange(was_unfit_, true)) return;
  const std::string sentence = describe(fitness, layout.width, layout.height);
  if (statistics_.frames == 0) return on_unfit_(sentence);
  spdlog::error("{} has stopped: {}", url(), sentence);
}

void RtpSender::add_ready_bands() {
  const auto ready = static_cast<std::size_t>(ready_.ready_bands());
  while (packetizer_.bands_added() < ready) packetizer_.add_band(history_.current().packets);
}

// False if it has to wait.
bool RtpSender::send_packets() {
  const std::vector<OutgoingPacket>& packets = history_.current().packets;
  while (packets_sent_ < packets.size()) {
    std::size_t count = packets.size() - packets_sent_;
    if (settings_.pace && !is_finishing_) count = pace_.allows(count, Clock::now());
    if (count == 0) {
      do_wait_for_pace();
      return false;
    }
    outgoing_.clear();
    for (std::size_t i = 0; i < count; ++i) {
      const OutgoingPacket& packet = packets[packets_sent_ + i];
      outgoing_.push_back({packet.head(), packet.data});
    }
    const std::size_t done = output_.send(media_.native_handle(), outgoing_);
    note_sent(done);
    warn_of_failures();
    if (done < count) {
      do_wait_until_writable();
      return false;
    }
  }
  return true;
}

void RtpSender::note_sent(std::size_t count) {
  const SentFrame& sent = history_.current();
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const OutgoingPacket& packet = sent.packets[packets_sent_++];
    bytes += packet.size_bytes();
    fec_.packet_sent(packet);
  }
  statistics_.packets += count;
  statistics_.bytes += bytes;
  octets_ += static_cast<std::uint32_t>(bytes - count * kRtpHeaderSizeBytes);
  pace_.sent(bytes, Clock::now());
}

void RtpSender::end_frame() {
  fec_.end_frame();
  pace_.end_frame(history_.current().frame->capture_time);
  ++statistics_.frames;
  was_unfit_ = false;
  if (!settings_.nack) history_.current().frame.reset();
  state_ = State::idle;
}

void RtpSender::do_wait_until_writable() {
  state_ = State::waiting;
  media_.async_wait(udp::socket::wait_write, [this](std::error_code error) {
    if (!error) resume();
  });
}

void RtpSender::do_wait_for_pace() {
  state_ = State::waiting;
  pace_timer_.expires_at(pace_.next());
  pace_timer_.async_wait([this](std::error_code error) {
    if (!error) resume();
  });
}

void RtpSender::resume() {
  if (state_ == State::waiting) state_ = State::sending;
  advance();
}

void RtpSender::do_report() {
  report_timer_.expires_after(kSenderReportInterval);
  report_timer_.async_wait([this](std::error_code error) {
    if (error) return;
    send_report();
    do_report();
  });
}

void RtpSender::send_report() {
  const WallTime now = wall_now();
  RtcpWriter writer;
  writer.sender_report(packetizer_.ssrc(),
                       {.time = now,
                        .rtp_timestamp = packetizer_.timestamp_at(now),
                        .packets = static_cast<std::uint32_t>(statistics_.packets),
                        .octets = octets_});
  writer.description(packetizer_.ssrc(), "jpegwire");
  writer.reference_time_echoes(packetizer_.ssrc(), receivers_.echoes(steady_now()));
  if (is_finishing_) writer.bye(packetizer_.ssrc());
  std::error_code ignored;
  rtcp_.send_to(asio::buffer(writer.bytes().data(), writer.bytes().size()), rtcp_target_, 0,
                ignored);
}

void RtpSender::do_receive_reports() {
  rtcp_.async_receive_from(asio::buffer(report_buffer_), report_source_,
                           [this](std::error_code error, std::size_t size) {
                             if (!rtcp_.is_open()) return;
                             if (!error) take_report(Bytes(report_buffer_).first(size));
                             do_receive_reports();
                           });
}

void RtpSender::take_report(Bytes datagram) {
  const std::optional<RtcpCompound> report = parse_rtcp(datagram);
  if (!report) return;
  const WallTime now = steady_now();
  for (const ReceptionReport& block : report->reception_reports)
    if (block.ssrc == packetizer_.ssrc()) fec_policy_.report(block.fraction_lost, now);
  if (settings_.nack && report->nack && report->nack->media_ssrc == packetizer_.ssrc())
    send_again(*report->nack);
  // A new viewer learns the clock's offset without delay.
  if (receivers_.note(*report, now)) send_report();
  statistics_.receivers = std::max(statistics_.receivers, receivers_.size());
}

void RtpSender::send_again(const Nack& nack) {
  const WallTime now = steady_now();
  outgoing_.clear();
  for (const std::uint16_t sequence : nack.sequences)
    if (const OutgoingPacket* packet = history_.find_again(sequence, now))
      outgoing_.push_back({packet->head(), packet->data});
  statistics_.retransmitted += output_.send(media_.native_handle(), outgoing_);
}

// A refused connection is no error: a viewer may start later.
void RtpSender::warn_of_failures() {
  statistics_.failed = output_.failed() + fec_.failed();
  const std::error_code error = output_.last_error();
  if (!error || error == warned_of_ || error == std::errc::connection_refused) return;
  warned_of_ = error;
  spdlog::warn("some packets to {} are lost: {}; sending continues", url(), error.message());
}

int RtpSender::fec_percent() const {
  return settings_.fec_auto ? fec_policy_.percent(steady_now()) : settings_.fec_percent;
}

void RtpSender::finish() {
  if (std::exchange(is_finishing_, true)) return;
  wakeup_.stop();
  pace_timer_.cancel();
  resume();  // the last frame may have been offered since the last wakeup
  send_report();
  report_timer_.cancel();
  std::error_code ignored;
  media_.close(ignored);
  rtcp_.close(ignored);
  fec_.close();
}

std::string RtpSender::sdp() const {
  const RtpSession session{.address = target_.address().to_string(),
                           .port = target_.port(),
                           .payload_type = kJpegPayloadType,
                           .ttl = settings_.multicast.hops,
                           .frames_per_second = settings_.frames_per_second,
                           .rtcp_port = std::nullopt,
                           .stamp_extension = kStampExtensionId};
  std::error_code ignored;
  return write_sdp(session, media_.local_endpoint(ignored).address().to_string(), stream_id_ >> 1);
}

RtpStatistics RtpSender::statistics() const {
  RtpStatistics statistics = statistics_;
  statistics.skipped += ready_.displaced();
  statistics.repair_packets = fec_.sent();
  return statistics;
}

}  // namespace jpegwire
