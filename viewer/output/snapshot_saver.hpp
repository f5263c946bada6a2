#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "net/stream/received_frame.hpp"
#include "recording/write_queue.hpp"

namespace jpegwire {

/// Writes single pictures as received, each to its own file that is named by the capture time, on
/// the thread of a WriteQueue.
class SnapshotSaver : private FrameWriter {
 public:
  using OnResult = std::function<void(const std::string& sentence)>;

  /// Writes to this directory, with names that end with `name_ending`. Calls `on_result` for each
  /// picture with the path of its file, or with the reason why it was not saved, on the queue's
  /// thread or on save()'s.
  SnapshotSaver(std::filesystem::path directory, std::string name_ending, OnResult on_result);

  /// `frame` is null if the picture is not one complete frame. One thread; never blocks.
  void save(const std::shared_ptr<const ReceivedFrame>& frame);

  /// Waits until all pictures are written, or for the timeout.
  void finish(milliseconds timeout) { queue_.finish(timeout); }

 private:
  void write(const QueuedFrame& frame) override;

  const std::filesystem::path directory_;
  const std::string name_ending_;
  const OnResult on_result_;
  WriteQueue queue_;
};

/// jpegwire-YYYY-MM-DDTHH-MM-SS.ffffff.jpg, in local time, with the ending before the extension.
std::filesystem::path snapshot_name_at(WallTime time, std::string_view ending = "");

}  // namespace jpegwire
