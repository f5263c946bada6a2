#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "net/stream/link_rate.hpp"
#include "net/stream/viewer_report.hpp"

namespace jpegwire {

/// What the links carry to those receivers of an RTP stream that report frames (RTCP APP). Has no
/// sockets and no clock; bound to one thread.
class ReceiverRates {
 public:
  static constexpr std::size_t kMaxReceivers = 64;

  struct Receiver {
    std::uint32_t ssrc = 0;
    bool is_local = false;  // it is on this machine
    PictureSize wanted{};   // the pixels that it shows; 0 by 0: no wish
    LinkRate rate;
    SteadyTime last_report{};
  };

  ReceiverRates();

  /// The time between frames, those included that are not sent.
  void set_interval(microseconds interval);

  /// A frame begins. Its size, without headers, may be unknown: 0.
  void begin_frame(std::uint32_t sequence, std::size_t size_bytes, SteadyTime now);

  /// The frame's last packet was sent.
  void end_frame(std::size_t size_bytes, SteadyTime now);

  /// A receiver reports a frame. A new one is ignored if there are too many. Any values are safe.
  void take_report(std::uint32_t ssrc, bool is_local, const FrameReception& frame, SteadyTime now);

  /// A receiver reports that it lost this share of the packets (RFC 3550, section 6.4.1).
  void take_loss(std::uint32_t ssrc, double share, SteadyTime now);

  /// The receiver has left.
  void forget(std::uint32_t ssrc);

  /// Forgets the receivers that have reported no frame for 5 s.
  void forget_silent(SteadyTime now);

  bool has(std::uint32_t ssrc) const;

  /// The pixels that the receivers show, each way, of the largest; 0 if one has no wish.
  PictureSize wanted() const;

  /// The receiver with the least safe rate; null if none reports.
  const Receiver* slowest() const;

 private:
  Receiver* find(std::uint32_t ssrc);

  // What a receiver that reports for the first time starts with: it may report frames from before.
  LinkRate of_new_local_;
  LinkRate of_new_;
  std::vector<Receiver> receivers_;
};

}  // namespace jpegwire
