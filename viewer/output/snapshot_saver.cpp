#include "viewer/output/snapshot_saver.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <exception>
#include <system_error>
#include <utility>

#include "recording/output_file.hpp"
#include "recording/recording_options.hpp"

namespace jpegwire {
namespace {

/// The capture time on our clock, else on the sender's; else the time of arrival.
WallTime time_of(const ReceivedFrame& frame) {
  const std::optional<FrameStamp>& stamp = frame.stamp;
  return frame.capture_time().value_or(stamp ? stamp->capture_time : frame.last_byte);
}

/// Like write_whole_file, but creates the file first, so that no existing file is overwritten.
void write_new_file(const std::filesystem::path& file, Bytes bytes) {
  require_new_file(file);
  try {
    write_whole_file(file, bytes);
  } catch (...) {
    std::error_code ignored;
    std::filesystem::remove(file, ignored);
    throw;
  }
}

}  // namespace

std::filesystem::path snapshot_name_at(WallTime time, std::string_view ending) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  std::filesystem::path name = recording_name_at(seconds, "");
  name.replace_extension(fmt::format(".{:06}{}.jpg", (time - seconds).count(), ending));
  return name;
}

SnapshotSaver::SnapshotSaver(std::filesystem::path directory, std::string name_ending,
                             OnResult on_result)
    : directory_(std::move(directory)),
      name_ending_(std::move(name_ending)),
      on_result_(std::move(on_result)),
      queue_(*this, [](const std::string&) {}) {}

void SnapshotSaver::save(const std::shared_ptr<const ReceivedFrame>& frame) {
  if (!frame) return on_result_("not saved: parts of this picture were lost; try the next one");
  queue_.put(as_valid_jpeg(frame, time_of(*frame)));
}

// A failure must not prevent the next picture from being written.
void SnapshotSaver::write(const QueuedFrame& frame) {
  std::string result;
  try {
    const std::filesystem::path file = std::filesystem::absolute(
        first_free_name(directory_ / snapshot_name_at(frame.capture_time, name_ending_)));
    write_new_file(file, frame.whole);
    result = fmt::format("saved {}", file.string());
    spdlog::info(result);
  } catch (const std::exception& trouble) {
    result = fmt::format("not saved: {}", trouble.what());
    spdlog::error(result);
  }
  on_result_(result);
}

}  // namespace jpegwire
