#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "net/rtp/rtp_sender.hpp"
#include "net/tcp/frame_connection.hpp"
#include "sender/pipeline/pipeline.hpp"

namespace jpegwire {

/// One stream of datagrams.
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
  std::uint64_t corrupt = 0;     // JPEGs of the source that were refused
  std::uint64_t incomplete = 0;  // frames of a stream of datagrams that did not come whole
  std::uint64_t reopened = 0;    // times that a lost source came back
  int watching = 0;              // viewers over TCP and HTTP, and streams of datagrams
  int viewers_max = 0;
  std::map<std::string, std::uint64_t> viewers_by_kind;  // there now; rtp: those that report
  std::vector<ViewerStatistics> viewers;                 // there now
  std::vector<ViewerStatistics> departed;                // the latest of those that were
  std::vector<RtpReport> rtp;
  std::map<std::string, ViewerStatistics> totals;  // by kind, of all viewers there ever were
  std::uint64_t rejected = 0;                      // connections that were one too many
  std::uint64_t accept_failures = 0;               // times that the system had no room for one
  std::uint64_t failed_requests = 0;               // over HTTP: refused, broken off, not taken
  std::uint64_t snapshots = 0;
  std::optional<std::uint64_t> recorded;  // frames, where some are to be
  std::uint64_t skipped_record = 0;       // because the disk was too slow
  bool is_online = true;                  // whether the source's own frames come
  Histogram encode_us;
  Histogram age_us;  // when the kernel had taken a frame's last byte
};

/// What happens in a second.
struct SenderRates {
  double captured = 0;
  double encoded = 0;
  double passed_on = 0;
  double bits = 0;  // of frames, however many viewers took them
};

/// There now.
std::uint64_t number_of_viewers(const SenderReport& report);

SenderRates rates_between(const SenderReport& before, const SenderReport& now);

/// One line: what happened since `before`.
std::string describe_progress(const SenderReport& before, const SenderReport& now);

/// The object that --summary writes; names are those of docs/protocol.md.
nlohmann::json summarize(const SenderReport& report);

/// The same in the form of ustreamer's /state, for its users' scripts.
nlohmann::json describe_as_ustreamer(const SenderReport& report, const SenderRates& rates);

}  // namespace jpegwire
