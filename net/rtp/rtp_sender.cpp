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
#include "net/sockets/tcp_link.hpp"
#include "net/stream/link_rate.hpp"

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

// Without headers, once all of it is encoded; before that 0: unknown.
std::size_t scan_size_bytes(const JpegLayout& layout, std::size_t ready_bands) {
  if (ready_bands < layout.bands.size()) return 0;
  std::size_t size = 0;
  for (const Bytes band : layout.bands) size += band.size();
  return size;
}

udp::socket open_media_output(asio::io_context& io, const udp::endpoint& target,
                              const MulticastOutput& multicast) {
  udp::socket socket = open_output(io, target, multicast);
  std::error_code ignored;
  socket.set_option(udp::socket::send_buffer_size(kSendBufferBytes), ignored);
  return socket;
}

}  // namespace

RtpSender::RtpSender(asio::io_context& io, ViewerCount& viewer_count, RateBoard& board,
                     RtpSenderSettings settings, OnUnfit on_unfit)
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
      history_(settings_.nack ? kRepeatableFrames : 1),
      pace_(settings_.pace),
      group_(board),
      receivers_(packetizer_.ssrc()) {
  viewer_count_.join();
}

void RtpSender::start() {
  send_report();
  do_report();
  do_receive_reports();
}

// A full frame that was begun is completed, though the stream belongs to another group now.
void RtpSender::bands_ready(const FramePtr& frame, int ready) {
  if (group_.takes(only_group(kFullGroup), *frame))
    ready_.offer(frame, ready);
  else
    ready_.update(frame, ready);
  wakeup_.notify();
}

void RtpSender::submit(FramePtr frame) { submit_for(only_group(kFullGroup), std::move(frame)); }

void RtpSender::submit_for(GroupSet groups, FramePtr frame) {
  const int bands = static_cast<int>(frame->layout.bands.size());
  if (group_.takes(groups, *frame))
    ready_.offer(std::move(frame), bands);
  else
    ready_.update(frame, bands);
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
  if (is_too_busy()) {
    ++statistics_.skipped;
    return false;
  }
  const StampExtension stamp{.stamp = make_stamp(*frame, stream_id_),
                             .answers_nacks = settings_.nack};
  const JpegFitness fitness = packetizer_.begin_frame(*frame, stamp);
  if (fitness != JpegFitness::fit) {
    refuse(fitness, frame->layout);
    return false;
  }
  state_ = State::sending;
  note_begin(*frame);
  fec_.begin_frame(affordable_fec_percent(), frame->layout.bands.size());
  history_.begin(std::move(frame), steady_now());
  return true;
}

// What waits in the link's queue makes the next frame old.
bool RtpSender::is_too_busy() const {
  const ReceiverRates::Receiver* slowest = rates_.slowest();
  return slowest != nullptr && group_.group() != kFullGroup && !is_finishing_ &&
         is_link_busy(slowest->rate.rate(), slowest->rate.queued_bytes(Clock::now()),
                      group_.interval());
}

// The size of a frame that is still being encoded is about that of the one before.
void RtpSender::note_begin(const EncodedFrame& frame) {
  const SteadyTime now = Clock::now();
  const std::size_t size =
      scan_size_bytes(frame.layout, static_cast<std::size_t>(ready_.ready_bands()));
  const auto expected = static_cast<double>(size > 0 ? size : frame_bytes_);
  rates_.set_interval(group_.interval());
  rates_.begin_frame(frame.sequence, size, now);
  pace_.begin_frame({.interval = group_.interval(),
                     .most_rate = pace_for(expected),
                     .expected_bytes = expected * (1 + repair_share_)},
                    now);
  packets_sent_ = frame_bytes_ = frame_repair_bytes_ = 0;
  note_picture(frame);
}

// A link on this machine is not limited unless measures say so.
double RtpSender::pace_for(double expected_bytes) const {
  constexpr double kFaster = 1.3;  // than the link, as far as is known, so that it shows if it is
  const ReceiverRates::Receiver* slowest = rates_.slowest();
  if (slowest == nullptr) return 0;
  const LinkRate& rate = slowest->rate;
  const double budget = frame_budget_bytes(rate.safe_rate(), rate.rate(), 0, group_.interval());
  if (slowest->is_local && budget > expected_bytes) return 0;
  return kFaster * rate.rate();
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
    if (!is_finishing_) count = pace_.allows(count, Clock::now());
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
  const std::uint64_t repair_bytes_before = fec_.sent_bytes();
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const OutgoingPacket& packet = sent.packets[packets_sent_++];
    bytes += packet.size_bytes();
    fec_.packet_sent(packet);
  }
  statistics_.packets += count;
  statistics_.bytes += bytes;
  octets_ += static_cast<std::uint32_t>(bytes - count * kRtpHeaderSizeBytes);
  frame_bytes_ += bytes;
  repair_budget_.add(bytes);
  note_repairs(bytes, repair_bytes_before);
}

// Repair packets follow at once what they protect; then the pace waits for them, too.
void RtpSender::note_repairs(std::size_t packet_bytes, std::uint64_t repair_bytes_before) {
  const auto repair_bytes = static_cast<std::size_t>(fec_.sent_bytes() - repair_bytes_before);
  frame_repair_bytes_ += repair_bytes;
  if (settings_.fec_auto) repair_budget_.spend(repair_bytes);
  pace_.sent(packet_bytes + repair_bytes, Clock::now());
}

