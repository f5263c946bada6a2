#include "viewer/viewer.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <atomic>
#include <cstdlib>
#include <deque>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "app/end_signals.hpp"
#include "app/process_usage.hpp"
#include "app/summary_output.hpp"
#include "codec/thread_settings.hpp"
#include "viewer/camera/camera.hpp"
#include "viewer/camera/camera_names.hpp"
#include "viewer/camera/display.hpp"
#include "viewer/window/window.hpp"

namespace jpegwire {
namespace {

using Clock = std::chrono::steady_clock;

std::string title_of(const ViewerOptions& options) {
  if (options.cameras() > 1) return fmt::format("jpegwire: {} cameras", options.cameras());
  return "jpegwire " + options.addresses()[0].text;
}

/// Shows no pictures and logs the notices, for machines without a screen and for measurements.
class Headless : public Display {
 public:
  explicit Headless(std::size_t cameras) : logs_(cameras) {}

  CameraDisplay& camera(std::size_t index) override { return logs_.at(index); }
  bool handle_events() override { return true; }

 private:
  class Log : public CameraDisplay {
   public:
    bool show(ShownFrame frame, const LiveFigures& figures) override;

    /// Logs the sentence as a warning, but not again until it changes or a frame arrives.
    void show_notice(std::string_view sentence) override;

    void show_refusals(std::string_view) override {}  // the figures have it
    void refresh(const LiveFigures&) override {}
    PictureSize wanted_size() const override { return {}; }
    PictureSize shown_size() const override { return {}; }
    void show_message(std::string_view) override {}                        // the log has it already
    void show_recording(const std::optional<RecordingState>&) override {}  // the figures have it

   private:
    std::string notice_;
  };

  std::deque<Log> logs_;
};

bool Headless::Log::show(ShownFrame, const LiveFigures&) {
  notice_.clear();
  return true;
}

void Headless::Log::show_notice(std::string_view sentence) {
  if (sentence == notice_) return;
  notice_ = sentence;
  spdlog::warn("{}", sentence);
}

/// A running viewer. The main thread owns the display.
class Viewer {
 public:
  explicit Viewer(const ViewerOptions& options)
      : options_(options),
        names_(camera_names(options.addresses())),
        signals_(io_),
        summary_(options.summary),
        updates_(options.cameras()),
        display_(make_display()),
        time_limit_(io_),
        warm_up_(io_),
        tick_(io_) {
    for (std::size_t index = 0; index < options.cameras(); ++index)
      cameras_.push_back(
          std::make_unique<Camera>(io_, options, index, pauses_, updates_, events_of(index)));
  }

  /// Returns the exit code.
  int run() {
    show_awaited_senders();
    signals_.async_wait([this](std::error_code error, int) {
      if (error) return;
      interrupted_ = true;
      finish();
    });
    if (options_.seconds) do_limit_time();
    if (options_.warm_up_seconds) do_warm_up();
    for (const auto& camera : cameras_) camera->start();
    do_tick();
    std::jthread io_thread([this] {
      name_this_thread("network");
      io_.run();
    });
    show_until_finished();
    asio::post(io_, [this] { leave(); });
    io_thread.join();
    for (const auto& camera : cameras_) camera->stop_decoding();
    show_last_pictures();
    conclude();
    return has_failed_to_write_ ? EXIT_FAILURE : EXIT_SUCCESS;
  }

 private:
  std::unique_ptr<Display> make_display() {
    if (options_.headless) return std::make_unique<Headless>(options_.cameras());
    std::vector<PictureViewSettings> views;
    std::vector<CameraControls> controls;
    for (std::size_t index = 0; index < options_.cameras(); ++index) {
      views.push_back({.source = options_.addresses()[index].text,
                       .name = options_.cameras() > 1 ? names_[index] : "",
                       .trace = options_.laboratory.trace,
                       .caption = options_.laboratory.naive});
      controls.push_back(controls_of(index));
    }
    return std::make_unique<Window>(title_of(options_), views, std::move(controls));
  }

  CameraControls controls_of(std::size_t camera) {
    return {.toggle_recording = [this, camera] { cameras_[camera]->toggle_recording(); },
            .save_picture =
                [this, camera](const ShownFrame& frame) { cameras_[camera]->save_picture(frame); }};
  }

