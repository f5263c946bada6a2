#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/udp.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "net/rtp/format/sdp.hpp"
#include "net/rtp/media_stream.hpp"
#include "net/rtp/reception_reporter.hpp"
#include "net/rtp/ssrc_filter.hpp"
#include "net/sockets/datagram_input.hpp"
#include "net/sockets/deadline.hpp"
#include "net/sockets/silence_watch.hpp"
#include "net/stream/stream_input.hpp"
#include "net/stream/stream_observer.hpp"

namespace jpegwire {

struct RtpReceiverSettings {
  RtpSession session;
  std::string url;         // as the user wrote it
  bool reconnect = false;  // continue when the stream ends or no frames arrive
  milliseconds timeout{5000};
  std::size_t max_frame_bytes = 0;
};

/// Calls its handler at the earliest of the times that it was armed with. Going off too early is
/// cheaper than cancelling for each packet, so the handler checks what is due and arms it again.
class EarliestTimer {
 public:
  EarliestTimer(const asio::any_io_executor& executor, std::function<void()> on_due);

  void arm(std::optional<WallTime> when, WallTime now);
  void cancel();

 private:
  const std::function<void()> on_due_;
  Deadline deadline_;
  std::optional<WallTime> armed_;
};

/// Receives an RTP/JPEG stream (docs/protocol.md): reads the sockets, chooses the source, and
/// reports to the sender, which makes the age of frames known and lets the sender repeat lost
/// packets. MediaStream does the rest. Bound to the io thread; must outlive the io context's run.
class RtpReceiver final : public StreamInput, private FrameObserver {
 public:
  /// Throws std::runtime_error if it cannot listen there.
  RtpReceiver(asio::io_context& io, RtpReceiverSettings settings, StreamObserver& observer);

  void start() override;
  void stop() override;
  std::string url() const override { return settings_.url; }
  bool is_public() const override;
  std::optional<PacketCounts> packet_counts() const override { return stream_.counts(); }

 private:
  using Udp = asio::ip::udp;

  bool frame_begun(const std::shared_ptr<const IncomingFrame>& frame) override;
  void frame_received(std::shared_ptr<ReceivedFrame> frame) override;
  void frame_given_up(const LostFrame& frame) override;
  void packet_refused(const RefusedPacket& packet) override;

  void do_receive_packets();
  void do_receive_repairs();
  void receive_packets();
  void receive_repairs();
  void receive_all();
  void take_packet(Bytes datagram, const Udp::endpoint& source, const PacketArrival& arrival);
  void take_repair(Bytes datagram, const PacketArrival& arrival);
  void refuse_packet(PacketFault fault, int payload_type);
  void report_frame(const FrameStamp& stamp, std::size_t size_bytes, WallTime first_byte,
                    WallTime last_byte);
  bool choose_source(const RtpPacket& packet, const Udp::endpoint& source, WallTime now);
  void begin_source(const Udp::endpoint& source, WallTime now);
  void end_source();
  void handle_sign(SenderSign sign);
  void handle_goodbye();
  void warn_of_size();
  void note_stamp(const RtpPacket& packet, WallTime arrival);
  SenderLink sender_link() const;

  void plan();
  void expire_frames();
  void request_missing();
  void nothing_was_shown();
  void end(bool in_order, const std::string& sentence);

  const RtpReceiverSettings settings_;
  StreamObserver& observer_;
  Udp::socket media_;
  std::optional<Udp::socket> repair_;
  DatagramInput media_input_;
  DatagramInput repair_input_;
  std::uint64_t reads_ = 0;

  SsrcFilter filter_;
  MediaStream stream_;
  ReceptionReporter reporter_;

  EarliestTimer expiry_timer_;   // incomplete frames are given up
  EarliestTimer request_timer_;  // missing packets are requested again
  SilenceWatch silence_;
  bool warned_of_size_ = false;
  bool stopped_ = false;
};

}  // namespace jpegwire
