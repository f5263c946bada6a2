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
constexpr std::size_t kMaxOffsetBytes = std::size_t{1} << 24;  // an offset has 24 bits
constexpr int kReadsAtOnce = 64;  // before other handlers of the io thread run

Endpoint port_of(const RtpSession& session, unsigned above) {
  return {session.address, static_cast<std::uint16_t>(session.port + above)};
}

Endpoint rtcp_endpoint(const RtpSession& session) {
  return {session.address,
          session.rtcp_port.value_or(static_cast<std::uint16_t>(session.port + 1))};
}

MediaStreamSettings stream_settings(const RtpReceiverSettings& settings) {
  return {.payload_type = settings.session.payload_type,
          .max_frame_bytes = std::min(settings.max_frame_bytes, kMaxOffsetBytes),
          .stamp_extension = settings.session.stamp_extension.value_or(kStampExtensionId)};
}

// Returns the size of its receive buffer, which the kernel may cap.
std::size_t prepare(udp::socket& socket) {
  DatagramInput::enable(socket.native_handle());
  return enlarge_receive_buffer(socket, kReceiveBufferBytes);
}

}  // namespace

EarliestTimer::EarliestTimer(const asio::any_io_executor& executor, std::function<void()> on_due)
    : on_due_(std::move(on_due)), deadline_(executor, [this] {
        armed_.reset();
        on_due_();
      }) {}

void EarliestTimer::arm(std::optional<WallTime> when, WallTime now) {
  if (!when || (armed_ && *armed_ <= *when)) return;
  armed_ = when;
  deadline_.set(std::max(*when - now, microseconds{0}));
}

void EarliestTimer::cancel() {
  armed_.reset();
  deadline_.cancel();
}

