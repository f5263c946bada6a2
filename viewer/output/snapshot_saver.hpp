#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "net/stream/received_frame.hpp"
#include "recording/write_queue.hpp"

namespace jpegwire {

/// Writes single pictures as they came, each to a file of its own that is named by its capture
/// time, on the thread of a WriteQueue.
class SnapshotSaver : private FrameWriter {
 public:
  using OnNews = std::function<void(const std::string& sentence)>;

  /// They go to this directory, with names that end with `name_ending`. `on_news` is told what
  /// became of each: where the file lies, once it is there, or why there is none. It is called on
  /// the queue's thread, or on save()'s.
  SnapshotSaver(std::filesystem::path directory, std::string name_ending, OnNews on_news);

  /// Null where the picture is not one whole frame. One thread; never blocks.
  void save(const std::shared_ptr<const ReceivedFrame>& frame);

  /// Waits until all are written, but no longer than `patience`.
  void finish(milliseconds patience) { queue_.finish(patience); }

 private:
  void write(const QueuedFrame& frame) override;

  const std::filesystem::path directory_;
  const std::string name_ending_;
  const OnNews on_news_;
  WriteQueue queue_;
};

/// jpegwire-YYYY-MM-DDTHH-MM-SS.ffffff.jpg, in local time, with the ending in front of the point.
std::filesystem::path snapshot_name_at(WallTime time, std::string_view ending = "");

}  // namespace jpegwire
