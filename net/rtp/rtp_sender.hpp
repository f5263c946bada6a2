#pragma once

#include <array>
#include <asio/io_context.hpp>
#include <asio/ip/udp.hpp>
#include <asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "net/rtp/fec_sender.hpp"
#include "net/rtp/format/rtcp_reader.hpp"
#include "net/rtp/jpeg_packetizer.hpp"
#include "net/rtp/packet_history.hpp"
#include "net/rtp/ready_frames.hpp"
#include "net/rtp/receiver_list.hpp"
#include "net/rtp/receiver_rates.hpp"
#include "net/rtp/repair_budget.hpp"
#include "net/rtp/send_pace.hpp"
#include "net/rtp/stream_group.hpp"
#include "net/sockets/datagram_output.hpp"
#include "net/sockets/endpoint.hpp"
#include "net/sockets/udp_socket.hpp"
#include "net/sockets/wakeup.hpp"
#include "net/stream/frame_sink.hpp"
#include "net/stream/link_statistics.hpp"
#include "net/stream/rate_board.hpp"
#include "net/stream/viewer_count.hpp"

namespace jpegwire {

struct RtpSenderSettings {
  Endpoint target;
  std::size_t mtu_bytes = kDefaultMtuBytes;
  int fec_percent = 0;    // repair packets in percent of the packets
  bool fec_auto = false;  // instead, as many as the receivers' reports call for
  bool nack = false;      // send packets again on request
  bool pace = false;      // spread a frame over a part of its interval
  MulticastOutput multicast;
  double frames_per_second = 0;  // for the SDP; 0: unknown
};

struct RtpStatistics {
  std::uint64_t frames = 0;
  std::uint64_t skipped = 0;  // displaced before they were begun, not for RTP, or the link was busy
  std::uint64_t bytes = 0;    // of packets, their RTP headers included
  std::uint64_t packets = 0;
  std::uint64_t repair_packets = 0;
  std::uint64_t retransmitted = 0;
  std::uint64_t repairs_refused = 0;  // packets requested again, over the repair budget
  std::uint64_t foreign_reports = 0;  // from addresses that the stream is not sent to
  std::uint64_t failed = 0;           // packets that the kernel did not accept
  std::size_t receivers = 0;          // that report, at most at a time
  LinkStatistics link{};        // of the slowest receiver that reports frames; the latest known
  bool reports_frames = false;  // a receiver does, at present
};

/// Sends frames as RTP/JPEG packets to one address, of a host or a multicast group
/// (docs/protocol.md). A band is sent as soon as it is encoded. A frame that has begun is sent to
/// its end; then the newest one follows. If the link to a receiver that reports frames does not
/// carry the full ones, smaller ones are sent, made for it (RateBoard), at a pace that it carries.
/// RTCP uses the next port, repair packets the one after that. Reports may cause at most half as
/// much repair as the stream has bytes (RepairBudget), and only from the address that the stream is
/// sent to or, for a group, from any. Bound to the io thread unless a function says otherwise; must
/// outlive the io context's run.
class RtpSender final : public FrameSink {
 public:
  /// Called once, with a sentence, if RTP/JPEG cannot carry the stream's first frame.
  using OnUnfit = std::function<void(const std::string& sentence)>;

  /// Counts as a viewer from now on, because the receivers are unknown. Throws std::runtime_error
  /// if it cannot send there. The board must outlive this.
  RtpSender(asio::io_context& io, ViewerCount& viewer_count, RateBoard& board,
            RtpSenderSettings settings, OnUnfit on_unfit);

  void start();

  // Any thread.
  void bands_ready(const FramePtr& frame, int ready) override;
  void submit(FramePtr frame) override;
  void submit_for(GroupSet groups, FramePtr frame) override;

  /// Sends what is there, says goodbye (RFC 3550, section 6.6) and closes.
  void finish();

  std::string url() const { return to_rtp_url(settings_.target); }

  /// What other players need to know, as SDP.
  std::string sdp() const;

  bool is_multicast() const { return target_.address().is_multicast(); }

  RtpStatistics statistics() const;

  /// How many receivers report at present.
  std::size_t receivers_now() const { return receivers_.size(); }

 private:
  /// idle: no frame has begun. sending: a frame has begun; its packets are sent as its bands become
  /// ready. waiting: until the socket or the pace allows the next packet of that frame.
  enum class State { idle, sending, waiting };

  void advance();
  bool begin_frame();
  bool begin(FramePtr frame);
  bool is_too_busy() const;
  void note_begin(const EncodedFrame& frame);
  double pace_for(double expected_bytes) const;
  void refuse(JpegFitness fitness, const JpegLayout& layout);
  void add_ready_bands();
  bool send_packets();
  void note_sent(std::size_t packets);
  void note_repairs(std::size_t packet_bytes, std::uint64_t repair_bytes_before);
  void end_frame();
  void do_wait_until_writable();
  void do_wait_for_pace();
  void resume();
  void do_report();
  void send_report();
  void do_receive_reports();
  void take_report(Bytes datagram);
  bool is_of_receiver(const RtcpCompound& report) const;
  bool is_from_target() const;
  void take_loss(const RtcpCompound& report, WallTime now);
  void greet(WallTime now);
  void take_frame_report(const RtcpCompound& report);
  void send_again(const Nack& nack);
  void warn_of_failures();
  int fec_percent() const;
  int affordable_fec_percent() const;
  std::optional<LinkState> link_state() const;
  ViewerWish wish() const;
  void update_link();
  void note_picture(const EncodedFrame& frame);

  ViewerCount& viewer_count_;
  const RtpSenderSettings settings_;
  const OnUnfit on_unfit_;
  const asio::ip::udp::endpoint target_;
  const asio::ip::udp::endpoint rtcp_target_;
  asio::ip::udp::socket media_;
  asio::ip::udp::socket rtcp_;
  FecSender fec_;
  asio::steady_timer report_timer_;
  asio::steady_timer pace_timer_;
  Wakeup wakeup_;
  ReadyFrames ready_;

  State state_ = State::idle;
  bool is_finishing_ = false;
  std::size_t packets_sent_ = 0;        // of the current frame
  std::size_t frame_bytes_ = 0;         // likewise
  std::size_t frame_repair_bytes_ = 0;  // likewise
  double repair_share_ = 0;             // of the bytes of the latest frame with repair packets
  const std::uint64_t stream_id_;
  JpegPacketizer packetizer_;
  PacketHistory history_;
  std::vector<GatheredDatagram> outgoing_;
  DatagramOutput output_;
  FecPolicy fec_policy_;
  RepairBudget repair_budget_;
  SendPace pace_;
  ReceiverRates rates_;
  StreamGroup group_;

  ReceiverList receivers_;
  WallTime last_greeting_{};
  std::array<std::byte, 1500> report_buffer_{};
  asio::ip::udp::endpoint report_source_;
  std::uint32_t octets_ = 0;
  bool was_unfit_ = false;
  std::error_code warned_of_;
  RtpStatistics statistics_;
};

}  // namespace jpegwire