RtpReceiver::RtpReceiver(asio::io_context& io, RtpReceiverSettings settings,
                         StreamObserver& observer)
    : settings_(std::move(settings)),
      observer_(observer),
      media_(open_input(io, port_of(settings_.session, 0))),
      repair_(try_open_input(io, port_of(settings_.session, 2), "lost packets are not repaired")),
      stream_(stream_settings(settings_), *this),
      reporter_(io, rtcp_endpoint(settings_.session), stream_.tracker(),
                [this](SenderSign sign) { handle_sign(sign); }),
      expiry_timer_(io.get_executor(), [this] { expire_frames(); }),
      request_timer_(io.get_executor(), [this] { request_missing(); }),
      silence_(
          io.get_executor(), settings_.timeout, [this] { return observer_.last_shown(); },
          [this] { nothing_was_shown(); }) {
  const std::size_t granted = prepare(media_);
  if (repair_) prepare(*repair_);
  if (granted < kReceiveBufferBytes)
    spdlog::warn(
        "the kernel limits the receive buffer to {} kB, so bursts of packets may be lost; allow "
        "more with `sysctl -w net.core.rmem_max={}`",
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
  silence_.start();
}

void RtpReceiver::stop() {
  if (std::exchange(stopped_, true)) return;
  reporter_.stop();
  expiry_timer_.cancel();
  request_timer_.cancel();
  silence_.cancel();
  std::error_code ignored;
  media_.close(ignored);
  if (repair_) repair_->close(ignored);
}

bool RtpReceiver::frame_begun(const std::shared_ptr<const IncomingFrame>& frame) {
  return !stopped_ && observer_.frame_begun(frame);
}

void RtpReceiver::frame_received(std::shared_ptr<ReceivedFrame> frame) {
  if (stopped_) return;
  if (frame->stamp)
    report_frame(*frame->stamp, frame->bytes().size(), frame->first_byte, frame->last_byte);
  observer_.frame_received(std::move(frame));
}

void RtpReceiver::frame_given_up(const LostFrame& frame) {
  if (stopped_) return;
  if (frame.stamp && frame.reception == Reception::incomplete)
    report_frame(*frame.stamp, frame.came_bytes, frame.first_byte, frame.last_byte);
  observer_.frame_given_up(frame);
}

// The sender chooses the size of frames from this.
void RtpReceiver::report_frame(const FrameStamp& stamp, std::size_t size_bytes, WallTime first_byte,
                               WallTime last_byte) {
  const ViewerState state = observer_.viewer_state();
  reporter_.report_frame({.sequence = stamp.sequence,
                          .size_bytes = static_cast<std::uint32_t>(size_bytes),
                          .first_byte = first_byte,
                          .last_byte = last_byte,
                          .decode_time = state.decode_time,
                          .wanted = state.wanted});
}

void RtpReceiver::packet_refused(const RefusedPacket& packet) {
  if (!stopped_) observer_.packet_refused(packet);
}

void RtpReceiver::do_receive_packets() {
  media_.async_wait(udp::socket::wait_read, [this](std::error_code error) {
    if (error || stopped_) return;
    receive_packets();
    if (stopped_) return;
    plan();
    do_receive_packets();
  });
}

void RtpReceiver::do_receive_repairs() {
  repair_->async_wait(udp::socket::wait_read, [this](std::error_code error) {
    if (error || stopped_) return;
    receive_all();
    if (stopped_) return;
    plan();
    do_receive_repairs();
  });
}

void RtpReceiver::receive_packets() {
  stream_.set_link(sender_link());
  DatagramInput::Batch batch;
  for (int i = 0; i < kReadsAtOnce; ++i) {
    if (!media_input_.receive(media_.native_handle(), batch)) {
      observer_.all_was_read(steady_now());
      break;
    }
    const PacketArrival arrival{.time = steady_now(), .read = ++reads_};
    observer_.bytes_read(batch.bytes.size());
    while (!batch.bytes.empty() && !stopped_)
      take_packet(batch.take_datagram(), media_input_.source(), arrival);
    if (stopped_) return;
  }
  if (stream_.is_too_large()) warn_of_size();
}

void RtpReceiver::receive_repairs() {
  DatagramInput::Batch batch;
  for (int i = 0; i < kReadsAtOnce; ++i) {
    if (!repair_input_.receive(repair_->native_handle(), batch)) break;
    const PacketArrival arrival{.time = steady_now(), .read = reads_};
    while (!batch.bytes.empty() && !stopped_) take_repair(batch.take_datagram(), arrival);
    if (stopped_) return;
  }
}

// A repair packet is sent after the packets that it protects, which may be here and only unread.
void RtpReceiver::receive_all() {
  receive_packets();
  if (repair_ && !stopped_) receive_repairs();
}

void RtpReceiver::take_packet(Bytes datagram, const Udp::endpoint& source,
                              const PacketArrival& arrival) {
  const std::optional<RtpPacket> packet = parse_rtp(datagram);
  if (!packet) return refuse_packet(rtp_fault(datagram), 0);
  const int payload_type = packet->header.payload_type;
  if (payload_type != settings_.session.payload_type)
    return refuse_packet(PacketFault::other_payload_type, payload_type);
  if (!choose_source(*packet, source, arrival.time)) return;
  reporter_.note_received(datagram.size());
  note_stamp(*packet, arrival.time);
  stream_.take(*packet, datagram, arrival);
}

// They have no SSRC, and come from another port than the packets.
void RtpReceiver::take_repair(Bytes datagram, const PacketArrival& arrival) {
  if (filter_.is_from_host(repair_input_.source().address()))
    stream_.take_repair(datagram, arrival);
  else if (filter_.ssrc())
    refuse_packet(PacketFault::other_address, 0);
}

// It may show that the sender's clock was set, so it comes before the frame that it belongs to.
void RtpReceiver::note_stamp(const RtpPacket& packet, WallTime arrival) {
  const auto extension =
      read_stamp_extension(packet, settings_.session.stamp_extension.value_or(kStampExtensionId));
  if (!extension) return;
  reporter_.observe(extension->stamp, arrival);
  stream_.set_link(sender_link());
}

void RtpReceiver::refuse_packet(PacketFault fault, int payload_type) {
  packet_refused({fault, payload_type, settings_.session.payload_type});
}

bool RtpReceiver::choose_source(const RtpPacket& packet, const Udp::endpoint& source,
                                WallTime now) {
  const RtpHeader& header = packet.header;
  if (!filter_.is_current(header.ssrc, source)) {
    JpegPayload payload;
    const PacketFault fault = parse_jpeg_payload(packet.payload, payload);
    if (fault != PacketFault::none) {
      refuse_packet(fault, header.payload_type);
      return false;
    }
  }
  const SsrcFilter::Verdict verdict = filter_.accept(header.ssrc, source, header.sequence, now);
  if (verdict == SsrcFilter::Verdict::ours) return true;
  if (verdict == SsrcFilter::Verdict::new_source) {
    begin_source(source, now);
    return true;
  }
  refuse_packet(verdict == SsrcFilter::Verdict::other_address ? PacketFault::other_address
                                                              : PacketFault::other_source,
                header.payload_type);
  return false;
}

void RtpReceiver::begin_source(const Udp::endpoint& source, WallTime now) {
  warned_of_size_ = false;
  stream_.begin_source(*filter_.ssrc(), now);
  observer_.connected(to_rtp_url({source.address().to_string(), source.port()}));
  reporter_.begin_source(*filter_.ssrc(), source.address());
  stream_.set_link(sender_link());
}

void RtpReceiver::end_source() {
  reporter_.end_source();
  stream_.end_source();
}

void RtpReceiver::handle_sign(SenderSign sign) {
  switch (sign) {
    case SenderSign::alive:
      return filter_.keep_alive(steady_now());
    case SenderSign::goodbye:
      return handle_goodbye();
    case SenderSign::elsewhere:
      return refuse_packet(PacketFault::other_address, 0);
  }
}

// A goodbye may overtake packets that were sent before it.
void RtpReceiver::handle_goodbye() {
  receive_all();
  if (stopped_) return;
  filter_.release(steady_now());
  end_source();
  end(true, fmt::format("{} has ended the stream", url()));
}

void RtpReceiver::warn_of_size() {
  if (std::exchange(warned_of_size_, true)) return;
  spdlog::warn("{} sends a frame larger than --max-frame {}; the rest of it is ignored", url(),
               settings_.max_frame_bytes);
}

SenderLink RtpReceiver::sender_link() const {
  return {.sender_ahead = reporter_.sender_ahead(),
          .round_trip = reporter_.round_trip(),
          .is_reachable = reporter_.knows_sender()};
}

// Arms the timers for what is due without another packet.
void RtpReceiver::plan() {
  const WallTime now = steady_now();
  stream_.plan(now);
  expiry_timer_.arm(stream_.next_expiry(), now);
  request_timer_.arm(stream_.next_request(), now);
}

// Packets that have arrived and are only unread are not late.
void RtpReceiver::expire_frames() {
  receive_all();
  if (stopped_) return;
  stream_.expire(steady_now());
  plan();
}

void RtpReceiver::request_missing() {
  receive_all();
  if (stopped_) return;
  const WallTime now = steady_now();
  stream_.plan(now);
  reporter_.request(stream_.take_requests(now));
  plan();
}

void RtpReceiver::nothing_was_shown() {
  const double seconds = std::chrono::duration<double>(settings_.timeout).count();
  if (filter_.ssrc()) end_source();
  filter_.give_up(steady_now(), settings_.timeout);
  end(false, fmt::format("no frame from {} within {} s", url(), seconds));
}

void RtpReceiver::end(bool in_order, const std::string& sentence) {
  if (settings_.reconnect) {
    silence_.start();
    return observer_.interrupted(sentence);
  }
  stop();
  observer_.ended(in_order ? "" : sentence);
}

}  // namespace jpegwire
