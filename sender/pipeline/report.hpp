#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "net/rtp/rtp_sender.hpp"
#include "net/stream/refusal_log.hpp"
#include "net/tcp/frame_connection.hpp"
#include "sender/pipeline/pipeline.hpp"

namespace jpegwire {

/// One RTP stream.
struct RtpReport {
  std::string url;
  RtpStatistics statistics;
};

/// The statistics of a run of the sender, for --stats and --summary.
struct SenderReport {
  std::string source;
  int quality = 0;
  double wanted_frames_per_second = 0;
  double seconds = 0;
  PipelineCounts counts;
  std::uint64_t corrupt = 0;          // damaged frames of the source
  RefusalCounts refused;              // of the source
  Refusals refused_since_shown;       // the reason if all is refused
  std::uint64_t missed = 0;           // frames that the camera lost
  std::uint64_t skipped_capture = 0;  // frames of a camera or stream that were left out
  std::uint64_t incomplete = 0;       // frames of an RTP source that arrived incomplete
  std::uint64_t reopened = 0;         // times that a lost source was reopened
  int watching = 0;                   // viewers over TCP and HTTP, and RTP streams
  int viewers_max = 0;
  std::map<std::string, std::uint64_t> viewers_by_kind;  // current; rtp: those that report
  std::vector<ViewerStatistics> viewers;                 // current
  std::vector<ViewerStatistics> departed;                // the ones that disconnected most recently
  std::vector<RtpReport> rtp;
  std::map<std::string, ViewerStatistics> totals;  // by kind, of all viewers since the start
  std::uint64_t rejected = 0;                      // connections beyond the limit
  std::uint64_t evicted_for_place = 0;             // stalled viewers disconnected for a new client
  std::uint64_t evicted_for_memory = 0;  // stalled clients disconnected because of --memory
  std::size_t held_bytes = 0;            // of frames that connections hold now
  std::uint64_t accept_failures = 0;     // connections not accepted for lack of resources
  std::uint64_t failed_requests = 0;     // over HTTP: refused, aborted, not delivered
  std::uint64_t snapshots = 0;
  std::optional<std::uint64_t> recorded;  // frames; nothing without --record
  std::uint64_t skipped_record = 0;       // because the disk was too slow
  std::uint64_t skipped_record_size = 0;  // because the size of the picture changed too often
  bool is_online = true;                  // whether the source delivers frames
  Histogram encode_us;
  Histogram age_us;  // age when the kernel had accepted a frame's last byte
};

/// Rates per second.
struct SenderRates {
  double captured = 0;
  double encoded = 0;
  double passed_on = 0;
  double bits = 0;  // of frames; independent of the number of viewers
};

/// The number of current viewers.
std::uint64_t number_of_viewers(const SenderReport& report);

SenderRates rates_between(const SenderReport& before, const SenderReport& now);

/// One line about the time since `before`.
std::string describe_progress(const SenderReport& before, const SenderReport& now);

/// The object that --summary writes; docs/protocol.md documents the names.
nlohmann::json summarize(const SenderReport& report);

/// What the links of the current viewers carry, and what they are sent. Without their addresses,
/// which are not published.
nlohmann::json describe_links(const SenderReport& report);

/// The same in the format of ustreamer's /state, for scripts written for it.
nlohmann::json describe_as_ustreamer(const SenderReport& report, const SenderRates& rates);

}  // namespace jpegwire
