#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/udp.hpp>
#include <asio/steady_timer.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "net/rtp/fec/fec_decoder.hpp"
#include "net/rtp/format/sdp.hpp"
#include "net/rtp/jpeg_reassembler.hpp"
#include "net/rtp/missing_packets.hpp"
#include "net/rtp/reception_reporter.hpp"
#include "net/rtp/sequence_tracker.hpp"
#include "net/rtp/source_lock.hpp"
#include "net/sockets/datagram_input.hpp"
#include "net/stream/stream_input.hpp"
#include "net/stream/stream_observer.hpp"

namespace jpegwire {

struct RtpReceiverSettings {
  RtpSession session;
  std::string url;         // as its user knows it
  bool reconnect = false;  // stay when the stream ends or no frame comes
  milliseconds timeout{5000};
  std::size_t max_frame_bytes = 0;
};

/// The receiving end of an RTP/JPEG stream (docs/protocol.md): reads whatever is there, puts frames
/// together, repairs what it can, and reports to the sender, which makes the age of a frame known
/// and lets it send lost packets again. Bound to the io thread; must outlive the io context's run.
class RtpReceiver final : public StreamInput, private FrameObserver {
 public:
  /// Throws std::runtime_error where it cannot listen there.
  RtpReceiver(asio::io_context& io, RtpReceiverSettings settings, StreamObserver& observer);

  void start() override;
  void stop() override;
  std::string url() const override { return settings_.url; }
  bool is_public() const override;
  std::optional<PacketCounts> packet_counts() const override;

 private:
  using Udp = asio::ip::udp;

  // What happens to a frame.
  bool frame_begun(const std::shared_ptr<const IncomingFrame>& frame) override;
  void frame_received(std::shared_ptr<ReceivedFrame> frame) override;
  void frame_given_up(const LostFrame& frame) override;

  void do_receive_packets();
  void receive_packets();
  void take_packet(Bytes datagram, const Udp::endpoint& source);
  bool choose_source(const RtpPacket& packet, const Udp::endpoint& source);
  void begin_source(const Udp::endpoint& source);
  void forget_packets();
  std::optional<std::int64_t> count(const RtpPacket& packet);
  void assemble(const RtpPacket& packet, std::int64_t sequence);
  void warn_of_size();
  void take_recovered(std::span<const RecoveredPacket> packets);

  void do_receive_repairs();
  void receive_repairs();
  bool expects_repairs() const;

  void sender_told(SenderSign sign);
  void source_left();
  void forget_source();
  void read_all();
  void ask_for_missing();

  void plan();
  void arm(asio::steady_timer& timer, std::optional<WallTime>& armed, std::optional<WallTime> when);
  microseconds grace() const;
  void do_watch_for_frames();
  void no_frame_came();
  void end(bool in_order, const std::string& sentence);

  const RtpReceiverSettings settings_;
  StreamObserver& observer_;
  Udp::socket media_;
  std::optional<Udp::socket> repair_;
  asio::steady_timer expiry_timer_;
  asio::steady_timer missing_timer_;
  asio::steady_timer silence_;

  DatagramInput input_;
  DatagramInput repair_input_;
  std::uint64_t reads_ = 0;
  WallTime now_{};  // of the latest read
  SourceLock lock_;
  SequenceTracker tracker_;
  JpegReassembler reassembler_;
  FecDecoder fec_;
  WallTime last_repair_{};
  WallTime source_begun_{};
  MissingPackets missing_;
  bool sender_answers_nacks_ = false;
  bool warned_of_size_ = false;

  std::optional<WallTime> expiry_armed_;
  std::optional<WallTime> missing_armed_;

  ReceptionReporter reporter_;

  PacketCounts before_;  // of the sources before this one
  std::uint64_t recovered_ = 0;
  std::uint64_t sent_again_ = 0;
  bool stopped_ = false;
};

}  // namespace jpegwire
