#include "viewer/lesson/trace_file.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <cerrno>
#include <iterator>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace jpegwire {
namespace {

[[noreturn]] void fail(const std::string& path, int error) {
  throw std::runtime_error(
      fmt::format("cannot write '{}': {}; choose another file with --trace-file FILE", path,
                  std::generic_category().message(error)));
}

}  // namespace

std::string to_json_line(const FrameArrival& arrival) {
  fmt::memory_buffer line;
  const auto out = std::back_inserter(line);
  fmt::format_to(out, R"({{"sequence":{},"size":{},"prefix":{},"reads":[)", arrival.sequence,
                 arrival.size, arrival.prefix);
  const char* separator = "";
  for (const FrameRead& read : arrival.reads.list) {
    fmt::format_to(out, R"({}{{"offset":{},"bytes":{},"microseconds":{}}})", separator, read.offset,
                   read.bytes, read.since_first.count());
    separator = ",";
  }
  fmt::format_to(out, R"(],"merged":{},"bytes_before":{}}})", arrival.reads.merged,
                 arrival.reads.bytes_before);
  return fmt::to_string(line);
}

TraceFile::TraceFile(const std::string& path) : path_(path) {
  errno = 0;
  file_.open(path);
  if (!file_) fail(path, errno);
  thread_ = std::jthread([this](const std::stop_token& stop) { write_backlog(stop); });
}

TraceFile::~TraceFile() { stop(); }

void TraceFile::add(std::shared_ptr<const FrameArrival> arrival) {
  const std::scoped_lock lock(mutex_);
  const std::size_t reads = arrival->reads.list.size();
  if (backlog_reads_ + reads > kMaxReads) {
    ++skipped_;
    return;
  }
  backlog_reads_ += reads;
  backlog_.push_back(std::move(arrival));
  changed_.notify_all();
}

void TraceFile::finish() {
  stop();
  errno = 0;
  file_.close();
  if (!file_) fail(path_, errno == 0 ? EIO : errno);
  if (skipped() > 0)
    spdlog::warn("{} frames are missing from '{}': the disk is too slow", skipped(), path_);
}

std::uint64_t TraceFile::skipped() const {
  const std::scoped_lock lock(mutex_);
  return skipped_;
}

void TraceFile::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void TraceFile::write_backlog(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  const auto has_frame = [this] { return !backlog_.empty(); };
  while (changed_.wait(lock, stop, has_frame)) {
    const std::shared_ptr<const FrameArrival> arrival = std::move(backlog_.front());
    backlog_.pop_front();
    backlog_reads_ -= arrival->reads.list.size();
    lock.unlock();
    file_ << to_json_line(*arrival) << '\n';
    lock.lock();
  }
}

}  // namespace jpegwire
