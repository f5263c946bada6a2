#include "viewer/output/frame_saver.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <stdexcept>
#include <system_error>
#include <utility>

#include "recording/output_file.hpp"

namespace jpegwire {
namespace {

std::filesystem::path prepared(std::filesystem::path directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error)
    throw std::runtime_error(
        fmt::format("cannot write '{}': {}; choose another directory with --save DIR",
                    directory.string(), error.message()));
  require_writable(directory);
  if (std::filesystem::exists(directory / "000000.jpg"))
    spdlog::warn(
        "'{}' already contains frames; those with the same number are replaced; "
        "choose another directory with --save DIR",
        directory.string());
  return directory;
}

}  // namespace

FrameSaver::FrameSaver(std::filesystem::path directory, OnError on_error, std::uint64_t max_frames)
    : directory_(prepared(std::move(directory))), queue_(*this, std::move(on_error), max_frames) {}

void FrameSaver::save(const std::shared_ptr<const ReceivedFrame>& frame) {
  queue_.put(as_it_came(frame, {}));
}

void FrameSaver::finish(milliseconds timeout) {
  queue_.finish(timeout);
  if (queue_.skipped() > 0)
    spdlog::warn("{} frames were not saved: the disk of '{}' is too slow", queue_.skipped(),
                 directory_.string());
}

void FrameSaver::write(const QueuedFrame& frame) {
  write_whole_file(directory_ / fmt::format("{:06}.jpg", number_++), frame.whole);
}

}  // namespace jpegwire
