#pragma once

#include <asio/io_context.hpp>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "net/stream/stream_input.hpp"
#include "viewer/camera/display.hpp"
#include "viewer/camera/pipeline.hpp"
#include "viewer/camera/statistics.hpp"
#include "viewer/lesson/laboratory.hpp"
#include "viewer/options/options.hpp"
#include "viewer/output/frame_saver.hpp"
#include "viewer/output/recording_switch.hpp"
#include "viewer/output/snapshot_saver.hpp"

namespace jpegwire {

/// Whom a camera tells what happens to it. All may be called on any thread.
struct CameraEvents {
  /// Once: its stream is over, in order where `error` is empty.
  std::function<void(const std::string& error)> on_finished;
  /// A file of it cannot be written.
  std::function<void(const std::string& error)> on_write_error;
  /// There is something to be shown.
  std::function<void()> on_news;
};

/// One stream that is watched, and all that belongs to it alone: where it comes from, its decoding
/// and figures, and what is written of it. So nothing that happens to one touches another. Owned by
/// the main thread, which may call all that names no other.
class Camera {
 public:
  /// `index` counts the options' streams. Throws std::runtime_error where its stream cannot be
  /// received, or its files not be written.
  Camera(asio::io_context& io, const ViewerOptions& options, std::size_t index,
         CameraEvents events);

  /// Before the io thread runs.
  void start();

  /// Forgets all figures so far, after a warm-up. On the io thread.
  void begin_again();

  /// On the io thread.
  void stop_input() { input_->stop(); }

  /// When the io thread has ended.
  void stop_decoding() { pipeline_.stop(); }

  /// Shows its newest picture or notice, or that the last picture grows old, and learns how large
  /// pictures are shown.
  void show_news(CameraDisplay& display);

  /// Shows its newest picture, where that was not shown yet; else false.
  bool show_picture(CameraDisplay& display);

  /// Tells on the display that its stream is over, and why. Any thread.
  void tell_end(const std::string& error);

  void toggle_recording() { recording_.toggle(); }
  void save_picture(const ShownFrame& frame) { snapshots_.save(frame.received); }
  const Statistics& statistics() const { return statistics_; }

  /// Of the last second. While no frame comes, the age of the last picture still grows.
  LiveFigures figures() const;

  std::string url() const { return input_->url(); }

  /// Where its stream comes from, as a sentence about waiting for it begins.
  std::string what_is_awaited() const;
  bool is_public() const { return input_->is_public(); }

  // After stop_decoding().

  /// Waits until all is written, but no longer than `patience`.
  void finish_writing(milliseconds patience);

  /// Writes the snapshot and the trace that the options ask for. Throws std::runtime_error where
  /// that fails.
  void write_last_files();

  std::string explanation() const { return laboratory_.explanation(); }
  nlohmann::json summary() const;

 private:
  void finish(const std::string& error);
  void fail_to_write(const std::string& error);
  void tell(const std::string& sentence) { tellings_.put(sentence); }
  void write_snapshot() const;
  void show_that_it_grows_old(CameraDisplay& display);
  void show_what_is_written(CameraDisplay& display);

  const ViewerOptions& options_;
  const std::size_t index_;
  const CameraEvents events_;
  std::atomic<bool> is_finished_ = false;
  Statistics statistics_;
  Laboratory laboratory_;
  std::unique_ptr<FrameSaver> saver_;
  LatestSlot<std::string> tellings_;  // disks' threads to main thread
  RecordingSwitch recording_;
  SnapshotSaver snapshots_;
  ViewerPipeline pipeline_;
  std::unique_ptr<StreamInput> input_;
  PacketCounts packets_before_;  // its figures began again

  std::optional<WallTime> shown_capture_time_;
  bool has_shown_ = false;
  std::chrono::steady_clock::time_point last_frame_{};   // that was shown
  std::chrono::steady_clock::time_point last_change_{};  // of what is shown
};

}  // namespace jpegwire
