#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string_view>

#include "app/histogram.hpp"
#include "codec/time.hpp"
#include "net/stream/frame_stamp.hpp"
#include "viewer/camera/live_figures.hpp"
#include "viewer/camera/recent_events.hpp"

namespace jpegwire {

/// How many frames a sender counted that never came.
class SequenceGaps {
 public:
  /// The frames missing between this one and the one before. A new stream begins anew; a step
  /// backward (a recording that starts over) is no loss.
  std::uint64_t frames_missing_before(const FrameStamp& stamp);
  void restart() { last_.reset(); }
  bool has_begun() const { return last_.has_value(); }

 private:
  struct Position {
    std::uint64_t stream_id = 0;
    std::uint32_t sequence = 0;
  };
  std::optional<Position> last_;
};

/// What the decoder knows about one frame. What is not known is left out.
struct DecodedFrame {
  int width = 0;
  int height = 0;
  std::optional<microseconds> age;      // capture to decoded pixels
  std::optional<microseconds> encode;   // capture to the first byte sent
  std::optional<microseconds> network;  // first byte sent to last byte received
  std::optional<microseconds> decode;   // last byte received to decoded pixels
  bool is_patched = false;              // with older bands in place of some that never came
};

/// What Statistics has counted since it began.
class StatisticsCounts {
 protected:
  static constexpr std::size_t kMostRecentAges = 2048;  // 5 s of 400 frames/s

  SteadyTime start_{};
  double cpu_seconds_before_ = 0;  // the start
  std::uint64_t bytes_ = 0;
  std::uint64_t partial_frames_ = 0;
  std::uint64_t decoded_ = 0;
  std::uint64_t displayed_ = 0;
  std::uint64_t skipped_decode_ = 0;
  std::uint64_t skipped_display_ = 0;
  std::uint64_t lost_ = 0;
  std::uint64_t patched_ = 0;
  std::uint64_t corrupt_ = 0;
  std::uint64_t reconnects_ = 0;
  int width_ = 0;
  int height_ = 0;
  SteadyTime first_decoded_{};
  SteadyTime last_decoded_{};
  SequenceGaps gaps_;
  RecentEvents recently_received_;  // with their bytes
  RecentEvents recent_reads_;       // of whole frames
  // All that follow with microseconds, or -1 where they are not known.
  RecentEvents recent_ages_{kMostRecentAges};
  RecentEvents recent_encode_;
  RecentEvents recent_network_;
  RecentEvents recent_decode_;
  Histogram read_bytes_;
  Histogram reads_per_frame_;
  Histogram age_us_;
  Histogram encode_us_;
  Histogram network_us_;
  Histogram decode_us_;
  Histogram interval_us_;
};

/// Counts what happens to the frames of one viewer. Any thread may call anything; no event
/// allocates.
class Statistics : private StatisticsCounts {
 public:
  using Clock = std::function<SteadyTime()>;

  explicit Statistics(Clock clock = std::chrono::steady_clock::now);

  /// Forgets all that was counted so far, after a warm-up.
  void begin_again();

  /// One call to the socket brought so many bytes.
  void read(std::size_t bytes);

  /// A complete frame arrived, in so many reads.
  void frame_received(std::size_t bytes, std::size_t reads, const std::optional<FrameStamp>& stamp);

  /// A frame came in part or not at all. One that is counted elsewhere, as patched, lost or
  /// corrupt, only takes its place among the sequence numbers.
  void frame_given_up(std::size_t bytes, const std::optional<FrameStamp>& stamp, bool is_counted);

  void frame_decoded(const DecodedFrame& frame);
  void displayed();

  void skipped_decode(std::uint64_t frames = 1);   // a newer one came before the decoder was free
  void skipped_display(std::uint64_t frames = 1);  // a newer one was decoded before it was shown
  void lost();                                     // came in part, and was not shown
  void corrupt();                                  // refused by the gate or the decoder
  void reconnected();

  /// How many were decoded, patched ones too.
  std::uint64_t frames_decoded() const;

  LiveFigures live() const;

  /// The object that --summary prints, as docs/ names it. `seconds` counts from the construction,
  /// or from where it began again; `fps` is between the first and the last decoded frame, so that
  /// waiting for a sender, or for the end, does not lower it. What was never measured is null, or
  /// not among the stages.
  nlohmann::json summary(std::string_view url) const;

 private:
  nlohmann::json reads_summary() const;
  nlohmann::json stages_summary() const;
  double frames_per_second() const;
  SteadyTime last_decoded_or_start() const;
  void add_close_look(LiveFigures& figures, SteadyTime now) const;

  const Clock clock_;

  mutable std::mutex mutex_;
};

}  // namespace jpegwire
