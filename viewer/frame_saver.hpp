#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "codec/time.hpp"
#include "net/received_frame.hpp"

namespace jpegwire {

/// Writes a file so that it is there whole or not at all. Throws std::runtime_error with a
/// sentence.
void write_whole_file(const std::filesystem::path& file, Bytes bytes);

/// Throws std::runtime_error with a sentence where no file can be made in the directory.
void require_writable(const std::filesystem::path& directory);

/// Writes frames as 000000.jpg, 000001.jpg and so on, on a thread of its own, so that a slow disk
/// never makes a picture old. What waits to be written is nobody's picture, so here alone frames
/// queue, up to kMaxBacklogBytes; beyond that the newest are skipped and counted.
class FrameSaver {
 public:
  using OnError = std::function<void(const std::string& sentence)>;

  static constexpr std::size_t kMaxBacklogBytes = std::size_t{64} << 20;

  /// Makes the directory where it is not there. Saves `most` frames and then no more. `on_error` is
  /// called on the saver's thread when a frame cannot be written; nothing is saved after it. Throws
  /// std::runtime_error where it cannot write there.
  FrameSaver(std::filesystem::path directory, OnError on_error,
             std::uint64_t most = std::numeric_limits<std::uint64_t>::max());

  /// Abandons what is not yet written.
  ~FrameSaver();

  /// Any thread; never blocks.
  void save(std::shared_ptr<const ReceivedFrame> frame);

  /// Waits until all is written, but no longer than `patience`; what is left then is skipped.
  void finish(milliseconds patience);

  std::uint64_t skipped() const;

 private:
  void write_backlog(std::stop_token stop);
  void give_up();

  const std::filesystem::path directory_;
  const OnError on_error_;
  std::uint64_t most_;

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<std::shared_ptr<const ReceivedFrame>> backlog_;  // the first one is being written
  std::size_t backlog_bytes_ = 0;
  std::uint64_t accepted_ = 0;
  std::uint64_t skipped_ = 0;
  std::jthread thread_;
};

}  // namespace jpegwire
