#include "viewer/camera/pipeline.hpp"

#include <spdlog/spdlog.h>

#include <utility>

#include "codec/thread_name.hpp"

namespace jpegwire {
namespace {

DecodedFrame stages_of(const ReceivedFrame& frame, WallTime now) {
  DecodedFrame decoded{.width = frame.jpeg.layout.width,
                       .height = frame.jpeg.layout.height,
                       .age = std::nullopt,
                       .encode = std::nullopt,
                       .network = std::nullopt,
                       .decode = now - frame.last_byte,
                       .is_patched = false};
  const std::optional<FrameStamp>& stamp = frame.stamp;
  if (!stamp) return decoded;
  decoded.encode = stamp->send_time - stamp->capture_time;
  if (!frame.sender_ahead) return decoded;
  decoded.network = frame.last_byte - (stamp->send_time - *frame.sender_ahead);
  decoded.age = now - *frame.capture_time();
  return decoded;
}

PictureSize size_of(const JpegLayout& layout) { return {layout.width, layout.height}; }

}  // namespace

ViewerPipeline::ViewerPipeline(ViewerPipelineSettings settings, Statistics& statistics,
                               FrameSaver* saver, RecordingSwitch& recording,
                               CameraUpdates& updates, OnFinished on_finished)
    : settings_(settings),
      statistics_(statistics),
      saver_(saver),
      recording_(recording),
      updates_(updates),
      on_finished_(std::move(on_finished)),
      bands_(settings.threads),
      decoder_(bands_) {}

void ViewerPipeline::start() {
  decode_thread_ = std::jthread([this](std::stop_token stop) {
    name_this_thread("decode");
    decode(std::move(stop));
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

void ViewerPipeline::frame_begun(const std::shared_ptr<ReceivedFrame>& frame) {
  if (received_.put(frame)) statistics_.skipped_decode();
}

void ViewerPipeline::frame_received(std::shared_ptr<ReceivedFrame> frame) {
  statistics_.frame_received(frame->came_bytes, frame->reads, frame->stamp);
  if (settings_.laboratory != nullptr) settings_.laboratory->frame_received(*frame);
  if (saver_ != nullptr) saver_->save(frame);
  recording_.record(frame);
}

// A frame that was begun is counted by the decode thread.
void ViewerPipeline::frame_given_up(const ReceivedFrame& frame, Reception how, bool was_begun) {
  const bool is_refused = how == Reception::refused;
  if (is_refused && !was_begun) statistics_.corrupt();
  statistics_.frame_given_up(frame.came_bytes, frame.stamp, was_begun || is_refused);
}

void ViewerPipeline::frame_refused(JpegVerdict verdict) {
  spdlog::debug("a frame {}", describe(verdict));
  statistics_.corrupt();
}

void ViewerPipeline::interrupted(const std::string& sentence) {
  updates_.put_notice(settings_.camera, sentence + "; reconnecting");
}

void ViewerPipeline::ended(const std::string& error) { on_finished_(error); }

void ViewerPipeline::decode(std::stop_token stop) {
  std::uint64_t whole = 0;
  while (std::optional<std::shared_ptr<ReceivedFrame>> frame = received_.take(stop)) {
    if (process(*frame, stop) != Reception::whole) continue;
    last_frame_ = std::move(*frame);
    if (++whole == settings_.frames) return on_finished_("");
  }
}

Reception ViewerPipeline::process(const std::shared_ptr<ReceivedFrame>& frame,
                                  const std::stop_token& stop) {
  OwnedPicture picture = pictures_.take_owned();
  const Reception reception = decode_bands(*frame, *picture, stop);
  if (!is_shown(reception)) {
    count_discarded(reception);
    return reception;
  }
  if (reception == Reception::incomplete)
    patcher_.fill_gaps(last_picture_.get(), *picture, steady_now());
  statistics_.frame_decoded(measure(*frame, *picture, reception));
  publish(frame, std::move(picture), reception);
  return reception;
}

// A frame whose bands are damaged in a way that validation cannot see counts as refused.
Reception ViewerPipeline::decode_bands(ReceivedFrame& frame, Picture& picture,
                                       const std::stop_token& stop) {
  bool is_sound = true;
  const DecodeScale scale = scale_for(size_of(frame.jpeg.layout));
  begin_picture(frame, scale, picture);
  for (;;) {
    frame.bands.take(new_bands_, stop);
    if (new_bands_.empty()) break;
    if (settings_.laboratory != nullptr &&
        settings_.laboratory->decode_naively(frame, decoder_, picture))
      continue;
    is_sound = decoder_.decode(frame.jpeg.layout, new_bands_, picture, scale) && is_sound;
    patcher_.note(new_bands_, steady_now());
  }
  return is_sound ? frame.bands.reception() : Reception::refused;
}

void ViewerPipeline::begin_picture(const ReceivedFrame& frame, DecodeScale scale,
                                   Picture& picture) {
  const unsigned session = session_;
  if (session != last_session_) patcher_.forget();
  last_session_ = session;
  const PictureSize jpeg = size_of(frame.jpeg.layout);
  picture.resize(PixelFormat::bgr, scale.of(jpeg.width), scale.of(jpeg.height));
  patcher_.begin(jpeg, scale);
}

bool ViewerPipeline::is_shown(Reception reception) const {
  return reception == Reception::whole ||
         (reception == Reception::incomplete && settings_.fills_gaps);
}

void ViewerPipeline::count_discarded(Reception reception) {
  if (reception == Reception::refused) statistics_.corrupt();
  if (reception == Reception::incomplete) statistics_.lost();
}

DecodedFrame ViewerPipeline::measure(const ReceivedFrame& frame, const Picture& picture,
                                     Reception reception) {
  DecodedFrame decoded = stages_of(frame, steady_now());
  if (settings_.reads_clock) decoded.age = age_by_clock(picture);
  decoded.is_patched = reception == Reception::incomplete;
  if (decoded.is_patched) decoded.decode.reset();  // it contains the wait for the missing bands
  return decoded;
}

// The clock shows wall time. A time that is not within the last minute was misread, or is from
// another clock.
std::optional<microseconds> ViewerPipeline::age_by_clock(const Picture& picture) {
  constexpr milliseconds kMinAge{-1};
  constexpr std::chrono::minutes kMaxAge{1};
  const WallTime now = wall_now();
  const std::optional<WallTime> seen = clock_.read(picture, now);
  if (!seen || now - *seen < kMinAge || now - *seen > kMaxAge) return std::nullopt;
  return now - *seen;
}

void ViewerPipeline::publish(const std::shared_ptr<ReceivedFrame>& frame, OwnedPicture picture,
                             Reception reception) {
  ShownFrame shown{.picture = kept_for_gaps(std::move(picture)),
                   .jpeg_size = size_of(frame->jpeg.layout),
                   .capture_time = frame->capture_time()};
  if (settings_.laboratory != nullptr) shown.arrival = settings_.laboratory->arrival_of(*frame);
  if (reception == Reception::whole) shown.received = frame;
  if (updates_.put_picture(settings_.camera, std::move(shown))) statistics_.skipped_display();
}

// The next frame's gaps are filled from this picture, so the display gets it as a shared one.
// Without gaps the picture is the display's own.
ShownPicture ViewerPipeline::kept_for_gaps(OwnedPicture picture) {
  if (!settings_.fills_gaps) return picture;
  last_picture_ = pictures_.share(std::move(picture));
  return last_picture_;
}

DecodeScale ViewerPipeline::scale_for(PictureSize jpeg) const {
  const PictureSize wanted = wanted_;
  return wanted == PictureSize{} ? DecodeScale{} : smallest_scale(jpeg, wanted);
}

}  // namespace jpegwire
