#include "sender/sender.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <utility>
#include <vector>

#include "app/descriptor.hpp"
#include "app/end_signals.hpp"
#include "app/host_name.hpp"
#include "app/summary_output.hpp"
#include "net/rtp/rtp_sender.hpp"
#include "net/stream/frame_sink.hpp"
#include "net/tcp/frame_server.hpp"
#include "recording/frame_recorder.hpp"
#include "sender/pipeline/pipeline.hpp"
#include "sender/pipeline/report.hpp"
#include "sender/source_factory.hpp"
#include "sender/web/web_site.hpp"

namespace jpegwire {
namespace {

/// Gives each frame to several sinks, which it borrows. Add them before the first frame.
class FrameFanOut final : public FrameSink {
 public:
  void add(FrameSink& sink) { sinks_.push_back(&sink); }

  void bands_ready(const FramePtr& frame, int ready) override {
    for (FrameSink* sink : sinks_) sink->bands_ready(frame, ready);
  }

  void submit(FramePtr frame) override {
    for (FrameSink* sink : sinks_) sink->submit(frame);
  }

  void submit_for(GroupSet groups, FramePtr frame) override {
    for (FrameSink* sink : sinks_) sink->submit_for(groups, frame);
  }

 private:
  std::vector<FrameSink*> sinks_;
};

/// Stands before the lines that say how to watch, and is written once.
class WatchLabel {
 public:
  const char* next() { return std::exchange(is_written_, true) ? "       " : "watch: "; }

 private:
  bool is_written_ = false;
};

/// The parts of a running sender, and what ends it. The main thread is the io thread.
class Sender {
 public:
  explicit Sender(const SenderOptions& options)
      : options_(options),
        signals_(io_),
        summary_(options.summary),
        server_(io_, viewer_count_,
                {.prefix = options.framing,
                 .max_viewers = options.tcp_connections,
                 .max_per_address = options.tcp_per_address,
                 .memory_bytes = options.memory_bytes,
                 .write = options.write,
                 .adaptation = options.adaptation,
                 .groups = options.encodes}),
        time_limit_(io_),
        stats_tick_(io_) {
    if (options_.tcp) open_tcp_port();
    if (options_.http) open_web_site();
    sinks_.add(server_);
    for (const Endpoint& target : options_.rtp) add_rtp_sender(target);
    if (options_.recording.is_wanted()) add_recorder();
    source_ = make_source(options_, io_);
    description_ = source_->description();
    is_patient_ = source_->waits_for_viewers();
    pipeline_ = std::make_unique<Pipeline>(
        *source_, sinks_, viewer_count_, server_.rates(),
        PipelineSettings{
            .threads = options.threads,
            .encoder = {.quality = options.quality,
                        .bands = options.bands,
                        .rows_per_band = options.rtp.empty() ? EncoderSettings().rows_per_band
                                                             : kRtpRowsPerBand},
            .passthrough = options.passthrough,
            .min_quality = options.min_quality.value_or(kDefaultMinQuality),
            .frames_per_second = options.frames_per_second.value_or(kDefaultFrameRate),
            .frames = options.frames},
        [this] { asio::post(io_, [this] { finish(); }); });
  }

