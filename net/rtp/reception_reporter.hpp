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

/// What a report says of the source; `elsewhere`: it has the source's SSRC, but did not come from
/// it.
enum class SenderSign { alive, goodbye, elsewhere };

/// A receiver's half of RTCP (RFC 3550, section 6): reports what has arrived, and how each
/// frame did, requests lost packets, and learns the offset of the sender's clock from the sender's
/// reports. Reports are sent to the sender's address, not to a multicast group, since they concern
/// only the sender. If the port is taken it does nothing. Bound to the io thread; must outlive the
/// io context's run.
///
/// Reports count only if they have the source's SSRC and come from its IP address, from one port:
/// that of its first sender report, until this port has been silent for 5 s. As an address can be
/// forged, the sender is never sent more bytes than have come from it.
class ReceptionReporter {
 public:
  /// Called when a report or BYE arrives while a source is received.
  using OnSign = std::function<void(SenderSign)>;

  /// `tracker` counts the packets of the source that is received, and is borrowed.
  ReceptionReporter(asio::io_context& io, const Endpoint& endpoint, SequenceTracker& tracker,
                    OnSign on_sign);

  void start();

  /// Sends BYE.
  void stop();

  /// Another source is received from now on; its packets come from this address.
  void begin_source(std::uint32_t ssrc, const asio::ip::address& host);

  /// A packet of the source has arrived.
  void note_received(std::size_t bytes) { unanswered_bytes_ += bytes; }

  /// No source is received until the next one begins.
  void end_source() { source_.reset(); }

  /// Requests packets again (RFC 4585, section 6.2.1). The numbers ascend.
  void request(std::span<const std::uint16_t> sequences);

  /// Reports how a frame arrived, at once and alone (RFC 5506). Only senders of stamps understand
  /// it.
  void report_frame(const FrameReception& frame);

  /// Whether the sender's address is known, so that packets can be requested.
  bool knows_sender() const { return socket_ && source_ && sender_; }

  /// The sender's clock minus ours, for the latest frame; nothing until the sender has answered, or
  /// if the clock was set since then.
  std::optional<microseconds> sender_ahead() const { return clock_.sender_ahead(); }

  /// A frame's stamp, of which the first byte arrived at this time.
  void observe(const FrameStamp& stamp, WallTime arrival) { clock_.observe(stamp, arrival); }

  /// Nothing until the sender has answered.
  std::optional<microseconds> round_trip() const { return round_trip_; }

 private:
  using Udp = asio::ip::udp;

  void forget_sender();
  void do_receive();
  void take_report(Bytes datagram);
  bool is_of_source(const RtcpCompound& report, WallTime now) const;
  bool learn_sender(const RtcpCompound& report);
  void reply(WallTime now);
  void take_clock(const RtcpCompound& report);
  void do_report();
  void send_report(bool is_goodbye = false);
  bool send(const RtcpWriter& writer);

  SequenceTracker& tracker_;
  const OnSign on_sign_;
  const std::uint32_t ssrc_;
  std::optional<Udp::socket> socket_;
  asio::steady_timer timer_;
  std::array<std::byte, 1500> buffer_{};
  Udp::endpoint report_origin_;

  std::optional<std::uint32_t> source_;
  asio::ip::address source_host_;
  std::optional<Udp::endpoint> sender_;  // the origin of its reports
  std::uint32_t sender_ssrc_ = 0;        // of these reports
  WallTime last_from_sender_{};
  WallTime last_sent_{};              // of the regular reports
  std::size_t unanswered_bytes_ = 0;  // that came from the sender's host, without those sent to it
  std::uint32_t last_sender_report_ = 0;
  WallTime sender_report_arrival_{};
  ClockOffset clock_;
  std::optional<microseconds> round_trip_;
};

}  // namespace jpegwire
