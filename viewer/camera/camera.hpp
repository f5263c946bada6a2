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
#include "viewer/camera/camera_updates.hpp"
#include "viewer/camera/display.hpp"
#include "viewer/camera/pause_watch.hpp"
#include "viewer/camera/pipeline.hpp"
#include "viewer/camera/statistics.hpp"
#include "viewer/lesson/laboratory.hpp"
#include "viewer/options/options.hpp"
#include "viewer/output/frame_saver.hpp"
#include "viewer/output/recording_switch.hpp"
#include "viewer/output/snapshot_saver.hpp"

namespace jpegwire {

/// Callbacks of a camera. Each may be called on any thread.
struct CameraEvents {
  /// Once: the stream is over; `error` is empty unless it failed.
  std::function<void(const std::string& error)> on_finished;
  /// A file of this camera cannot be written.
  std::function<void(const std::string& error)> on_write_error;
};

/// One watched stream with everything that belongs to it: its input, its decoding and statistics,
/// and the files written from it. Cameras do not affect each other. Owned by the main thread, which
/// calls every function that names no other thread.
class Camera {
 public:
  /// `index` is the stream's position in the options. `pauses` notices when the process was
  /// stopped. `updates` carries what is to be shown to the main thread. Throws std::runtime_error
  /// if the stream cannot be received or a file cannot be written.
  Camera(asio::io_context& io, const ViewerOptions& options, std::size_t index, PauseWatch& pauses,
         CameraUpdates& updates, CameraEvents events);

  /// Before the io thread runs.
  void start();

  /// Resets all statistics, after a warm-up. On the io thread.
  void reset_statistics();

  /// On the io thread.
  void stop_input() { input_->stop(); }

  /// After the io thread has ended.
  void stop_decoding() { pipeline_.stop(); }

  /// Whether a frame was decoded, a warm-up included. Any thread.
  bool has_decoded() const { return statistics_.last_shown() != SteadyTime{}; }

  /// A sentence if no frame came until now, `seconds` after the start. On the io thread.
  std::string failure_after(double seconds) const;

  /// Shows the newest picture or notice, or the growing age of the last picture, and asks the
  /// display how large pictures are shown.
  void show_updates(CameraDisplay& display);

  /// Shows the newest picture; false if it was shown before.
  bool show_picture(CameraDisplay& display);

  /// Shows on the display that the stream is over, and why. Any thread.
  void show_end(const std::string& error);

  void toggle_recording() { recording_.toggle(); }
  void save_picture(const ShownFrame& frame) { snapshots_.save(frame.received); }
  const Statistics& statistics() const { return statistics_; }

  /// The figures of the last seconds. While no picture arrives, the age of the last one grows.
  LiveFigures figures() const;

  std::string url() const { return input_->url(); }

  /// What the viewer is waiting for, to follow "waiting for ".
  std::string awaited_sender() const;
  bool is_public() const { return input_->is_public(); }

  // After stop_decoding().

  /// Waits until all files are written, or for the timeout.
  void finish_writing(milliseconds timeout);

  /// Writes the snapshot and the trace if the options ask for them. Throws std::runtime_error if
  /// that fails.
  void write_last_files();

  /// A sentence if the stream has ended and all of its frames were refused; else empty.
  std::string failure_to_show() const;

  std::string explanation() const { return laboratory_.explanation(); }
  nlohmann::json summary() const;

 private:
  void finish(const std::string& error);
  void fail_to_write(const std::string& error);
  void show_message(const std::string& sentence) { updates_.put_message(index_, sentence); }
  void write_snapshot() const;
  bool keeps_files() const;
  void show_refusals(CameraDisplay& display);
  void show_growing_age(CameraDisplay& display);
  std::optional<std::chrono::seconds> age_of_last_picture() const;

  const ViewerOptions& options_;
  const std::size_t index_;
  CameraUpdates& updates_;
  const CameraEvents events_;
  std::atomic<bool> is_finished_ = false;
  Statistics statistics_;
  Laboratory laboratory_;
  std::unique_ptr<FrameSaver> saver_;
  RecordingSwitch recording_;
  SnapshotSaver snapshots_;
  ViewerPipeline pipeline_;
  std::unique_ptr<StreamInput> input_;
  PacketCounts packets_before_;  // the statistics were reset

  PictureSize shown_size_;                      // of pictures on the display; empty: their own
  std::optional<WallTime> shown_capture_time_;  // of the last picture
  bool has_shown_ = false;
  bool shows_card_ = false;     // of a sender without a picture
  SteadyTime last_frame_{};     // when it was shown, a picture or a card
  SteadyTime last_picture_{};   // when it was shown; the epoch if there was none
  SteadyTime last_change_{};    // of the picture or its age
  SteadyTime last_refusals_{};  // when the display last showed them
};

}  // namespace jpegwire
