#include "viewer/camera/pipeline.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "codec/jpeg_quality.hpp"
#include "codec/thread_settings.hpp"

namespace jpegwire {
namespace {

// So long a frame that waited while the process was stopped gives way to a fresh one.
constexpr milliseconds kFreshFrameFollows{500};

}  // namespace

ViewerPipeline::ViewerPipeline(const ViewerPipelineSettings& settings, Statistics& statistics,
                               PauseWatch& pauses, Laboratory& laboratory, FrameSaver* saver,
                               RecordingSwitch& recording, CameraUpdates& updates,
                               OnFinished on_finished)
    : settings_(settings),
      statistics_(statistics),
      pauses_(pauses),
      laboratory_(laboratory),
      saver_(saver),
      recording_(recording),
      updates_(updates),
      on_finished_(std::move(on_finished)) {}

void ViewerPipeline::start() {
  auto decoder = std::make_unique<FrameDecoder>(settings_.decoder, statistics_, updates_);
  decode_thread_ = std::jthread([this, decoder = std::move(decoder)](const std::stop_token& stop) {
    name_this_thread("decode");
    decode(*decoder, stop);
  });
}

void ViewerPipeline::stop() {
  decode_thread_.request_stop();
  if (decode_thread_.joinable()) decode_thread_.join();
}

void ViewerPipeline::connected(const std::string& peer) {
  spdlog::info("connected to {}", peer);
  if (session_++ > 0) statistics_.reconnected();
}

void ViewerPipeline::bytes_read(std::size_t size) { statistics_.read(size); }

void ViewerPipeline::all_was_read(WallTime now) { waited_.all_was_read(now, pauses_.resumed()); }

ViewerState ViewerPipeline::viewer_state() const {
  return {.decode_time = decode_time_, .wanted = shown_size_};
}

bool ViewerPipeline::frame_begun(const std::shared_ptr<const IncomingFrame>& frame) {
  offer({.whole = nullptr,
         .incoming = frame,
         .session = session_,
         .has_waited = waited_.has_waited(frame->origin(), pauses_.resumed())});
  return true;
}

void ViewerPipeline::frame_received(std::shared_ptr<ReceivedFrame> frame) {
  note_packets();
  statistics_.frame_received(frame->bytes().size(), frame->reads, frame->stamp);
  laboratory_.frame_received(*frame);
  const bool has_waited = waited_.has_waited(*frame, pauses_.resumed());
  if (!has_waited) note_arrival(*frame);
  if (!frame->was_begun)
    offer({.whole = frame, .incoming = nullptr, .session = session_, .has_waited = has_waited});
  if (saver_ != nullptr) saver_->save(frame);
  recording_.record(frame);
}

// The pace of datagrams is the sender's choice.
void ViewerPipeline::note_arrival(const ReceivedFrame& frame) {
  if (settings_.packets()) return;
  statistics_.frame_arrived({.size_bytes = frame.bytes().size(),
                             .first_byte = frame.first_byte,
                             .last_byte = frame.last_byte,
                             .size = {frame.jpeg.layout.width, frame.jpeg.layout.height},
                             .quality = jpeg_quality(frame.jpeg.layout)});
}

void ViewerPipeline::note_packets() {
  if (const std::optional<PacketCounts> packets = settings_.packets())
    statistics_.packets(*packets);
}

void ViewerPipeline::offer(UndecodedFrame frame) {
  const bool has_waited = frame.has_waited;
  if (has_waited) last_waited_ = std::chrono::steady_clock::now();
  const bool displaced = received_.put(std::move(frame));
  const bool displaced_waited = std::exchange(last_offer_waited_, has_waited);
  if (displaced && displaced_waited) statistics_.skipped_waited();
  if (displaced && !displaced_waited) statistics_.skipped_decode();
}

// A refused frame that was begun is counted by the decode thread.
void ViewerPipeline::frame_given_up(const LostFrame& frame) {
  note_packets();
  const bool is_refused = frame.reception == Reception::refused;
  if (is_refused && !frame.was_begun) statistics_.refused(frame.verdict);
  statistics_.frame_given_up(frame.came_bytes, frame.stamp, frame.was_begun || is_refused);
}

void ViewerPipeline::frame_refused(JpegVerdict verdict) { statistics_.refused(verdict); }

void ViewerPipeline::packet_refused(const RefusedPacket& packet) {
  statistics_.packet_refused(packet);
}

// A frame that waited is not shown at once, or not at all, but it is a sign of life all the same.
SteadyTime ViewerPipeline::last_shown() const {
  return std::max(statistics_.last_shown(), last_waited_.load());
}

void ViewerPipeline::interrupted(const std::string& sentence) {
  last_trouble_ = sentence;
  updates_.put_notice(settings_.decoder.camera, with_refusals(sentence) + "; reconnecting");
}

void ViewerPipeline::ended(const std::string& error) {
  on_finished_(error.empty() ? "" : with_refusals(error));
}

std::string ViewerPipeline::trouble() const {
  return with_refusals(last_trouble_.empty() ? "" : fmt::format(" ({})", last_trouble_));
}

std::string ViewerPipeline::with_refusals(const std::string& sentence) const {
  const std::optional<Refusals> refusals = statistics_.refusals();
  return refusals ? fmt::format("{} ({})", sentence, describe(*refusals)) : sentence;
}

void ViewerPipeline::decode(FrameDecoder& decoder, const std::stop_token& stop) {
  std::uint64_t received = 0;
  while (std::optional<UndecodedFrame> frame = received_.take(stop)) {
    FrameEnd end = show_fresh(decoder, std::move(*frame), stop);
    if (!end.whole) continue;
    last_frame_ = std::move(end.whole);
    if (++received == settings_.frames) return on_finished_("");
  }
}

FrameEnd ViewerPipeline::show_fresh(FrameDecoder& decoder, UndecodedFrame frame,
                                    const std::stop_token& stop) {
  for (;;) {
    prefer_newer(frame, stop);
    const SteadyTime begin = std::chrono::steady_clock::now();
    FrameEnd end =
        decoder.process(frame, wanted_, stop, [&] { return frame.has_waited || is_fresh(frame); });
    if (end.reception != Reception::under_way) {
      if (frame.whole) note_decode_time(std::chrono::steady_clock::now() - begin);
      return end;
    }
    frame.has_waited = true;
    if (frame.whole) continue;
    statistics_.skipped_waited();  // its bands are taken, so that it cannot be decoded again
    return end;
  }
}

bool ViewerPipeline::is_fresh(const UndecodedFrame& frame) const {
  return !pauses_.was_stopped_since(frame.origin().first_byte);
}

// A frame that waited while the process was stopped is shown only if no other follows.
void ViewerPipeline::prefer_newer(UndecodedFrame& frame, const std::stop_token& stop) {
  while (frame.has_waited || !is_fresh(frame)) {
    frame.has_waited = true;
    std::optional<UndecodedFrame> newer = received_.take_for(kFreshFrameFollows, stop);
    if (!newer) return;
    statistics_.skipped_waited();
    frame = std::move(*newer);
  }
}

void ViewerPipeline::note_decode_time(SteadyTime::duration time) {
  decode_time_ = std::chrono::duration_cast<microseconds>(time);
}

}  // namespace jpegwire
