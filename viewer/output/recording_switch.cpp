#include "viewer/output/recording_switch.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <exception>
#include <utility>

namespace jpegwire {

RecordingSwitch::RecordingSwitch(RecordingOptions options, std::string name_ending,
                                 WriteQueue::OnError on_error, std::uint64_t max_frames,
                                 OnNews on_news)
    : options_(std::move(options)),
      name_ending_(std::move(name_ending)),
      on_error_(std::move(on_error)),
      max_frames_(max_frames),
      on_news_(std::move(on_news)) {}

void RecordingSwitch::start() {
  RecordingOptions options = options_;
  if (!options.is_wanted()) options.file = recording_name_at(wall_now(), name_ending_);
  auto recorder =
      std::make_unique<FrameRecorder>(std::move(options), on_error_, max_frames_, on_news_);
  const std::scoped_lock lock(mutex_);
  recorders_.push_back(std::move(recorder));
}

void RecordingSwitch::stop() {
  const std::scoped_lock lock(mutex_);
  if (!recorders_.empty()) recorders_.back()->close();
}

void RecordingSwitch::toggle() {
  if (is_running()) return stop();
  try {
    start();
  } catch (const std::exception& error) {
    spdlog::error(error.what());
    on_news_(fmt::format("not recording: {}", error.what()));
  }
}

std::optional<RecordingState> RecordingSwitch::state() const {
  const std::scoped_lock lock(mutex_);
  return recorders_.empty() ? std::nullopt : recorders_.back()->state();
}

void RecordingSwitch::finish(milliseconds timeout) {
  for (const auto& recorder : recorders_) recorder->finish(timeout);
}

std::optional<RecordingCounts> RecordingSwitch::counts() const {
  const std::scoped_lock lock(mutex_);
  if (recorders_.empty()) return std::nullopt;
  RecordingCounts counts;
  for (const auto& recorder : recorders_) {
    counts.recorded += recorder->recorded();
    counts.skipped += recorder->skipped();
    counts.skipped_size += recorder->skipped_size();
  }
  return counts;
}

void RecordingSwitch::record(const std::shared_ptr<const ReceivedFrame>& frame) {
  const std::scoped_lock lock(mutex_);
  if (!recorders_.empty()) recorders_.back()->record(frame);
}

bool RecordingSwitch::is_running() const {
  const std::scoped_lock lock(mutex_);
  return !recorders_.empty() && !recorders_.back()->is_closed();
}

}  // namespace jpegwire