  CameraEvents events_of(std::size_t camera) {
    return {.on_finished = [this, camera](const std::string& error) { end_camera(camera, error); },
            .on_write_error = [this](const std::string& error) { fail_to_write(error); }};
  }

  void show_awaited_senders() {
    for (std::size_t index = 0; index < cameras_.size(); ++index) {
      const Camera& camera = *cameras_[index];
      display_->camera(index).show_notice("waiting for " + camera.awaited_sender());
      if (camera.is_public())
        spdlog::warn("any program that can reach {} can send pictures to this viewer",
                     camera.url());
    }
  }

  void do_limit_time() {
    time_limit_.expires_after(from_seconds(*options_.seconds));
    time_limit_.async_wait([this](std::error_code error) {
      if (!error) end_in_time();
    });
  }

  // A stream that has given no frame fails by itself at about the same time, and knows why.
  void end_in_time() {
    constexpr milliseconds kGrace{300};
    if (has_decoded()) return finish();
    time_limit_.expires_after(kGrace);
    time_limit_.async_wait([this](std::error_code error) {
      if (!error) end_without_frames();
    });
  }

  void end_without_frames() {
    if (!has_decoded())
      for (const auto& camera : cameras_) note_failure(camera->failure_after(*options_.seconds));
    finish();
  }

  bool has_decoded() const {
    return std::ranges::any_of(cameras_, [](const auto& camera) { return camera->has_decoded(); });
  }

  // Start-up work, such as the first allocations, is not what a measurement is about.
  void do_warm_up() {
    warm_up_.expires_after(from_seconds(*options_.warm_up_seconds));
    warm_up_.async_wait([this](std::error_code error) {
      if (error) return;
      cpu_seconds_before_ = process_usage().cpu_seconds;
      for (const auto& camera : cameras_) camera->reset_statistics();
    });
  }

  void do_tick() {
    pauses_.tick(PauseMoment::now());
    tick_.expires_after(PauseWatch::kTick);
    tick_.async_wait([this](std::error_code error) {
      if (!error && !has_left_) do_tick();
    });
  }

  // Any thread, once for each camera. The other cameras continue.
  void end_camera(std::size_t index, const std::string& error) {
    note_failure(error);
    if (++ended_ == options_.cameras()) return finish();
    asio::post(io_, [this, index] { cameras_[index]->stop_input(); });
    cameras_[index]->show_end(error);
  }

  // Any thread.
  void finish() {
    finished_ = true;
    updates_.end();
  }

  // Any thread. Failures after the end, such as a closed connection, are consequences of it.
  void note_failure(const std::string& error) {
    if (error.empty() || finished_) return;
    const std::scoped_lock lock(mutex_);
    failures_.push_back(error);
  }

  // Any thread. A full disk must not take the picture from a user who watches it. Without a window
  // nobody watches, so the program ends.
  void fail_to_write(const std::string& error) {
    if (options_.headless && !finished_) {
      note_failure(error);
      return finish();
    }
    has_failed_to_write_ = true;
    spdlog::error(error);
  }

  // On the io thread: ends everything that it waits for, so that its run() returns.
  void leave() {
    signals_.cancel();
    time_limit_.cancel();
    warm_up_.cancel();
    tick_.cancel();
    pauses_.end();
    has_left_ = true;
    for (const auto& camera : cameras_) camera->stop_input();
  }

  void show_until_finished() {
    // A window's events are only handled between two pictures, so the wait for one must be short.
    const milliseconds timeout{options_.headless ? 250 : 10};
    while (!finished_) {
      updates_.wait(timeout);
      if (is_mosaic_window()) await_turn();
      if (finished_) return;
      for (std::size_t index = 0; index < cameras_.size(); ++index)
        cameras_[index]->show_updates(display_->camera(index));
      print_figures();
      if (!display_->handle_events()) return;
    }
  }

  bool is_mosaic_window() const { return cameras_.size() > 1 && !options_.headless; }

  // Pictures of several cameras that arrive within a short time are drawn together.
  void await_turn() {
    constexpr milliseconds kTurn{15};
    updates_.wait_for_end(next_turn_ - Clock::now());
    next_turn_ = Clock::now() + kTurn;
  }

