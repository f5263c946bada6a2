#pragma once

#include <array>
#include <asio/io_context.hpp>
#include <asio/ip/udp.hpp>
#include <asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include "net/rtp/format/rtcp_reader.hpp"
#include "net/rtp/format/rtcp_writer.hpp"
#include "net/rtp/sequence_tracker.hpp"
#include "net/sockets/endpoint.hpp"
#include "net/stream/clock_offset.hpp"

namespace jpegwire {

/// What a sender's report tells of the sender itself.
enum class SenderSign { alive, goodbye };

/// A receiver's half of RTCP (RFC 3550, section 6): tells the sender what came, asks for packets
/// again, and learns from the sender's reports how far its clock is ahead. Reports go where the
/// sender's come from, not to a multicast group: it is the sender whom they concern. Where the port
/// is not to be had it does nothing. Bound to the io thread; must outlive the io context's run.
class ReceptionReporter {
 public:
  /// The source that is listened to gives a sign.
  using OnSign = std::function<void(SenderSign)>;

  /// `tracker` counts the packets of the source that is listened to, and is borrowed.
  ReceptionReporter(asio::io_context& io, const Endpoint& endpoint, SequenceTracker& tracker,
                    OnSign on_sign);

  void start();

  /// Says goodbye.
  void stop();

  /// Another source is listened to from now on.
  void begin_source(std::uint32_t ssrc);

  /// None is, until the next one begins.
  void end_source() { source_.reset(); }

  /// Asks for packets again (RFC 4585, section 6.2.1); the numbers ascend.
  void ask_again(std::span<const std::uint16_t> sequences);

  /// Whether the sender is known, so that it can be asked.
  bool knows_sender() const { return socket_ && sender_ && source_ == sender_ssrc_; }

  /// The sender's clock less ours; nothing before it has answered.
  std::optional<microseconds> sender_ahead() const { return clock_.sender_ahead(); }

  /// To the sender and back, likewise.
  std::optional<microseconds> round_trip() const { return round_trip_; }

 private:
  using Udp = asio::ip::udp;

  void forget_clock();
  void do_receive();
  void take_report(Bytes datagram);
  void take_clock(const RtcpCompound& report);
  void do_report();
  void send_report(bool is_goodbye = false);
  void send(const RtcpWriter& writer);

  SequenceTracker& tracker_;
  const OnSign on_sign_;
  const std::uint32_t ssrc_;
  std::optional<Udp::socket> socket_;
  asio::steady_timer timer_;
  std::array<std::byte, 1500> buffer_{};
  Udp::endpoint report_origin_;

  std::optional<std::uint32_t> source_;
  std::optional<Udp::endpoint> sender_;  // where its reports come from
  std::optional<std::uint32_t> sender_ssrc_;
  std::uint32_t last_sender_report_ = 0;
  WallTime sender_report_arrival_{};
  ClockOffset clock_;
  std::optional<microseconds> round_trip_;
};

}  // namespace jpegwire
