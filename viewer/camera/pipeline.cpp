#include "viewer/camera/pipeline.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <utility>

#include "codec/thread_settings.hpp"

namespace jpegwire {
ViewerPipeline::ViewerPipeline(const ViewerPipelineSettings& settings, Statistics& statistics,
                               Laboratory& laboratory, FrameSaver* saver,
                               RecordingSwitch& recording, CameraUpdates& updates,
                               OnFinished on_finished)
    : settings_(settings),
      statistics_(statistics),
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

bool ViewerPipeline::frame_begun(const std::shared_ptr<const IncomingFrame>& frame) {
  offer({.whole = nullptr, .incoming = frame, .session = session_});
  return true;
}

void ViewerPipeline::frame_received(std::shared_ptr<ReceivedFrame> frame) {
  note_packets();
  statistics_.frame_received(frame->bytes().size(), frame->reads, frame->stamp);
  laboratory_.frame_received(*frame);
  if (!frame->was_begun) offer({.whole = frame, .incoming = nullptr, .session = session_});
  if (saver_ != nullptr) saver_->save(frame);
  recording_.record(frame);
}

void ViewerPipeline::note_packets() {
  if (const std::optional<PacketCounts> packets = settings_.packets())
    statistics_.packets(*packets);
}

void ViewerPipeline::offer(UndecodedFrame frame) {
  if (received_.put(std::move(frame))) statistics_.skipped_decode();
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

SteadyTime ViewerPipeline::last_shown() const { return statistics_.last_shown(); }

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
  while (const std::optional<UndecodedFrame> frame = received_.take(stop)) {
    FrameEnd end = decoder.process(*frame, wanted_, stop);
    if (!end.whole) continue;
    last_frame_ = std::move(end.whole);
    if (++received == settings_.frames) return on_finished_("");
  }
}

}  // namespace jpegwire
