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

/// As well as it is known: on our clock, on the sender's, or when the frame came.
WallTime time_of(const ReceivedFrame& frame) {
  const std::optional<FrameStamp>& stamp = frame.stamp;
  return frame.capture_time().value_or(stamp ? stamp->capture_time : frame.last_byte);
}

/// Like write_whole_file, but takes the name first, so that it is nobody else's file.
void write_new_file(const std::filesystem::path& file, Bytes bytes) {
  create_new_file(file);
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
                             OnNews on_news)
    : directory_(std::move(directory)),
      name_ending_(std::move(name_ending)),
      on_news_(std::move(on_news)),
      queue_(*this, [](const std::string&) {}) {}

void SnapshotSaver::save(const std::shared_ptr<const ReceivedFrame>& frame) {
  if (!frame)
    return on_news_("not saved: parts of this picture were lost on the way; try the next one");
  queue_.put(as_it_came(frame, time_of(*frame)));
}

// One that fails must not keep the next from being written.
void SnapshotSaver::write(const QueuedFrame& frame) {
  std::string news;
  try {
    const std::filesystem::path file = std::filesystem::absolute(
        first_free_name(directory_ / snapshot_name_at(frame.capture_time, name_ending_)));
    write_new_file(file, frame.whole);
    news = fmt::format("saved {}", file.string());
    spdlog::info(news);
  } catch (const std::exception& trouble) {
    news = fmt::format("not saved: {}", trouble.what());
    spdlog::error(news);
  }
  on_news_(news);
}

}  // namespace jpegwire
