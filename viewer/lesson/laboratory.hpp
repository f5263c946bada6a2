#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "codec/object_pool.hpp"
#include "viewer/lesson/naive_reader.hpp"
#include "viewer/lesson/reads_report.hpp"
#include "viewer/lesson/trace_file.hpp"
#include "viewer/options/laboratory_options.hpp"

namespace jpegwire {

/// What the viewer does with the reads of its frames: writes, explains and counts them, and reads
/// naively. Streams of datagrams have none, and are left as they are.
class Laboratory {
 public:
  /// Tells of the first `most` frames that come. Throws std::runtime_error where the trace file
  /// cannot be written.
  Laboratory(const LaboratoryOptions& options, std::uint64_t most);

  /// A whole frame came. On the io thread.
  void frame_received(const ReceivedFrame& frame);

  /// How the frame came, or null where its reads were not recorded. On the decode thread.
  std::shared_ptr<const FrameArrival> arrival_of(const ReceivedFrame& frame);

  /// Decodes as the naive reader does; false where there is no such reader. On the decode thread.
  bool decode_naively(const ReceivedFrame& frame, JpegDecoder& decoder, Picture& picture);

  /// When the io thread has ended: adds what was counted, and gives --explain's text, or nothing.
  void add_to(nlohmann::json& summary) const;
  std::string explanation() const;

  /// Writes the trace to its end. Throws std::runtime_error where it could not be written.
  void finish();

 private:
  const LaboratoryOptions options_;
  const std::uint64_t most_;
  ObjectPool<FrameArrival> arrivals_;
  std::optional<TraceFile> trace_file_;
  ReadsReport report_;
  NaiveReader naive_;
  std::uint64_t frames_ = 0;  // that came, and whose reads were recorded
  std::uint64_t frames_decoded_ = 0;
  std::uint64_t naive_broken_ = 0;
};

}  // namespace jpegwire
