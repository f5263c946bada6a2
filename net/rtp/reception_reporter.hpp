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

/// The state of a sender, according to its reports.
enum class SenderSign { alive, goodbye };

/// A receiver's half of RTCP (RFC 3550, section 6): reports what has arrived, and how each
/// frame did, requests lost packets, and learns the offset of the sender's clock from the sender's
/// reports. Reports are sent to the sender's address, not to a multicast group, since they concern
/// only the sender. If the port is taken it does nothing. Bound to the io thread; must outlive the
/// io context's run.
class ReceptionReporter {
 public:
  /// Called when the current source sends a report or BYE.
  using OnSign = std::function<void(SenderSign)>;

  /// `tracker` counts the packets of the source that is received, and is borrowed.
  ReceptionReporter(asio::io_context& io, const Endpoint& endpoint, SequenceTracker& tracker,
                    OnSign on_sign);

  void start();

  /// Sends BYE.
  void stop();

  /// Another source is received from now on.
  void begin_source(std::uint32_t ssrc);

  /// No source is received until the next one begins.
  void end_source() { source_.reset(); }

  /// Requests packets again (RFC 4585, section 6.2.1). The numbers ascend.
  void request(std::span<const std::uint16_t> sequences);

  /// Reports how a frame arrived, at once and alone (RFC 5506). Only senders of stamps understand
  /// it.
  void report_frame(const FrameReception& frame);

  /// Whether the sender's address is known, so that packets can be requested.
  bool knows_sender() const { return socket_ && sender_ && source_ == sender_ssrc_; }

  /// The sender's clock minus ours, for the latest frame; nothing until the sender has answered, or
  /// if the clock was set since then.
  std::optional<microseconds> sender_ahead() const { return clock_.sender_ahead(); }

  /// A frame's stamp, of which the first byte arrived at this time.
  void observe(const FrameStamp& stamp, WallTime arrival) { clock_.observe(stamp, arrival); }

  /// Nothing until the sender has answered.
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
  std::optional<Udp::endpoint> sender_;  // the origin of its reports
  std::optional<std::uint32_t> sender_ssrc_;
  std::uint32_t last_sender_report_ = 0;
  WallTime sender_report_arrival_{};
  ClockOffset clock_;
  std::optional<microseconds> round_trip_;
};

}  // namespace jpegwire
