#include "viewer/viewer.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <thread>
#include <utility>

#include "codec/thread_name.hpp"
#include "net/early_exit.hpp"
#include "net/recording/output_file.hpp"
#include "net/summary_output.hpp"
#include "net/tcp/stream_client.hpp"
#include "viewer/headless.hpp"
#include "viewer/pipeline.hpp"
#include "viewer/window.hpp"

namespace jpegwire {
namespace {

using Clock = std::chrono::steady_clock;

std::chrono::milliseconds to_duration(double seconds) {
  return std::chrono::duration_cast<milliseconds>(std::chrono::duration<double>(seconds));
}

std::unique_ptr<Display> make_display(const ViewerOptions& options,
                                      std::function<void()> on_record) {
  if (options.headless) return std::make_unique<Headless>();
  return std::make_unique<Window>(
      "jpegwire " + options.url(),
      WindowSettings{.trace = options.laboratory.trace, .caption = options.laboratory.naive},
      std::move(on_record));
}

std::uint64_t most_frames(const ViewerOptions& options) {
  return options.frames.value_or(WriteQueue::kEveryFrame);
}

std::unique_ptr<FrameSaver> make_saver(const ViewerOptions& options, FrameSaver::OnError on_error) {
  if (options.save_directory.empty()) return nullptr;
  return std::make_unique<FrameSaver>(options.save_directory, std::move(on_error),
                                      most_frames(options));
}

// In a window the arrival of frames can be asked for at any time.
ReadSettings read_settings(const ViewerOptions& options) {
  const LaboratoryOptions& laboratory = options.laboratory;
  ReadSettings read = laboratory.read;
  read.are_recorded =
      !options.headless || laboratory.explain || laboratory.naive || !laboratory.trace_file.empty();
  return read;
}

StreamPolicy stream_policy(const ViewerOptions& options) {
  return {.reconnect = options.reconnect.value_or(!options.headless),
          .timeout = to_duration(options.timeout_seconds),
          .max_frame_bytes = options.max_frame_bytes,
          .read = read_settings(options)};
}

std::unique_ptr<StreamInput> make_input(asio::io_context& io, const ViewerOptions& options,
                                        StreamObserver& observer) {
  const StreamPolicy policy = stream_policy(options);
  if (options.stream) return open_stream(io, *options.stream, policy, observer);
  if (!options.listen) return open_stream(io, {options.url(), options.sender}, policy, observer);
  const StreamClientSettings settings{.endpoint = *options.listen,
                                      .listen = true,
                                      .reconnect = policy.reconnect,
                                      .timeout = policy.timeout,
                                      .max_frame_bytes = policy.max_frame_bytes,
                                      .read = policy.read};
  return std::make_unique<StreamClient>(io, settings, observer);
}

/// The parts of a running viewer, and what ends it. The main thread owns the display.
class Viewer {
 public:
  explicit Viewer(const ViewerOptions& options)
      : options_(options),
        signals_(io_, SIGINT, SIGTERM),
        summary_(options.summary),
        display_(make_display(options, [this] { recording_.toggle(); })),
        laboratory_(options.laboratory),
        saver_(make_saver(options, [this](const std::string& error) { fail_to_write(error); })),
        recording_(
            options.recording, [this](const std::string& error) { fail_to_write(error); },
            most_frames(options)),
        pipeline_({.threads = options.threads,
                   .frames = options.frames,
                   .whole_frames_only = options.whole_frames,
                   .laboratory = &laboratory_},
                  statistics_, saver_.get(), recording_,
                  [this](const std::string& error) { finish(error); }),
        input_(make_input(io_, options, pipeline_)),
        time_limit_(io_),
        warm_up_(io_) {
    if (!options_.snapshot_file.empty())
      require_writable(std::filesystem::path(options_.snapshot_file).parent_path());
    if (options_.recording.is_wanted()) {
      require_new_recording(options_.recording.file);
      recording_.start();
    }
  }

  /// Gives the exit code.
  int run() {
    tell_what_is_awaited();
    signals_.async_wait([this](std::error_code error, int) {
      if (error) return;
      interrupted_ = true;
      finish("");
    });
    if (options_.seconds) do_limit_time();
    if (options_.warm_up_seconds) do_warm_up();
    input_->start();
    pipeline_.start();
    std::jthread io_thread([this] {
      name_this_thread("network");
      io_.run();
    });
    show_until_finished();
    asio::post(io_, [this] { leave(); });
    io_thread.join();
    pipeline_.stop();
    show_newest(milliseconds{0});  // what was still being decoded when the stream ended
    conclude();
    return has_failed_to_write_ ? EXIT_FAILURE : EXIT_SUCCESS;
  }

 private:
  void tell_what_is_awaited() {
    const std::string who = options_.listen ? "a sender that connects to " : "";
    display_->show_notice("waiting for " + who + input_->url());
    if (input_->is_public())
      spdlog::warn("whoever reaches {} can send a picture here", input_->url());
  }

  void do_limit_time() {
    time_limit_.expires_after(to_duration(*options_.seconds));
    time_limit_.async_wait([this](std::error_code error) {
      if (!error) finish("");
    });
  }

  // What a program does at first, such as to take memory, is not what it does later.
  void do_warm_up() {
    warm_up_.expires_after(to_duration(*options_.warm_up_seconds));
    warm_up_.async_wait([this](std::error_code error) {
      if (error) return;
      statistics_.begin_again();
      packets_before_ = input_->packet_counts().value_or(PacketCounts{});
    });
  }