void RtpSender::end_frame() {
  const EncodedFrame& frame = *history_.current().frame;
  rates_.end_frame(scan_size_bytes(frame.layout, frame.layout.bands.size()), Clock::now());
  const std::uint64_t repair_bytes_before = fec_.sent_bytes();
  fec_.end_frame();
  note_repairs(0, repair_bytes_before);
  repair_share_ = static_cast<double>(frame_repair_bytes_) /
                  static_cast<double>(std::max<std::size_t>(frame_bytes_, 1));
  group_.note_frame(frame);
  update_link();
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
  receivers_.note_sent(to_compact(now));
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
  if (!is_from_target()) ++statistics_.foreign_reports;
  if (!is_of_receiver(*report)) return;
  const WallTime now = steady_now();
  const bool is_new = receivers_.note(*report, now);
  if (is_from_target()) take_loss(*report, now);
  take_frame_report(*report);
  if (is_new) greet(now);
  statistics_.receivers = std::max(statistics_.receivers, receivers_.size());
}

// Other hosts could make the stream larger for those that it is for.
void RtpSender::take_loss(const RtcpCompound& report, WallTime now) {
  for (const ReceptionReport& block : report.reception_reports)
    if (block.ssrc == packetizer_.ssrc()) fec_policy_.report(block.fraction_lost, now);
  if (settings_.nack && report.nack && report.nack->media_ssrc == packetizer_.ssrc())
    send_again(*report.nack);
}

// A new viewer learns the clock's offset without delay. If many come at once, most of them wait for
// the next regular report.
void RtpSender::greet(WallTime now) {
  if (now - last_greeting_ < kSenderReportInterval) return;
  last_greeting_ = now;
  send_report();
}

// Strangers do not know the stream's SSRC; but a receiver may answer from another of its addresses.
bool RtpSender::is_of_receiver(const RtcpCompound& report) const {
  const auto is_about_this = [this](const ReceptionReport& block) {
    return block.ssrc == packetizer_.ssrc();
  };
  return is_from_target() || (report.nack && report.nack->media_ssrc == packetizer_.ssrc()) ||
         std::ranges::any_of(report.reception_reports, is_about_this);
}

bool RtpSender::is_from_target() const {
  return is_multicast() || report_source_.address() == target_.address();
}

void RtpSender::take_frame_report(const RtcpCompound& report) {
  // Others could throttle a stream that is not for them.
  if (!is_from_target()) return;
  const SteadyTime now = Clock::now();
  std::error_code ignored;
  if (report.frame && (!is_multicast() || receivers_.hears(report.sender_ssrc, steady_now())))
    rates_.take_report(
        report.sender_ssrc,
        is_on_this_machine(media_.local_endpoint(ignored).address(), report_source_.address()),
        *report.frame, now);
  for (const ReceptionReport& block : report.reception_reports)
    if (block.ssrc == packetizer_.ssrc())
      rates_.take_loss(report.sender_ssrc, block.fraction_lost / 256.0, now);
  if (report.bye) rates_.forget(report.sender_ssrc);
  update_link();
}

void RtpSender::send_again(const Nack& nack) {
  const WallTime now = steady_now();
  outgoing_.clear();
  for (const std::uint16_t sequence : nack.sequences) {
    const OutgoingPacket* packet = history_.find_again(sequence, now);
    if (packet == nullptr) continue;
    if (!repair_budget_.allows(packet->size_bytes())) {
      ++statistics_.repairs_refused;
      continue;
    }
    repair_budget_.spend(packet->size_bytes());
    outgoing_.push_back({packet->head(), packet->data});
  }
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

// What the user asks for is not limited.
int RtpSender::affordable_fec_percent() const {
  return settings_.fec_auto && !repair_budget_.allows(0) ? 0 : fec_percent();
}

// Repair packets need their share of what the link carries. There are more of them than the
// percentage says where a few packets need a whole one.
std::optional<LinkState> RtpSender::link_state() const {
  const ReceiverRates::Receiver* slowest = rates_.slowest();
  if (slowest == nullptr) return std::nullopt;
  const int percent = fec_percent();
  const double repairs = percent == 0 ? 0 : std::max(percent / 100.0, repair_share_);
  const double part = 1 / (1 + repairs);
  const SteadyTime now = Clock::now();
  return LinkState{.rate = part * slowest->rate.rate(),
                   .safe_rate = part * slowest->rate.safe_rate(),
                   .queued_bytes = part * slowest->rate.queued_bytes(now),
                   .as_of = now};
}

// Other players may not like a size that changes.
ViewerWish RtpSender::wish() const {
  const bool are_ours = receivers_.all_of([this](std::uint32_t ssrc) { return rates_.has(ssrc); });
  return {.adaptation = are_ours ? Adaptation::size : Adaptation::quality,
          .limit = {},
          .shown = rates_.wanted(),
          .quality = 0,
          .size_multiple = kSizeMultiple};
}

void RtpSender::update_link() {
  const SteadyTime now = Clock::now();
  rates_.forget_silent(now);
  const std::optional<LinkState> link = link_state();
  group_.update(link, wish(), now);
  if (!link) return;
  LinkStatistics& known = statistics_.link;
  known.bytes_per_second = link->rate;
  known.budget_bytes = frame_budget_bytes(link->safe_rate, link->rate, 0, group_.interval());
  known.group = group_.group();
  known.is_adapted = known.group != kFullGroup;
}

// What is sent after the last receiver has left says nothing about its link.
void RtpSender::note_picture(const EncodedFrame& frame) {
  LinkStatistics& known = statistics_.link;
  if (rates_.slowest() == nullptr && known.bytes_per_second > 0) return;
  known.quality = frame.quality;
  known.size = {frame.layout.width, frame.layout.height};
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
  statistics.reports_frames = rates_.slowest() != nullptr;
  return statistics;
}

}  // namespace jpegwire
