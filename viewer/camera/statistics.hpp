#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string_view>
#include <vector>

#include "app/histogram.hpp"
#include "codec/time.hpp"
#include "net/stream/frame_stamp.hpp"
#include "net/stream/stream_input.hpp"
#include "net/stream/stream_observer.hpp"
#include "viewer/camera/link_display.hpp"
#include "viewer/camera/live_figures.hpp"
#include "viewer/camera/recent_events.hpp"
#include "viewer/camera/recent_loss.hpp"

namespace jpegwire {

/// Finds the frames that a sender numbered and that never arrived.
class SequenceGaps {
 public:
  /// The number of frames missing between this one and the previous one. A new stream starts a new
  /// count; a step backward (a recording that starts over) is no loss.
  std::uint64_t frames_missing_before(const FrameStamp& stamp);
  void reset() { last_.reset(); }
  bool has_begun() const { return last_.has_value(); }

 private:
  struct Position {
    std::uint64_t stream_id = 0;
    std::uint32_t sequence = 0;
  };
  std::optional<Position> last_;
};

/// What the decoder knows about one frame.
struct DecodedFrame {
  WallTime decoded{};
  int width = 0;
  int height = 0;
  std::optional<microseconds> age;         // capture to decoded pixels
  std::optional<microseconds> oldest_age;  // capture of the oldest pixels to decoded pixels
  std::optional<microseconds> encode;      // capture to the first byte sent
  std::optional<microseconds> network;     // first byte sent to last byte received
  std::optional<microseconds> decode;      // last byte received to decoded pixels
  bool is_patched = false;                 // missing bands were replaced by older ones
  bool lacks_packets = false;              // that is why; else the sender's JPEG is damaged
  bool no_signal = false;                  // a card of the sender, which has no picture
};

/// Counts what happens to the frames of one camera. Any thread may call any function; events do not
/// allocate memory.
class Statistics {
 public:
  using Clock = std::function<SteadyTime()>;

  explicit Statistics(Clock clock = std::chrono::steady_clock::now);

  /// Discards everything counted so far, after a warm-up.
  void reset();

  /// Keeps the time and the age of each of the first `frames` decoded frames, for timeline().
  /// Before any event, because it allocates the memory.
  void keep_timeline(std::size_t frames);

  /// One call of recv returned this many bytes.
  void read(std::size_t bytes);

  /// A complete frame arrived, in this many reads.
  void frame_received(std::size_t bytes, std::size_t reads, const std::optional<FrameStamp>& stamp);

  /// What frame_received() said of a frame over TCP, in detail.
  void frame_arrived(const FrameArrived& frame);

  /// A frame arrived incompletely or not at all. If it is counted elsewhere, as patched, lost or
  /// refused, only its sequence number is noted.
  void frame_given_up(std::size_t bytes, const std::optional<FrameStamp>& stamp, bool is_counted);

  void frame_decoded(const DecodedFrame& frame);
  void displayed();

  void skipped_decode(std::uint64_t frames = 1);   // replaced before the decoder was free
  void skipped_display(std::uint64_t frames = 1);  // replaced before it was shown
  void skipped_waited(std::uint64_t frames = 1);   // the process was stopped when it arrived
  void skipped_frozen();                           // the user has frozen an older picture
  void lost();                                     // incomplete for lack of packets, not shown
  void refused(JpegVerdict verdict);               // by validation or by the decoder
  void packet_refused(const RefusedPacket& packet);
  void reconnected();

  /// The packets so far of a stream of datagrams.
  void packets(const PacketCounts& counts);

  /// The number of decoded frames, including patched ones.
  std::uint64_t frames_decoded() const;

  /// When a frame was last decoded to be shown. A reset does not change it.
  SteadyTime last_shown() const;

  /// The frames and packets refused since then; nothing if there is none.
  std::optional<Refusals> refusals() const;

  /// `shown` is the size in which the pictures are shown; empty if that is their own.
  LiveFigures live(PictureSize shown = {}) const;

  /// The packets refused, by the names of the reasons.
  nlohmann::json refused_packets() const;

  /// The object that --summary prints; docs/ describes its fields. `seconds` counts from the
  /// construction or the last reset. `fps` is measured between the first and the last decoded
  /// frame, so waiting for a sender, or for the end, does not lower it. Values that were never
  /// measured are null, or missing from the stages.
  nlohmann::json summary(std::string_view url) const;

  /// For each decoded frame an array of the time, in seconds since the Unix epoch, and the age in
  /// milliseconds, or null if it is unknown. Empty without keep_timeline().
  nlohmann::json timeline() const;

 private:
  struct Moment {
    WallTime decoded{};
    std::optional<microseconds> age{};
  };

  static constexpr std::size_t kMaxRecentAges = 2048;  // 5 s at 400 frames/s

  /// Everything counted since the start. A reset replaces it.
  struct Counts {
    SteadyTime start{};
    double cpu_seconds_before = 0;  // what the process had used at the start
    std::uint64_t bytes = 0;
    std::uint64_t partial_frames = 0;
    std::uint64_t decoded = 0;
    std::uint64_t displayed = 0;
    std::uint64_t skipped_decode = 0;
    std::uint64_t skipped_display = 0;
    std::uint64_t skipped_waited = 0;
    std::uint64_t skipped_frozen = 0;
    std::uint64_t lost = 0;
    std::uint64_t patched = 0;
    std::uint64_t no_signal = 0;                                 // of decoded
    std::array<std::uint64_t, kVerdicts> refused{};              // by verdict
    std::array<std::uint64_t, kPacketFaults> refused_packets{};  // by fault
    std::uint64_t reconnects = 0;
    int width = 0;
    int height = 0;
    SteadyTime first_decoded{};
    SteadyTime last_decoded{};
    SequenceGaps gaps{};
    RecentLoss recent_frames{};
    RecentLoss recent_packets{};
    RecentEvents recently_received{};  // with their bytes
    RecentEvents recent_reads{};       // of complete frames
    // These have one event per decoded frame, with microseconds as far as they are known.
    RecentEvents recent_ages{kMaxRecentAges};  // of the oldest pixels
    RecentEvents recent_encode{};
    RecentEvents recent_network{};
    RecentEvents recent_decode{};
    Histogram read_bytes{};
    Histogram reads_per_frame{};
    Histogram age_us{};
    Histogram oldest_age_us{};
    Histogram encode_us{};
    Histogram network_us{};
    Histogram decode_us{};
    Histogram interval_us{};
    std::vector<Moment> timeline{};
    Histogram link_kbit{};  // in a second, as measured up to each frame
    Histogram quality{};

    std::uint64_t shown_frames() const { return decoded + patched; }
    void note_lost(SteadyTime now, std::uint64_t frames);
    double frames_per_second() const;
    nlohmann::json reads_summary() const;
    nlohmann::json stages_summary() const;
    void add_details(LiveFigures& figures, SteadyTime now) const;
  };

  const Clock clock_;
  std::size_t max_timeline_ = 0;

  mutable std::mutex mutex_;
  Counts counts_;
  PacketCounts packets_;  // so far
  LinkDisplay link_;
  SteadyTime last_shown_{};
  Refusals refusals_;  // since then
};

}  // namespace jpegwire