  // Any thread; the first one to say why is believed.
  void finish(const std::string& error) {
    {
      const std::scoped_lock lock(mutex_);
      if (!finished_) error_ = error;
      finished_ = true;
    }
    pipeline_.close();
  }

  // Any thread. A full disk does not take away a picture that somebody sees; where nobody does,
  // there is nothing to go on for.
  void fail_to_write(const std::string& error) {
    if (options_.headless && !is_finished()) return finish(error);
    has_failed_to_write_ = true;
    spdlog::error(error);
  }

  bool is_finished() const { return finished_; }

  // On the io thread; with nothing left to wait for, its run ends.
  void leave() {
    signals_.cancel();
    time_limit_.cancel();
    warm_up_.cancel();
    input_->stop();
  }

  void show_until_finished() {
    // A window's events are only handled between two pictures, so it may not wait long for one.
    const milliseconds patience{options_.headless ? 250 : 10};
    while (!is_finished()) {
      show_newest(patience);
      print_figures();
      if (!display_->handle_events()) return;
    }
  }

  void show_newest(milliseconds patience) {
    if (const std::optional<ShownFrame> frame = pipeline_.take_picture(patience)) {
      shown_ = {nullptr, frame->capture_time};
      display_->note_arrival(frame->arrival);
      last_change_ = Clock::now();
      display_->show(*frame->picture, statistics_.live());
      statistics_.displayed();
    } else if (const std::optional<std::string> notice = pipeline_.take_notice()) {
      display_->show_notice(*notice);
    } else {
      show_that_it_grows_old();
    }
  }

  // While no frame comes, the age of the picture that is shown still grows, and is shown.
  void show_that_it_grows_old() {
    constexpr milliseconds kPause{200};
    if (!shown_ || Clock::now() - last_change_ < kPause) return;
    last_change_ = Clock::now();
    LiveFigures figures = statistics_.live();
    if (shown_->capture_time)
      figures.age_ms = to_milliseconds(steady_now() - *shown_->capture_time);
    display_->refresh(figures);
  }

  void print_figures() {
    if (!options_.headless || Clock::now() < next_line_) return;
    next_line_ += std::chrono::seconds(1);
    if (statistics_.frames_decoded() == 0) return;
    fmt::print(summary_.text_stream(), "{}\n", describe(statistics_.live()));
    std::fflush(summary_.text_stream());
  }

  void conclude() {
    // Who presses Ctrl-C wants to leave now; else all that came is written.
    const milliseconds patience{interrupted_ ? 500 : 60'000};
    if (saver_) saver_->finish(patience);
    recording_.finish(patience);
    std::string error = error_;  // all that could set it has ended
    fmt::print(summary_.text_stream(), "{}", laboratory_.explanation());
    try {
      laboratory_.finish();
      write_snapshot();
    } catch (const std::exception& trouble) {
      if (error.empty()) error = trouble.what();
    }
    nlohmann::json summary = statistics_.summary(input_->url());
    laboratory_.add_to(summary);
    if (const std::optional<PacketCounts> packets = input_->packet_counts()) {
      summary["packets"] = packets->received - packets_before_.received;
      summary["packets_lost"] = packets->lost - packets_before_.lost;
      summary["packets_recovered"] = packets->recovered - packets_before_.recovered;
    }
    if (saver_) summary["skipped_save"] = saver_->skipped();
    if (const std::optional<RecordingCounts> counts = recording_.counts()) {
      summary["recorded"] = counts->recorded;
      summary["skipped_record"] = counts->skipped;
    }
    summary_.write(summary);
    if (!error.empty()) throw std::runtime_error(error);
  }

  void write_snapshot() {
    if (options_.snapshot_file.empty()) return;
    const auto frame = pipeline_.last_frame();
    if (!frame)
      throw std::runtime_error("no frame came, so there is none to write to '" +
                               options_.snapshot_file + "'");
    write_whole_file(options_.snapshot_file, frame->bytes());
  }

  const ViewerOptions& options_;
  asio::io_context io_{1};
  asio::signal_set signals_;  // early, so that a signal while the window opens is not lost
  SummaryOutput summary_;
  std::mutex mutex_;
  std::string error_;
  std::atomic<bool> finished_ = false;
  std::atomic<bool> interrupted_ = false;
  std::atomic<bool> has_failed_to_write_ = false;
  std::unique_ptr<Display> display_;
  Statistics statistics_;
  Laboratory laboratory_;
  std::unique_ptr<FrameSaver> saver_;
  RecordingSwitch recording_;
  ViewerPipeline pipeline_;
  std::unique_ptr<StreamInput> input_;
  asio::steady_timer time_limit_;
  asio::steady_timer warm_up_;
  PacketCounts packets_before_;  // the warm-up ended

  std::optional<ShownFrame> shown_;
  Clock::time_point last_change_{};
  Clock::time_point next_line_ = Clock::now() + std::chrono::seconds(1);
};

}  // namespace

int run_viewer(const ViewerOptions& options) {
  std::optional<EarlyExit> while_it_opens(std::in_place);
  Viewer viewer(options);
  while_it_opens.reset();
  return viewer.run();
}

}  // namespace jpegwire
