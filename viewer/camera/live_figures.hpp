#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "net/stream/stream_observer.hpp"
#include "recording/recording_state.hpp"
#include "viewer/camera/link_display.hpp"

namespace jpegwire {

/// The ages of the last frames in milliseconds, the oldest first.
class AgeHistory {
 public:
  static constexpr std::size_t kMaxAges = 120;

  /// Ignores any beyond kMaxAges.
  void add(float age_ms) {
    if (count_ < kMaxAges) ages_[count_++] = age_ms;
  }
  std::span<const float> ages() const { return std::span(ages_).first(count_); }

  bool operator==(const AgeHistory&) const = default;

 private:
  std::array<float, kMaxAges> ages_{};
  std::size_t count_ = 0;
};

/// What the overlay and the terminal show about the last second.
struct LiveFigures {
  double frames_per_second = 0;
  std::optional<double> age_ms;  // of the oldest pixels shown, capture to decoded, if known
  double megabits_per_second = 0;
  int width = 0;
  int height = 0;
  std::optional<LinkLimit> link{};  // if the link limits the pictures
  std::uint64_t lost = 0;           // frames that never arrived, since the start
  std::uint64_t patched = 0;        // frames shown with older bands in them, since the start
  std::uint64_t skipped = 0;        // frames that arrived and were not shown, since the start
  std::uint64_t frozen = 0;  // frames that arrived while an older one was frozen, since the start
  Refusals refusals{};       // since a frame was last shown

  // Of the last 5 s; nothing if there were none, or if it is unknown what was sent.
  std::optional<double> loss_percent{};         // frames that are lost or patched
  std::optional<double> packet_loss_percent{};  // lost by the network, before any repair
  bool is_repaired = false;                     // packets have been recovered since the start

  bool no_signal = false;  // the sender shows a card, because it has no picture
  std::optional<std::chrono::seconds> last_picture{};  // its age, if no newer one arrives
  std::optional<RecordingState> recording{};           // nothing if it is switched off

  // Details: medians, as far as they are known.
  std::optional<double> age_p50_ms{};  // of the last 5 s
  std::optional<double> age_p99_ms{};  // likewise
  std::optional<double> encode_ms{};   // capture to the first byte sent
  std::optional<double> network_ms{};  // first byte sent to last byte received
  std::optional<double> decode_ms{};   // last byte received to decoded pixels
  std::optional<double> reads_per_frame{};
  AgeHistory age_history{};

  bool operator==(const LiveFigures&) const = default;
};

/// From here on a loss is amber, and there is a hint.
inline constexpr double kNoticeableLossPercent = 1;

inline bool has_loss(const LiveFigures& figures) {
  return figures.loss_percent > 0 || figures.packet_loss_percent > 0;
}

inline bool is_noticeable_loss(const LiveFigures& figures) {
  return figures.loss_percent >= kNoticeableLossPercent;
}

/// Whether the network is to blame for it: over datagrams, packets are lost too.
inline bool is_loss_of_network(const LiveFigures& figures) {
  return is_noticeable_loss(figures) && figures.packet_loss_percent.value_or(1) > 0;
}

/// One line: "30.0 frames/s, age 7.1 ms, 8.9 Mbit/s, 1280x720, 0 lost, 0 skipped", and whatever
/// else there is: patched frames, loss, refusals, the age of the last picture, a recording.
std::string describe(const LiveFigures& figures);

// The parts of describe().
std::string describe_rate(const LiveFigures& figures);
std::string describe_age(const LiveFigures& figures);
std::string describe_bit_rate(const LiveFigures& figures);

/// "1280x720", or if the link limits it "1280x720 q57: this link carries 19 Mbit/s".
std::string describe_size(const LiveFigures& figures);
std::string describe_lost(const LiveFigures& figures);
std::string describe_patched(const LiveFigures& figures);
std::string describe_skipped(const LiveFigures& figures);

/// "3.2 % of the frames, 0.4 % of the packets", as far as they are known, with one decimal below
/// 10 %.
std::string describe_losses(const LiveFigures& figures);

/// What helps against it: "try a lower --quality at the sender", or over datagrams also TCP, or
/// repair if there is none yet.
std::string describe_remedy(const LiveFigures& figures);

/// "last picture 14 s ago"; only if it has an age.
std::string describe_last_picture(const LiveFigures& figures);

/// "REC 0:12", or that nothing is written although the recording is switched on.
std::string describe(const RecordingState& recording);

/// "7.1 ms", "1234 ms", "95.3 s", or "unknown".
std::string describe_milliseconds(std::optional<double> time_ms);

/// "0:12", "1:02:03".
std::string as_clock(std::chrono::seconds time);

/// "encode 3.1 ms, network 0.4 ms, decode 2.6 ms", as far as they are known.
std::string describe_stages(const LiveFigures& figures);

std::string describe_reads(const LiveFigures& figures);

}  // namespace jpegwire
