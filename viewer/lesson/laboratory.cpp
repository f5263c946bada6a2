#include "viewer/lesson/laboratory.hpp"

#include <nlohmann/json.hpp>

#include "viewer/lesson/naive_reader.hpp"

namespace jpegwire {

Laboratory::Laboratory(const LaboratoryOptions& options, std::uint64_t max_frames)
    : options_(options), max_frames_(max_frames) {
  warn_of_small_buffer(options_.read);
  if (!options_.trace_file.empty()) trace_file_.emplace(options_.trace_file);
}

void Laboratory::frame_received(const ReceivedFrame& frame) {
  if (frame.arrival.list.empty() || frames_ == max_frames_) return;
  const std::uint64_t count = frames_++;
  if (options_.explain) report_.add(frame.arrival);
  if (!options_.naive && !trace_file_) return;
  std::shared_ptr<FrameArrival> arrival = arrivals_.take();
  describe_arrival(frame, count, *arrival);
  if (options_.naive && !NaiveReader::gets_whole(*arrival)) ++naive_broken_;
  if (trace_file_) trace_file_->add(std::move(arrival));
}

void Laboratory::add_to(nlohmann::json& summary) const {
  if (options_.naive) {
    summary["naive_frames"] = frames_;
    summary["naive_broken"] = naive_broken_;
  }
  if (trace_file_) summary["skipped_trace"] = trace_file_->skipped();
}

std::string Laboratory::explanation() const {
  return options_.explain ? report_.text(options_.read_bytes()) : "";
}

void Laboratory::finish() {
  if (trace_file_) trace_file_->finish();
}

}  // namespace jpegwire
