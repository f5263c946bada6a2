#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "net/rtp/rtp_sender.hpp"
#include "net/tcp/frame_connection.hpp"
#include "sender/pipeline.hpp"

namespace jpegwire {

/// One stream of datagrams.
struct RtpReport {
  std::string url;
  RtpStatistics statistics;
};

/// All that a run of the sender is told about, as --stats and --summary show it.
struct SenderReport {
  std::string source;
  double seconds = 0;
  PipelineCounts counts;
  std::uint64_t corrupt = 0;     // JPEGs of the source that were refused
  std::uint64_t incomplete = 0;  // frames of a stream of datagrams that did not come whole
  std::uint64_t reopened = 0;    // times that a lost source came back
  int viewers_now = 0;
  int viewers_max = 0;
  std::vector<ViewerStatistics> viewers;
  std::vector<RtpReport> rtp;
  std::uint64_t rejected = 0;
};

/// One line: what happened since `before`.
std::string describe_progress(const SenderReport& before, const SenderReport& now);

/// The object that --summary writes; names are those of docs/protocol.md.
nlohmann::json summarize(const SenderReport& report, const Histogram& encode_us);

}  // namespace jpegwire