  // Pictures that were still being decoded when the streams ended.
  void show_last_pictures() {
    for (std::size_t index = 0; index < cameras_.size(); ++index)
      cameras_[index]->show_picture(display_->camera(index));
  }

  // From the first picture or refusal on, a line for each camera, even for one that does not
  // answer.
  void print_figures() {
    if (!options_.headless || Clock::now() < next_line_) return;
    while (next_line_ <= Clock::now()) next_line_ += std::chrono::seconds(1);
    const auto has_figures = [](const auto& camera) {
      return camera->statistics().frames_decoded() > 0 || camera->statistics().refusals();
    };
    if (std::ranges::none_of(cameras_, has_figures)) return;
    for (std::size_t index = 0; index < cameras_.size(); ++index)
      summary_.text_output().print("{}{}\n", line_begin(index),
                                   describe(cameras_[index]->figures()));
  }

  std::string line_begin(std::size_t camera) const {
    if (cameras_.size() == 1) return "";
    const auto longest = std::ranges::max(names_, {}, &std::string::size).size();
    return fmt::format("{:<{}}  ", names_[camera] + ":", longest + 1);
  }

  void conclude() {
    // A user who presses Ctrl-C wants the program to end now; otherwise every frame is written.
    const milliseconds timeout{interrupted_ ? 500 : 60'000};
    for (const auto& camera : cameras_) {
      camera->finish_writing(timeout);
      summary_.text_output().put(camera->explanation());
      write_last_files(*camera);
    }
    summary_.write(summary());
    if (failures_.empty()) note_failures_to_show();
    if (cameras_.size() > 1 && !failures_.empty())
      failures_[0] = fmt::format("{} of {} cameras failed: {}", failures_.size(), cameras_.size(),
                                 failures_[0]);
    failures_.insert(failures_.end(), write_failures_.begin(), write_failures_.end());
    if (!failures_.empty()) throw std::runtime_error(fmt::format("{}", fmt::join(failures_, "; ")));
  }

  void note_failures_to_show() {
    for (const auto& camera : cameras_)
      if (std::string failure = camera->failure_to_show(); !failure.empty())
        failures_.push_back(std::move(failure));
  }

  void write_last_files(Camera& camera) {
    try {
      camera.write_last_files();
    } catch (const std::exception& trouble) {
      write_failures_.emplace_back(trouble.what());
    }
  }

  nlohmann::json summary() const {
    if (cameras_.size() == 1) return cameras_[0]->summary();
    const ProcessUsage usage = process_usage();
    nlohmann::json all{{"cpu_seconds", usage.cpu_seconds - cpu_seconds_before_},
                       {"peak_rss_kb", usage.peak_rss_kb}};
    for (const auto& camera : cameras_) all["cameras"].push_back(camera->summary());
    return all;
  }

  const ViewerOptions& options_;
  const std::vector<std::string> names_;
  asio::io_context io_{1};
  LastingEndSignals signals_;  // early, so that a signal while the window opens is not lost
  SummaryOutput summary_;
  std::mutex mutex_;
  std::vector<std::string> failures_;        // of streams
  std::vector<std::string> write_failures_;  // of the files written at the end
  std::atomic<bool> finished_ = false;
  std::atomic<bool> interrupted_ = false;
  std::atomic<bool> has_failed_to_write_ = false;
  std::atomic<std::size_t> ended_ = 0;  // cameras
  CameraUpdates updates_;               // all threads to the main thread
  PauseWatch pauses_;
  std::unique_ptr<Display> display_;
  std::vector<std::unique_ptr<Camera>> cameras_;
  asio::steady_timer time_limit_;
  asio::steady_timer warm_up_;
  asio::steady_timer tick_;
  bool has_left_ = false;          // the io thread's
  double cpu_seconds_before_ = 0;  // the end of the warm-up

  Clock::time_point next_turn_{};
  Clock::time_point next_line_ = Clock::now() + std::chrono::seconds(1);
};

}  // namespace

int run_viewer(const ViewerOptions& options) {
  std::optional<EarlyExit> while_opening(std::in_place);
  Viewer viewer(options);
  while_opening.reset();
  return viewer.run();
}

}  // namespace jpegwire
