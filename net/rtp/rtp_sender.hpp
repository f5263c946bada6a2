#pragma once

#include <array>
#include <asio/io_context.hpp>
#include <asio/ip/udp.hpp>
#include <asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "net/rtp/fec/fec_policy.hpp"
#include "net/rtp/format/rtcp_reader.hpp"
#include "net/rtp/jpeg_packetizer.hpp"
#include "net/rtp/packet_history.hpp"
#include "net/rtp/receiver_list.hpp"
#include "net/rtp/repair_flow.hpp"
#include "net/rtp/send_pace.hpp"
#include "net/sockets/datagram_output.hpp"
#include "net/sockets/endpoint.hpp"
#include "net/sockets/udp_socket.hpp"
#include "net/sockets/wakeup.hpp"
#include "net/stream/frame_sink.hpp"
#include "net/stream/viewer_count.hpp"

namespace jpegwire {

struct RtpSenderSettings {
  Endpoint target;
  std::size_t mtu_bytes = kDefaultMtuBytes;
  int fec_percent = 0;    // repair datagrams in percent of the packets
  bool fec_auto = false;  // as many as the receivers' reports call for, instead
  bool nack = false;      // send again what is asked for
  bool pace = false;      // spread a frame over part of its interval
  MulticastOutput multicast;
  double frames_per_second = 0;  // for the SDP; 0: not known
};

struct RtpStatistics {
  std::uint64_t frames = 0;
  std::uint64_t skipped = 0;  // a newer one came before they were begun, or RTP cannot carry them
  std::uint64_t bytes = 0;    // of packets, their RTP headers included
  std::uint64_t packets = 0;
  std::uint64_t repair_packets = 0;
  std::uint64_t retransmitted = 0;
  std::uint64_t failed = 0;   // packets that the kernel did not take
  std::size_t receivers = 0;  // that report
};

/// Sends frames as RTP/JPEG datagrams to one address, a host's or a group's (docs/protocol.md). A
/// band goes out as soon as it is encoded; a frame that has begun is finished, and then the newest
/// one is next. RTCP goes to the port above, repair datagrams to the one above that. Bound to the
/// io thread but where it says otherwise; must outlive the io context's run.
class RtpSender final : public FrameSink {
 public:
  /// Called once, where RTP/JPEG cannot carry the stream's first frame: with a sentence.
  using OnUnfit = std::function<void(const std::string& sentence)>;

  /// It counts as a viewer from now on, since nobody knows who listens. Throws std::runtime_error
  /// where it cannot send there.
  RtpSender(asio::io_context& io, ViewerCount& viewer_count, RtpSenderSettings settings,
            OnUnfit on_unfit);

  void start();

  // Any thread.
  void bands_ready(const FramePtr& frame, int ready) override;
  void submit(FramePtr frame) override;

  /// Sends what is there, says goodbye (RFC 3550, section 6.6) and closes.
  void finish();

  std::string url() const { return to_rtp_url(settings_.target); }

  /// What other players need to know, as SDP.
  std::string sdp() const;

  bool is_multicast() const { return target_.address().is_multicast(); }

  RtpStatistics statistics() const;

  /// How many report at present.
  std::size_t receivers_now() const { return receivers_.size(); }

 private:
  struct Ready {
    FramePtr frame;
    int bands = 0;
  };

  void take_ready();
  void send_ready();
  bool begin_next();
  void refuse(JpegFitness fitness, const JpegLayout& layout);
  bool send_packets();
  void note_sent(std::size_t packets);
  void end_frame();
  void do_wait_until_writable();
  void do_wait_for_pace();
  void do_report();
  void send_report();
  void do_receive_reports();
  void take_report(Bytes datagram);
  void send_again(const Nack& nack);
  void warn_of_failures();
  int fec_percent() const;

  ViewerCount& viewer_count_;
  const RtpSenderSettings settings_;
  const OnUnfit on_unfit_;
  const asio::ip::udp::endpoint target_;
  const asio::ip::udp::endpoint rtcp_target_;
  asio::ip::udp::socket media_;
  asio::ip::udp::socket rtcp_;
  RepairFlow repairs_;
  asio::steady_timer report_timer_;
  asio::steady_timer pace_timer_;
  Wakeup wakeup_;

  mutable std::mutex mutex_;
  Ready latest_;  // written by whoever encodes
  bool is_taken_ = true;
  std::uint64_t displaced_ = 0;

  // The frame that is being sent, and the one that is next.
  Ready sending_;
  Ready next_;
  FramePtr begun_;
  bool is_waiting_ = false;
  bool is_finishing_ = false;
  std::size_t packets_sent_ = 0;
  const std::uint64_t stream_id_;
  JpegPacketizer packetizer_;
  PacketHistory history_;
  std::vector<GatheredDatagram> outgoing_;
  DatagramOutput output_;
  FecPolicy fec_policy_;
  SendPace pace_;

  ReceiverList receivers_;
  std::array<std::byte, 1500> report_buffer_{};
  asio::ip::udp::endpoint report_source_;
  std::uint32_t octets_ = 0;
  bool was_unfit_ = false;
  std::error_code warned_of_;
  RtpStatistics statistics_;
};

}  // namespace jpegwire
