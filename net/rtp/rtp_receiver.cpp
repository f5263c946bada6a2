#include "net/rtp/rtp_receiver.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "net/rtp/format/stamp_extension.hpp"
#include "net/sockets/endpoint.hpp"
#include "net/sockets/udp_socket.hpp"

namespace jpegwire {
namespace {

using asio::ip::udp;

constexpr std::size_t kReceiveBufferBytes = std::size_t{4} << 20;
constexpr std::size_t kMostFrameBytes = std::size_t{1} << 24;  // an offset has 24 bits
constexpr int kReadsAtOnce = 64;  // before others on this thread have their turn
constexpr milliseconds kGrace{5};
constexpr milliseconds kGraceForRepairs{10};
constexpr milliseconds kMostGrace{100};
constexpr milliseconds kUnknownRoundTrip{20};
constexpr std::chrono::seconds kRepairsAreOver{60};

Endpoint port_of(const RtpSession& session, unsigned above) {
  return {session.address, static_cast<std::uint16_t>(session.port + above)};
}

Endpoint rtcp_endpoint(const RtpSession& session) {
  return {session.address,
          session.rtcp_port.value_or(static_cast<std::uint16_t>(session.port + 1))};
}

int stamp_extension(const RtpSession& session) {
  return session.stamp_extension.value_or(kStampExtensionId);
}

// Returns the size of its receive buffer, as the kernel caps it.
std::size_t prepare(udp::socket& socket) {
  DatagramInput::enable(socket.native_handle());
  return enlarge_receive_buffer(socket, kReceiveBufferBytes);
}

}  // namespace

RtpReceiver::RtpReceiver(asio::io_context& io, RtpReceiverSettings settings,
                         StreamObserver& observer)
    : settings_(std::move(settings)),
      observer_(observer),
      media_(open_input(io, port_of(settings_.session, 0))),
      repair_(try_open_input(io, port_of(settings_.session, 2), "lost packets are not repaired")),
      expiry_timer_(io),
      missing_timer_(io),
      silence_(io),
      reassembler_({.max_frame_bytes = std::min(settings_.max_frame_bytes, kMostFrameBytes),
                    .stamp_extension = stamp_extension(settings_.session)},
                   *this),
      reporter_(io, rtcp_endpoint(settings_.session), tracker_,
                [this](SenderSign sign) { sender_told(sign); }) {
  const std::size_t granted = prepare(media_);
  if (repair_) prepare(*repair_);
  if (granted < kReceiveBufferBytes)
    spdlog::warn(
        "the kernel caps the receive buffer at {} kB, so a burst of packets may be lost there; "
        "`sysctl -w net.core.rmem_max={}` lets it grow",
        granted / 1000, kReceiveBufferBytes);
}

bool RtpReceiver::is_public() const {
  const asio::ip::address address = media_.local_endpoint().address();
  return !address.is_loopback() && !address.is_multicast();
}

void RtpReceiver::start() {
  do_receive_packets();
  if (repair_) do_receive_repairs();
  reporter_.start();
  do_watch_for_frames();
}

void RtpReceiver::stop() {
  if (std::exchange(stopped_, true)) return;
  reporter_.stop();
  for (asio::steady_timer* timer : {&expiry_timer_, &missing_timer_, &silence_}) timer->cancel();
  std::error_code ignored;
  media_.close(ignored);
  if (repair_) repair_->close(ignored);
}

bool RtpReceiver::frame_begun(const std::shared_ptr<const IncomingFrame>& frame) {
  if (stopped_) return false;
  do_watch_for_frames();
  return observer_.frame_begun(frame);
}

void RtpReceiver::frame_received(std::shared_ptr<ReceivedFrame> frame) {
  if (stopped_) return;
  do_watch_for_frames();
  observer_.frame_received(std::move(frame));
}

void RtpReceiver::frame_given_up(const LostFrame& frame) {
  if (!stopped_) observer_.frame_given_up(frame);
}

void RtpReceiver::assemble(const RtpPacket& packet, std::int64_t sequence) {
  reassembler_.set_sender_ahead(reporter_.sender_ahead());
  const auto added = reassembler_.add(packet, sequence, now_, reads_);
  if (added == JpegReassembler::Added::too_large) warn_of_size();
}

void RtpReceiver::warn_of_size() {
  if (std::exchange(warned_of_size_, true)) return;
  spdlog::warn("{} sends a frame of more bytes than --max-frame {}, and its end is left out", url(),
               settings_.max_frame_bytes);
}

void RtpReceiver::do_receive_packets() {
  media_.async_wait(udp::socket::wait_read, [this](std::error_code error) {
    if (error || stopped_) return;
    receive_packets();
    if (!stopped_) do_receive_packets();
  });
}

void RtpReceiver::receive_packets() {
  DatagramInput::Batch batch;
  for (int i = 0; i < kReadsAtOnce && input_.receive(media_.native_handle(), batch); ++i) {
    ++reads_;
    now_ = steady_now();
    observer_.bytes_read(batch.bytes.size());
    while (!batch.bytes.empty() && !stopped_) take_packet(batch.take_datagram(), input_.source());
    if (stopped_) return;
  }
  plan();
}

void RtpReceiver::take_packet(Bytes datagram, const Udp::endpoint& source) {
  const std::optional<RtpPacket> packet = parse_rtp(datagram);
  if (!packet || packet->header.payload_type != settings_.session.payload_type) return;
  if (!choose_source(*packet, source)) return;
  const std::optional<std::int64_t> number = count(*packet);
  if (!number) return;
  if (const auto stamp = read_stamp_extension(*packet, stamp_extension(settings_.session)))
    sender_answers_nacks_ = stamp->answers_nacks;
  assemble(*packet, *number);
  if (expects_repairs()) take_recovered(fec_.source(*number, datagram));
}

bool RtpReceiver::choose_source(const RtpPacket& packet, const Udp::endpoint& source) {
  const RtpHeader& header = packet.header;
  if (!lock_.is_current(header.ssrc) && !parse_jpeg_payload(packet.payload)) return false;
  const SourceLock::Verdict verdict = lock_.accept(header.ssrc, header.sequence, now_);
  if (verdict == SourceLock::Verdict::new_source) begin_source(source);
  return verdict != SourceLock::Verdict::foreign;
}

void RtpReceiver::begin_source(const Udp::endpoint& source) {
  before_ = *packet_counts();
  tracker_ = SequenceTracker();
  sent_again_ = recovered_ = 0;
  source_begun_ = now_;
  warned_of_size_ = false;
  forget_packets();
  sender_answers_nacks_ = false;
  observer_.connected(to_rtp_url({source.address().to_string(), source.port()}));
  reporter_.begin_source(*lock_.ssrc());
}

void RtpReceiver::forget_packets() {
  reassembler_.reset();
  fec_.reset();
  missing_.clear();
}

// The packet's extended sequence number; nothing where it was here before or is not believed.
std::optional<std::int64_t> RtpReceiver::count(const RtpPacket& packet) {
  using Kind = SequenceTracker::Kind;
  const bool is_first = tracker_.received() == 0;
  const std::int64_t highest = tracker_.highest();
  const SequenceTracker::Accepted accepted = tracker_.accept(packet.header.sequence);
  if (accepted.kind == Kind::wild || accepted.kind == Kind::duplicate) return std::nullopt;
  if (accepted.kind == Kind::restarted) forget_packets();
  if (accepted.kind == Kind::fresh && !is_first)
    missing_.skipped(highest + 1, accepted.number, now_);
  if (accepted.kind == Kind::late && missing_.came(accepted.number)) ++sent_again_;
  tracker_.measure_jitter(packet.header.timestamp, now_);
  return accepted.number;
}

void RtpReceiver::take_recovered(std::span<const RecoveredPacket> packets) {
  for (const RecoveredPacket& recovered : packets) {
    const std::optional<RtpPacket> packet = parse_rtp(recovered.packet);
    if (!packet || !lock_.is_current(packet->header.ssrc) ||
        packet->header.payload_type != settings_.session.payload_type)
      continue;
    ++recovered_;
    missing_.came(recovered.sequence);
    assemble(*packet, recovered.sequence);
  }
}

void RtpReceiver::do_receive_repairs() {
  repair_->async_wait(udp::socket::wait_read, [this](std::error_code error) {
    if (error || stopped_) return;
    receive_repairs();
    if (!stopped_) do_receive_repairs();
  });
}

// A repair is sent behind what it repairs, which may be here too and only unread.
void RtpReceiver::receive_repairs() {
  receive_packets();
  DatagramInput::Batch batch;
  for (int i = 0; i < kReadsAtOnce && repair_input_.receive(repair_->native_handle(), batch); ++i) {
    now_ = steady_now();
    last_repair_ = now_;
    while (!batch.bytes.empty())
      take_recovered(fec_.repair(batch.take_datagram(), tracker_.highest()));
  }
  plan();
}

void RtpReceiver::read_all() {
  if (repair_)
    receive_repairs();
  else
    receive_packets();
}

void RtpReceiver::forget_source() {
  lock_.release(now_);
  reporter_.end_source();
  forget_packets();
}

// For a while after each one, and at first, packets are kept for repairs to work on.
bool RtpReceiver::expects_repairs() const {
  return now_ - std::max(last_repair_, source_begun_) < kRepairsAreOver;
}

void RtpReceiver::sender_told(SenderSign sign) {
  if (sign == SenderSign::alive)
    lock_.keep(steady_now());
  else
    source_left();
}

void RtpReceiver::source_left() {
  read_all();  // a goodbye may overtake what was sent before it
  if (stopped_) return;
  forget_source();
  end(true, fmt::format("{} has ended the stream", url()));
}

void RtpReceiver::ask_for_missing() {
  const microseconds round_trip = reporter_.round_trip().value_or(kUnknownRoundTrip);
  reporter_.ask_again(missing_.due(steady_now(), round_trip + kGraceForRepairs));
}

// What has to be done without a packet coming.
void RtpReceiver::plan() {
  reassembler_.set_grace(grace());
  arm(expiry_timer_, expiry_armed_, reassembler_.next_expiry());
  if (!sender_answers_nacks_ || !reporter_.knows_sender()) return missing_.clear();
  missing_.forget_before(reassembler_.first_open_sequence());
  arm(missing_timer_, missing_armed_, missing_.next_due());
}

microseconds RtpReceiver::grace() const {
  const std::optional<microseconds> round_trip = reporter_.round_trip();
  if (sender_answers_nacks_ && round_trip)
    return std::clamp<microseconds>(2 * *round_trip + kUnknownRoundTrip, kGraceForRepairs,
                                    kMostGrace);
  return expects_repairs() ? kGraceForRepairs : kGrace;
}

// A timer that goes off too early looks again, so it is only ever moved forward.
void RtpReceiver::arm(asio::steady_timer& timer, std::optional<WallTime>& armed,
                      std::optional<WallTime> when) {
  if (!when || (armed && *armed <= *when)) return;
  armed = when;
  timer.expires_after(std::max(*when - steady_now(), microseconds{0}));
  timer.async_wait([this, &armed](std::error_code error) {
    if (error || stopped_) return;
    armed.reset();
    // What has come and is only unread is not late.
    read_all();
    if (stopped_) return;
    reassembler_.expire(steady_now());
    ask_for_missing();
    plan();
  });
}

void RtpReceiver::do_watch_for_frames() {
  silence_.expires_after(settings_.timeout);
  silence_.async_wait([this](std::error_code error) {
    if (!error && !stopped_) no_frame_came();
  });
}

void RtpReceiver::no_frame_came() {
  const double seconds = std::chrono::duration<double>(settings_.timeout).count();
  now_ = steady_now();
  if (lock_.ssrc()) forget_source();  // whatever keeps it from being shown, it may begin anew
  end(false, fmt::format("no frame from {} within {} s", url(), seconds));
}

void RtpReceiver::end(bool in_order, const std::string& sentence) {
  if (settings_.reconnect) {
    do_watch_for_frames();
    return observer_.interrupted(sentence);
  }
  stop();
  observer_.ended(in_order ? "" : sentence);
}

std::optional<PacketCounts> RtpReceiver::packet_counts() const {
  const auto lost = static_cast<std::uint64_t>(std::max<std::int64_t>(tracker_.lost(), 0));
  // What is repaired may come all the same, only late.
  return PacketCounts{
      .received = before_.received + static_cast<std::uint64_t>(tracker_.received()),
      .lost = before_.lost + lost + sent_again_,
      .recovered = before_.recovered + std::min(recovered_, lost) + sent_again_};
}

}  // namespace jpegwire
