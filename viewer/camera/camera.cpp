#include "viewer/camera/camera.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>
#include <variant>

#include "net/tcp/stream_client.hpp"
#include "recording/output_file.hpp"

namespace jpegwire {
namespace {

// If no frame arrives for this long, the age of the last one is shown as it grows.
constexpr milliseconds kFrameIsLate{200};

// If no picture arrives for this long, its age is shown as that of the last picture.
constexpr std::chrono::seconds kPictureIsOld{2};

// If frames are refused and none is shown for this long, the display says so, and how many.
constexpr milliseconds kAllAreRefused{500};

// Of --timeline: an hour at 28 frames/s.
constexpr std::size_t kMaxTimelineFrames = 100'000;

using Clock = std::chrono::steady_clock;

std::uint64_t max_frames(const ViewerOptions& options) {
  return options.frames.value_or(WriteQueue::kEveryFrame);
}

std::unique_ptr<FrameSaver> make_saver(const ViewerOptions& options, std::size_t camera,
                                       FrameSaver::OnError on_error) {
  if (options.save_directory.empty()) return nullptr;
  return std::make_unique<FrameSaver>(options.save_directory_of(camera), std::move(on_error),
                                      max_frames(options));
}

// In a window the user can switch to the lesson view at any time.
ReadSettings read_settings(const ViewerOptions& options) {
  const LaboratoryOptions& laboratory = options.laboratory;
  ReadSettings read = laboratory.read;
  read.are_recorded =
      !options.headless || laboratory.explain || laboratory.naive || !laboratory.trace_file.empty();
  return read;
}

StreamPolicy stream_policy(const ViewerOptions& options) {
  return {.reconnect = options.reconnect.value_or(!options.headless),
          .timeout = from_seconds(
              std::min(options.timeout_seconds, options.seconds.value_or(options.timeout_seconds))),
          .max_frame_bytes = options.max_frame_bytes,
          .read = read_settings(options)};
}

std::unique_ptr<StreamInput> make_input(asio::io_context& io, const ViewerOptions& options,
                                        std::size_t camera, StreamObserver& observer) {
  const StreamPolicy policy = stream_policy(options);
  if (!options.listen) return open_stream(io, options.addresses().at(camera), policy, observer);
  const StreamClientSettings settings{.endpoint = *options.listen,
                                      .listen = true,
                                      .reconnect = policy.reconnect,
                                      .timeout = policy.timeout,
                                      .max_frame_bytes = policy.max_frame_bytes,
                                      .read = policy.read};
  return std::make_unique<StreamClient>(io, settings, observer);
}

// Cores are shared among the cameras first, then among the bands of one camera.
int threads_per_camera(const ViewerOptions& options) {
  return std::max(1, options.threads / static_cast<int>(options.cameras()));
}

}  // namespace

Camera::Camera(asio::io_context& io, const ViewerOptions& options, std::size_t index,
               PauseWatch& pauses, CameraUpdates& updates, CameraEvents events)
    : options_(options),
      index_(index),
      updates_(updates),
      events_(std::move(events)),
      laboratory_(options.laboratory, max_frames(options)),
      saver_(
          make_saver(options, index, [this](const std::string& error) { fail_to_write(error); })),
      recording_(
          options.recording_of(index), options.name_ending_of(index),
          [this](const std::string& error) { fail_to_write(error); }, max_frames(options),
          [this](const std::string& news) { show_message(news); }),
      snapshots_(options.recording.file.parent_path(), options.name_ending_of(index),
                 [this](const std::string& news) { show_message(news); }),
      pipeline_({.decoder = {.camera = index,
                             .threads = threads_per_camera(options),
                             .fills_gaps = !options.whole_frames,
                             .reads_clock = options.optical,
                             .naive = options.laboratory.naive},
                 .frames = options.frames,
                 .packets = [this] { return input_->packet_counts(); }},
                statistics_, pauses, laboratory_, saver_.get(), recording_, updates_,
                [this](const std::string& error) { finish(error); }),
      input_(make_input(io, options, index, pipeline_)) {
  if (options.timeline) statistics_.keep_timeline(kMaxTimelineFrames);
  if (!options.snapshot_file.empty()) require_writable_file(options.snapshot_file_of(index));
  if (options.recording.is_wanted()) {
    require_new_recording(options.recording_of(index).file);
    recording_.start();
  }
}

void Camera::start() {
  input_->start();
  pipeline_.start();
}

void Camera::reset_statistics() {
  statistics_.reset();
  packets_before_ = input_->packet_counts().value_or(PacketCounts{});
}

void Camera::finish(const std::string& error) {
  if (!is_finished_.exchange(true)) events_.on_finished(error);
}

void Camera::fail_to_write(const std::string& error) {
  show_message(error);
  events_.on_write_error(error);
}

std::string Camera::failure_to_show() const {
  const std::optional<Refusals> refusals = statistics_.refusals();
  if (!is_finished_ || statistics_.frames_decoded() > 0 || !refusals) return "";
  return fmt::format("nothing from {} can be shown: {}", url(), describe(*refusals));
}

std::string Camera::failure_after(double seconds) const {
  return fmt::format("no frame from {} within {} s{}", url(), seconds, pipeline_.trouble());
}

std::string Camera::awaited_sender() const {
  return (options_.listen ? "a sender to connect to " : "") + url();
}

void Camera::show_end(const std::string& error) {
  updates_.put_notice(index_, error.empty() ? "the stream from " + url() + " has ended" : error);
}

void Camera::show_updates(CameraDisplay& display) {
  pipeline_.set_wanted_size(display.wanted_size());
  shown_size_ = keeps_files() ? PictureSize{} : display.shown_size();
  pipeline_.set_shown_size(shown_size_);
  display.show_recording(recording_.state());
  if (const std::optional<std::string> message = updates_.take_message(index_))
    display.show_message(*message);
  if (show_picture(display)) return;
  if (const std::optional<std::string> notice = updates_.take_notice(index_))
    display.show_notice(*notice);
  else
    show_refusals(display);
  show_growing_age(display);
}

// Files have the pictures as they arrive.
bool Camera::keeps_files() const {
  return saver_ || recording_.state() || !options_.snapshot_file.empty();
}

bool Camera::show_picture(CameraDisplay& display) {
  std::optional<ShownFrame> frame = updates_.take_picture(index_);
  if (!frame) return false;
  has_shown_ = true;
  shows_card_ = frame->no_signal;
  last_frame_ = last_change_ = Clock::now();
  if (!shows_card_) {
    last_picture_ = last_frame_;
    shown_capture_time_ = frame->capture_time;
  }
  if (display.show(std::move(*frame), figures()))
    statistics_.displayed();
  else
    statistics_.skipped_frozen();
  return true;
}

void Camera::show_refusals(CameraDisplay& display) {
  const std::optional<Refusals> refusals = statistics_.refusals();
  const SteadyTime now = Clock::now();
  if (!refusals || now - last_frame_ < kAllAreRefused) return;
  if (now - last_refusals_ < kAllAreRefused) return;
  last_refusals_ = now;
  display.show_refusals(describe(*refusals));
}

void Camera::show_growing_age(CameraDisplay& display) {
  if (!has_shown_ || Clock::now() - last_change_ < kFrameIsLate) return;
  last_change_ = Clock::now();
  display.refresh(figures());
}

LiveFigures Camera::figures() const {
  LiveFigures figures = statistics_.live(shown_size_);
  if (has_shown_ && Clock::now() - last_frame_ >= kFrameIsLate)
    figures.age_ms = shown_capture_time_
                         ? std::optional(to_milliseconds(steady_now() - *shown_capture_time_))
                         : std::nullopt;
  figures.no_signal = shows_card_;
  figures.last_picture = age_of_last_picture();
  figures.recording = recording_.state();
  return figures;
}

// From its capture on, or if that is unknown, since it was shown.
std::optional<std::chrono::seconds> Camera::age_of_last_picture() const {
  const bool was_shown = last_picture_ != SteadyTime{};
  if (!was_shown || Clock::now() - last_picture_ < kPictureIsOld) return std::nullopt;
  using std::chrono::floor, std::chrono::seconds;
  const auto since_shown = floor<seconds>(Clock::now() - last_picture_);
  if (!shown_capture_time_) return since_shown;
  return std::max(since_shown, floor<seconds>(steady_now() - *shown_capture_time_));
}

void Camera::finish_writing(milliseconds timeout) {
  if (saver_) saver_->finish(timeout);
  recording_.finish(timeout);
  snapshots_.finish(timeout);
}

void Camera::write_last_files() {
  laboratory_.finish();
  if (!options_.snapshot_file.empty()) write_snapshot();
}

void Camera::write_snapshot() const {
  const std::filesystem::path file = options_.snapshot_file_of(index_);
  const auto frame = pipeline_.last_frame();
  if (!frame)
    throw std::runtime_error(fmt::format(
        "cannot write the last frame to '{}': no whole frame that can be shown came from {}",
        file.string(), url()));
  write_chosen_file(file, frame->valid_bytes());
}

nlohmann::json Camera::summary() const {
  nlohmann::json summary = statistics_.summary(url());
  laboratory_.add_to(summary);
  if (options_.timeline) summary["timeline"] = statistics_.timeline();
  if (const std::optional<PacketCounts> packets = input_->packet_counts()) {
    summary["packets"] = packets->received - packets_before_.received;
    summary["packets_lost"] = packets->lost - packets_before_.lost;
    summary["packets_recovered"] = packets->recovered - packets_before_.recovered;
    summary["refused_packets"] = statistics_.refused_packets();
  }
  if (saver_) summary["skipped_save"] = saver_->skipped();
  if (const std::optional<RecordingCounts> counts = recording_.counts()) {
    summary["recorded"] = counts->recorded;
    summary["skipped_record"] = counts->skipped;
    summary["skipped_record_size"] = counts->skipped_size;
  }
  return summary;
}

}  // namespace jpegwire
