#include "viewer/pipeline.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace jpegwire {
namespace {

DecodedFrame measure(const ReceivedFrame& frame, WallTime now) {
  DecodedFrame decoded{.width = frame.jpeg.layout.width,
                       .height = frame.jpeg.layout.height,
                       .age = std::nullopt,
                       .encode = std::nullopt,
                       .network = std::nullopt,
                       .decode = now - frame.last_byte};
  const std::optional<FrameStamp>& stamp = frame.jpeg.layout.stamp;
  if (!stamp) return decoded;
  decoded.encode = stamp->send_time - stamp->capture_time;
  if (!frame.sender_ahead) return decoded;
  decoded.network = frame.last_byte - (stamp->send_time - *frame.sender_ahead);
  decoded.age = now - *frame.capture_time();
  return decoded;
}

}  // namespace

ViewerPipeline::ViewerPipeline(ViewerPipelineSettings settings, Statistics& statistics,
                               FrameSaver* saver, OnFinished on_finished)
    : settings_(settings),
      statistics_(statistics),
      saver_(saver),
      on_finished_(std::move(on_finished)),
      bands_(settings.threads),
      decoder_(bands_) {}

void ViewerPipeline::start() {
  decode_thread_ = std::jthread([this](std::stop_token stop) { decode(std::move(stop)); });
}

void ViewerPipeline::stop() {
  decode_thread_.request_stop();
  if (decode_thread_.joinable()) decode_thread_.join();
}

std::optional<ShownFrame> ViewerPipeline::take_picture(milliseconds patience) {
  return pictures_.take_for(patience);
}

void ViewerPipeline::connected(const std::string& peer) {
  spdlog::info("connected to {}", peer);
  if (std::exchange(was_connected_, true)) statistics_.reconnected();
}

void ViewerPipeline::bytes_read(std::size_t size) { statistics_.read(size); }

void ViewerPipeline::frame_received(std::shared_ptr<ReceivedFrame> frame) {
  statistics_.frame_received(frame->bytes().size(), frame->reads, frame->jpeg.layout.stamp);
  if (saver_ != nullptr) saver_->save(frame);
  if (received_.put(std::move(frame))) statistics_.skipped_decode();
}

void ViewerPipeline::frame_refused(JpegVerdict verdict) {
  spdlog::debug("a frame {}", describe(verdict));
  statistics_.corrupt();
}

void ViewerPipeline::interrupted(const std::string& sentence) {
  notices_.put(sentence + "; reconnecting");
}

void ViewerPipeline::ended(const std::string& error) { on_finished_(error); }

void ViewerPipeline::decode(std::stop_token stop) {
  std::uint64_t decoded = 0;
  while (std::optional<std::shared_ptr<ReceivedFrame>> frame = received_.take(stop)) {
    if (!decode_frame(**frame)) continue;
    last_frame_ = std::move(*frame);
    if (++decoded == settings_.frames) return on_finished_("");
  }
}

bool ViewerPipeline::decode_frame(const ReceivedFrame& frame) {
  std::shared_ptr<Picture> picture = picture_pool_.take();
  if (!decoder_.decode(frame.jpeg.layout, *picture)) {
    statistics_.corrupt();
    return false;
  }
  statistics_.frame_decoded(measure(frame, steady_now()));
  if (pictures_.put({std::move(picture), frame.capture_time()})) statistics_.skipped_display();
  return true;
}

}  // namespace jpegwire
