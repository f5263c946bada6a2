#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "codec/object_pool.hpp"
#include "viewer/lesson/reads_report.hpp"
#include "viewer/lesson/trace_file.hpp"
#include "viewer/options/laboratory_options.hpp"

namespace jpegwire {

/// The receiver's part of the lessons about reads: records, explains and counts the reads of
/// frames. Streams of datagrams have no reads and are not affected. Bound to the io thread while it
/// runs.
class Laboratory {
 public:
  /// Records the first `max_frames` frames. Throws std::runtime_error if the trace file cannot be
  /// written.
  Laboratory(const LaboratoryOptions& options, std::uint64_t max_frames);

  /// A complete frame arrived.
  void frame_received(const ReceivedFrame& frame);

  // After the io thread has ended.

  /// Adds the counts to the summary.
  void add_to(nlohmann::json& summary) const;

  /// The text of --explain; empty without it.
  std::string explanation() const;

  /// Finishes the trace file. Throws std::runtime_error if it could not be written.
  void finish();

 private:
  const LaboratoryOptions options_;
  const std::uint64_t max_frames_;
  ObjectPool<FrameArrival> arrivals_;
  std::optional<TraceFile> trace_file_;
  ReadsReport report_;
  std::uint64_t frames_ = 0;  // that arrived with recorded reads
  std::uint64_t naive_broken_ = 0;
};

}  // namespace jpegwire
