#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <fstream>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "viewer/lesson/frame_arrival.hpp"

namespace jpegwire {

/// One frame's arrival as a line of JSON without the line break; docs/protocol.md describes it.
std::string to_json_line(const FrameArrival& arrival);

/// Writes a line for each frame on its own thread, so that a slow disk delays no frame. The backlog
/// is bounded by kMaxReads; frames beyond it are skipped and counted.
class TraceFile {
 public:
  static constexpr std::size_t kMaxReads = std::size_t{1} << 20;

  /// Throws std::runtime_error with one sentence if the file cannot be written.
  explicit TraceFile(const std::string& path);

  /// Writes the backlog. Only finish() reports errors.
  ~TraceFile();

  /// Any thread; never waits for the disk.
  void add(std::shared_ptr<const FrameArrival> arrival);

  /// Writes the backlog. Throws std::runtime_error if not everything could be written.
  void finish();

  std::uint64_t skipped() const;

 private:
  void write_backlog(const std::stop_token& stop);
  void stop();

  const std::string path_;
  std::ofstream file_;  // the thread's, until it has ended
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<std::shared_ptr<const FrameArrival>> backlog_;
  std::size_t backlog_reads_ = 0;
  std::uint64_t skipped_ = 0;
  std::jthread thread_;
};

}  // namespace jpegwire