  /// Returns the exit code.
  int run() {
    for (const Endpoint& viewer : options_.connect) server_.dial(viewer);
    for (const auto& rtp : rtp_senders_) rtp->start();
    if (web_listener_ != nullptr) web_site_->start();
    signals_.async_wait([this](std::error_code error, int) {
      if (error) return;
      interrupted_ = true;
      finish();
    });
    if (options_.seconds) do_limit_time();
    if (options_.stats) do_print_stats(report());
    pipeline_->start();
    summary_.text_output().put(how_to_watch());
    io_.run();
    pipeline_->stop();
    // On Ctrl-C the program ends soon; otherwise all that was sent is written.
    if (recorder_) recorder_->finish(milliseconds{interrupted_ ? 500 : 60'000});
    summary_.write(summarize(report()));
    if (!error_.empty()) throw std::runtime_error(error_);
    if (!pipeline_->error().empty()) throw std::runtime_error(pipeline_->error());
    return has_failed_to_record_ ? EXIT_FAILURE : EXIT_SUCCESS;
  }

 private:
  void open_tcp_port() { listener_ = &server_.listen(*options_.tcp); }

  // If the default HTTP port is taken, continue without HTTP, if anything is left to do.
  void open_web_site() {
    web_site_.emplace(
        io_, server_, options_.http_settings,
        WebSite::Questions{.report = [this] { return report(); }, .sdp = [this] { return sdp(); }});
    if (!options_.shared_directory.empty())
      web_site_->share(options_.shared_directory, viewer_count_);
    try {
      web_listener_ = &web_site_->listen(*options_.http);
    } catch (const std::runtime_error& error) {
      const bool is_needed = options_.is_http_asked_for || !options_.shared_directory.empty();
      if (is_needed || !options_.works_without_http()) throw;
      if (options_.tcp && options_.tcp->port == options_.http->port)
        spdlog::warn(
            "continuing without HTTP: --tcp uses port {}; choose another one with --http PORT",
            options_.http->port);
      else
        spdlog::warn("continuing without HTTP: {}", error.what());
    }
  }

  // A recording needs frames even if there is no viewer.
  void add_recorder() {
    require_new_recording(options_.recording.file);
    recorder_.emplace(options_.recording, [this](const std::string& error) {
      has_failed_to_record_ = true;
      spdlog::error(error);
      asio::post(io_, [this] { go_on_without_recording(); });
    });
    sinks_.add(*recorder_);
    viewer_count_.begin_frame_request();
  }

  // A full disk ends the recording and not the stream.
  void go_on_without_recording() {
    viewer_count_.end_frame_request();
    if (!options_.sends()) finish();
  }

  std::string sdp() const { return rtp_senders_.empty() ? "" : rtp_senders_.front()->sdp(); }

  void add_rtp_sender(const Endpoint& target) {
    RtpSenderSettings settings = options_.rtp_settings;
    settings.target = target;
    settings.frames_per_second = options_.frames_per_second.value_or(0);
    const auto fail = [this](const std::string& sentence) {
      error_ = sentence;
      finish();
    };
    rtp_senders_.push_back(
        std::make_unique<RtpSender>(io_, viewer_count_, server_.rates(), settings, fail));
    sinks_.add(*rtp_senders_.back());
    if (rtp_senders_.size() == 1 && !options_.sdp_file.empty())
      write_sdp_file(rtp_senders_.back()->sdp());
  }

  void write_sdp_file(const std::string& sdp) const {
    std::ofstream file(options_.sdp_file, std::ios::binary);
    file << sdp;
    file.close();
    if (!file)
      throw std::runtime_error(
          fmt::format("cannot write '{}': {}; choose another file with --sdp FILE",
                      options_.sdp_file, std::generic_category().message(errno)));
  }

  // One text, so that no other line gets into it.
  std::string how_to_watch() const {
    std::string out = fmt::format("source: {}\n", description_);
    if (is_patient_ && !viewer_count_.any()) out += "        waits for the first viewer\n";
    WatchLabel label;
    describe_listeners(out, label);
    for (const Endpoint& viewer : options_.connect)
      out += fmt::format("sends to {}; there: jpegwire-viewer --listen tcp://0.0.0.0:{}\n",
                         to_tcp_url(viewer), viewer.port);
    for (const auto& rtp : rtp_senders_) describe_rtp_sender(out, *rtp, label);
    return out;
  }

  static void describe_rtp_sender(std::string& out, const RtpSender& rtp, WatchLabel& label) {
    out += fmt::format("{} jpegwire-viewer {}\n",
                       rtp.is_multicast() ? label.next() : "sends by UDP; there:", rtp.url());
    out += "        others read this SDP:\n";
    std::istringstream lines(rtp.sdp());
    for (std::string line; std::getline(lines, line);)
      out += fmt::format("          {}\n", line.substr(0, line.find('\r')));
  }

  void describe_listeners(std::string& out, WatchLabel& label) const {
    std::vector<std::string> public_ports;
    const auto shown = [&](const Listener& listener) {
      Endpoint endpoint = listener.endpoint();
      if (listener.is_public()) public_ports.push_back(std::to_string(endpoint.port));
      if (endpoint.host == "0.0.0.0" || endpoint.host == "::") endpoint.host = host_name();
      return endpoint;
    };
    if (listener_ != nullptr)
      out += fmt::format("{} jpegwire-viewer {}\n", label.next(), to_tcp_url(shown(*listener_)));
    if (web_listener_ != nullptr)
      out += fmt::format("{} in a browser: http://{}/\n", label.next(),
                         to_string(shown(*web_listener_)));
    if (!public_ports.empty())
      out += fmt::format("note:   everyone who can reach port {} of this machine can watch\n",
                         fmt::join(public_ports, " or "));
    if (!options_.shared_directory.empty()) describe_share(out, to_string(shown(*web_listener_)));
  }

  void describe_share(std::string& out, const std::string& address) const {
    out += fmt::format("share:  jpegwire-viewer --list http://{}\n", address);
    out += fmt::format("        in a browser: http://{}/files/\n", address);
    if (web_listener_->is_public())
      out += fmt::format(
          "note:   everyone who can reach it can fetch the recordings and pictures in '{}'\n",
          options_.shared_directory);
  }

  void do_limit_time() {
    time_limit_.expires_after(from_seconds(*options_.seconds));
    time_limit_.async_wait([this](std::error_code error) {
      if (!error) finish();
    });
  }

  void do_print_stats(const SenderReport& before) {
    stats_tick_.expires_after(std::chrono::seconds(1));
    stats_tick_.async_wait([this, before](std::error_code error) {
      if (error) return;
      const SenderReport now = report();
      summary_.text_output().print("{}\n", describe_progress(before, now));
      do_print_stats(now);
    });
  }

  SenderReport report() const {
    const auto elapsed = std::chrono::steady_clock::now() - start_;
    SenderReport report{
        .source = description_,
        .quality = options_.quality,
        .wanted_frames_per_second = options_.frames_per_second.value_or(kDefaultFrameRate),
        .seconds = std::chrono::duration<double>(elapsed).count(),
        .counts = pipeline_->counts(),
        .corrupt = source_->corrupt(),
        .refused = source_->refused(),
        .refused_since_shown = source_->refused_since_shown(),
        .missed = source_->missed(),
        .skipped_capture = source_->skipped(),
        .incomplete = source_->incomplete(),
        .reopened = source_->reopened(),
        .watching = viewer_count_.count(),
        .viewers_max = viewer_count_.max(),
        .viewers_by_kind = viewers_by_kind(),
        .viewers = server_.present_viewers(),
        .departed = server_.departed_viewers(),
        .rtp = rtp_reports(),
        .totals = server_.totals(),
        .rejected = server_.rejected(),
        .evicted_for_place = server_.evicted_for_place(),
        .evicted_for_memory = server_.memory().evicted(),
        .held_bytes = server_.memory().held_bytes(),
        .accept_failures = accept_failures(),
        .failed_requests = 0,
        .snapshots = 0,
        .recorded = std::nullopt,
        .skipped_record = 0,
        .skipped_record_size = 0,
        .is_online = source_->is_online(),
        .encode_us = pipeline_->encode_us(),
        .age_us = server_.age_us()};
    if (recorder_) {
      report.recorded = recorder_->recorded();
      report.skipped_record = recorder_->skipped();
      report.skipped_record_size = recorder_->skipped_size();
    }
    if (web_site_) {
      report.rejected += web_site_->server().rejected();
      report.failed_requests = web_site_->server().failed_requests();
      report.snapshots = web_site_->server().snapshots();
    }
    return report;
  }

  std::uint64_t accept_failures() const {
    std::uint64_t failures = 0;
    for (const Listener* listener : {listener_, web_listener_})
      if (listener != nullptr) failures += listener->failures();
    return failures;
  }

  std::map<std::string, std::uint64_t> viewers_by_kind() const {
    std::map<std::string, std::uint64_t> numbers;
    for (const ViewerStatistics& viewer : server_.present_viewers()) ++numbers[viewer.kind];
    for (const auto& rtp : rtp_senders_) numbers["rtp"] += rtp->receivers_now();
    return numbers;
  }

  std::vector<RtpReport> rtp_reports() const {
    std::vector<RtpReport> reports;
    for (const auto& rtp : rtp_senders_) reports.push_back({rtp->url(), rtp->statistics()});
    return reports;
  }

  // Completes the frame that each viewer is being sent, and makes io_.run() return once all viewers
  // are disconnected.
  void finish() {
    constexpr milliseconds kFinishTimeout{600};
    signals_.cancel();
    time_limit_.cancel();
    stats_tick_.cancel();
    source_->stop();
    pipeline_->request_stop();  // so that the waits for the camera and for the viewers overlap
    if (web_site_) web_site_->finish(kFinishTimeout);
    server_.finish(kFinishTimeout);
    for (const auto& rtp : rtp_senders_) rtp->finish();
  }

  const SenderOptions& options_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  asio::io_context io_{1};
  LastingEndSignals signals_;  // early, so that a signal while the source opens is not lost
  SummaryOutput summary_;
  ViewerCount viewer_count_;
  FrameServer server_;
  std::vector<std::unique_ptr<RtpSender>> rtp_senders_;
  FrameFanOut sinks_;
  const Listener* listener_ = nullptr;
  std::optional<WebSite> web_site_;
  const Listener* web_listener_ = nullptr;  // null if there is no page
  std::optional<FrameRecorder> recorder_;
  std::atomic<bool> has_failed_to_record_ = false;
  bool interrupted_ = false;
  std::unique_ptr<FrameSource> source_;
  // From the start, because the capture thread owns the source now.
  std::string description_;
  bool is_patient_ = false;  // the source waits for viewers
  std::unique_ptr<Pipeline> pipeline_;
  asio::steady_timer time_limit_;
  asio::steady_timer stats_tick_;
  std::string error_;  // of a stream that cannot be sent
};

}  // namespace

int run_sender(const SenderOptions& options) {
  raise_descriptor_limit();
  std::optional<EarlyExit> while_it_opens(std::in_place);
  Sender sender(options);
  while_it_opens.reset();
  return sender.run();
}

}  // namespace jpegwire
