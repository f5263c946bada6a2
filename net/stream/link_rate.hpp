#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "codec/time.hpp"
#include "net/stream/viewer_report.hpp"

namespace jpegwire {

/// Estimates what the link to one viewer carries, and from it how large the next frame may be
/// (docs/rate-control.md has the equations). It learns from the viewer's reports, or without them
/// from how fast the kernel's send queue drains, and while a frame is late, from what has arrived
/// of it. Rates are in bytes per second. It has no clock and no socket; bound to one thread.
class LinkRate {
 public:
  /// What a frame is sent as. Of datagrams some may be lost, and a frame may begin before its size
  /// is known, and be spread over a time that is not the link's.
  enum class Transport { stream, datagrams };

  static constexpr double kLeast = 30e3;  // estimates do not fall below this

  explicit LinkRate(double first_rate, Transport transport = Transport::stream)
      : transport_(transport), rate_(first_rate) {}

  /// The connection begins to write a frame. Of datagrams the size may be unknown: 0.
  void begin_frame(std::uint32_t sequence, std::size_t size_bytes, SteadyTime now);

  /// The last datagram of the frame that was begun last was sent. Its size is known now.
  void end_frame(std::size_t size_bytes, SteadyTime now);

  /// Of all that was begun, so many bytes are not acknowledged, those included that the kernel has
  /// not accepted yet. `round_trip` is the shortest seen.
  void note_outstanding(std::size_t bytes, microseconds round_trip, SteadyTime now);

  /// The same, if the viewer reads so slowly that the current frame says nothing about the link.
  void note_slow_viewer(std::size_t bytes, microseconds round_trip, SteadyTime now);

  /// A report by the viewer. Any values are safe: they change this viewer's estimate only.
  void take_report(const FrameReception& frame, SteadyTime now);

  /// This share of recent datagrams was lost. If frames are delayed more than before, too, the
  /// link's queue is full, and the rate falls; otherwise losses say nothing about the rate.
  void note_loss(double share, SteadyTime now);

  /// The time between frames, those included that are not sent.
  void set_interval(microseconds interval) { interval_ = interval; }

  double rate() const { return rate_; }

  /// The rate that holds most of the time: less than rate() if that varies.
  double safe_rate() const;

  /// The bytes that wait in the link's queue `now`, at the estimated rate: those that are not
  /// acknowledged, but for what is on the way on a long link.
  double queued_bytes(SteadyTime now) const;

  /// Whether the viewer reports frames. One that has not for 10 s counts as one that never did.
  bool has_reports() const { return has_reports_; }

  /// How long the frame that was begun last should keep the link busy.
  microseconds time_to_send() const;

  /// Whether nothing more is to be learnt of the current frame from what is outstanding.
  bool is_measured() const { return is_measured_; }

  /// The number of frames that were begun after the latest one that the viewer has reported.
  std::size_t unreported() const { return sent_.size; }

 private:
  struct Sent {
    std::uint32_t sequence = 0;
    std::size_t size_bytes = 0;
    SteadyTime begin{};
    std::optional<SteadyTime> end;  // of datagrams: the last one was sent
  };

  /// The newest frames that are not reported, oldest first.
  struct SentFrames {
    std::array<Sent, 64> ring{};
    std::size_t first = 0;
    std::size_t size = 0;

    void add(const Sent& sent);
    bool take_until(std::uint32_t sequence, Sent& found);
    Sent* newest() { return size == 0 ? nullptr : &ring[(first + size - 1) % ring.size()]; }
  };

  /// The least of the values of the last 10 to 20 seconds, so that it follows a drifting clock.
  class RecentLeast {
   public:
    microseconds add(microseconds value, SteadyTime now);

   private:
    microseconds current_ = microseconds::max();
    microseconds previous_ = microseconds::max();
    SteadyTime since_{};
  };

  void take_datagrams(const Sent& sent, std::size_t arrived_bytes, microseconds taken,
                      microseconds queued);
  double rate_tested_by(std::size_t size_bytes) const;
  void learn(double measured, std::size_t size_bytes);
  void set_queued(std::size_t bytes, SteadyTime now);
  void set_unacknowledged(std::size_t bytes, microseconds round_trip, SteadyTime now);
  void note_late(std::size_t arrived_bytes, microseconds taken);
  void learn_from_drain(std::size_t drained_bytes, microseconds taken);

  Transport transport_;
  double rate_;
  double deviation_ = 0;  // mean of how far measurements fall below the estimate
  std::size_t queued_bytes_ = 0;
  SteadyTime queued_at_{};

  Sent current_;  // the frame that was begun last
  microseconds interval_{33'333};
  double rate_at_begin_ = 0;               // of it
  std::optional<std::size_t> seen_bytes_;  // outstanding at the last look; nothing: no look at it
  SteadyTime acknowledged_at_{};           // when that was last seen to change
  std::size_t busy_bytes_ = 0;  // of it, that had arrived when the link was last seen busy with it
  microseconds busy_time_{};    // until then
  bool is_measured_ = true;     // the current frame, without reports
  SentFrames sent_;
  RecentLeast least_delay_;  // from a frame's begin on our clock to its first byte on the viewer's
  microseconds last_arrival_{microseconds::min()};  // of a last byte, on the viewer's clock
  bool has_reports_ = false;
  SteadyTime last_report_{};
  microseconds delay_growth_{};  // of the frame that was reported last, above the least
  SteadyTime last_fall_{};       // because of losses
};

/// What is on the way to a distant viewer and back, so that it waits in no queue. The first 2 ms of
/// the round trip do not count.
double bytes_on_the_way(double rate, microseconds round_trip);

/// How large a frame may be that is encoded `now`, if the frames come at this interval.
double frame_budget_bytes(double safe_rate, double rate, double queued_bytes,
                          microseconds interval);

/// Whether so much of earlier frames is on its way that no frame should be encoded for the viewer.
bool is_link_busy(double rate, double queued_bytes, microseconds interval);

}  // namespace jpegwire
