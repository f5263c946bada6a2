#include "viewer/frame_saver.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace jpegwire {
namespace {

[[noreturn]] void fail(const std::filesystem::path& file, std::error_code error) {
  throw std::runtime_error(fmt::format("cannot write '{}': {}", file.string(), error.message()));
}

std::error_code last_error() { return {errno, std::generic_category()}; }

}  // namespace

void write_whole_file(const std::filesystem::path& file, Bytes bytes) {
  std::filesystem::path part = file;
  part += ".part";
  errno = 0;
  std::ofstream out(part, std::ios::binary);
  out.write(reinterpret_cast<const char*>(bytes.data()),
            static_cast<std::streamsize>(bytes.size()));
  out.close();
  std::error_code error;
  if (!out) {
    error = last_error();
    std::error_code ignored;
    std::filesystem::remove(part, ignored);
    fail(file, error);
  }
  std::filesystem::rename(part, file, error);
  if (error) fail(file, error);
}

void require_writable(const std::filesystem::path& directory) {
  const std::filesystem::path here = directory.empty() ? "." : directory;
  if (!std::filesystem::is_directory(here))
    throw std::runtime_error(fmt::format("'{}' is not a directory", here.string()));
  if (::access(here.c_str(), W_OK | X_OK) != 0) fail(here, last_error());
}

FrameSaver::FrameSaver(std::filesystem::path directory, OnError on_error, std::uint64_t most)
    : directory_(std::move(directory)), on_error_(std::move(on_error)), most_(most) {
  std::error_code error;
  std::filesystem::create_directories(directory_, error);
  if (error) fail(directory_, error);
  require_writable(directory_);
  if (std::filesystem::exists(directory_ / "000000.jpg"))
    spdlog::warn("'{}' holds frames already; those of the same number are replaced",
                 directory_.string());
  thread_ = std::jthread([this](std::stop_token stop) {
    try {
      write_backlog(std::move(stop));
    } catch (const std::exception& trouble) {
      give_up();
      on_error_(trouble.what());
    }
  });
}

FrameSaver::~FrameSaver() = default;

void FrameSaver::save(std::shared_ptr<const ReceivedFrame> frame) {
  const std::scoped_lock lock(mutex_);
  if (accepted_ == most_) return;
  if (backlog_bytes_ + frame->bytes().size() > kMaxBacklogBytes) {
    ++skipped_;
    return;
  }
  ++accepted_;
  backlog_bytes_ += frame->bytes().size();
  backlog_.push_back(std::move(frame));
  changed_.notify_all();
}

void FrameSaver::finish(milliseconds patience) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, patience, [this] { return backlog_.empty(); });
  thread_.request_stop();
  skipped_ += backlog_.size();
  if (skipped_ > 0)
    spdlog::warn("not saved: {} frames, because '{}' is too slow", skipped_, directory_.string());
}

std::uint64_t FrameSaver::skipped() const {
  const std::scoped_lock lock(mutex_);
  return skipped_;
}

void FrameSaver::write_backlog(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  const auto has_frame = [this] { return !backlog_.empty(); };
  for (std::uint64_t number = 0; changed_.wait(lock, stop, has_frame); ++number) {
    if (stop.stop_requested()) return;
    const std::shared_ptr<const ReceivedFrame> frame = backlog_.front();
    lock.unlock();
    write_whole_file(directory_ / fmt::format("{:06}.jpg", number), frame->bytes());
    lock.lock();
    backlog_bytes_ -= frame->bytes().size();
    backlog_.pop_front();
    changed_.notify_all();
  }
}

// Nothing more is accepted, and nobody waits for what will not be written.
void FrameSaver::give_up() {
  const std::scoped_lock lock(mutex_);
  most_ = accepted_;
  backlog_.clear();
  backlog_bytes_ = 0;
  changed_.notify_all();
}

}  // namespace jpegwire
