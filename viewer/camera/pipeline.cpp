#include "viewer/camera/pipeline.hpp"

#include <spdlog/spdlog.h>

#include <utility>

#include "codec/thread_name.hpp"

namespace jpegwire {
namespace {

DecodedFrame stages_of(const UndecodedFrame& frame, WallTime last_byte, WallTime now) {
  const FrameOrigin& origin = frame.origin();
  DecodedFrame decoded{.width = frame.layout().width,
                       .height = frame.layout().height,
                       .age = std::nullopt,
                       .encode = std::nullopt,
                       .network = std::nullopt,
                       .decode = now - last_byte,
                       .is_patched = false};
  const std::optional<FrameStamp>& stamp = origin.stamp;
  if (!stamp) return decoded;
  decoded.encode = stamp->send_time - stamp->capture_time;
  if (!origin.sender_ahead) return decoded;
  decoded.network = last_byte - (stamp->send_time - *origin.sender_ahead);
  decoded.age = now - *origin.capture_time();
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

bool ViewerPipeline::frame_begun(const std::shared_ptr<const IncomingFrame>& frame) {
  offer({.whole = nullptr, .incoming = frame});
  return true;
}

void ViewerPipeline::frame_received(std::shared_ptr<ReceivedFrame> frame) {
  statistics_.frame_received(frame->bytes().size(), frame->reads, frame->stamp);
  if (settings_.laboratory != nullptr) settings_.laboratory->frame_received(*frame);
  if (!frame->was_begun) offer({.whole = frame, .incoming = nullptr});
  if (saver_ != nullptr) saver_->save(frame);
  recording_.record(frame);
}

void ViewerPipeline::offer(UndecodedFrame frame) {
  if (received_.put(std::move(frame))) statistics_.skipped_decode();
}

// A refused frame that was begun is counted by the decode thread.
void ViewerPipeline::frame_given_up(const LostFrame& frame) {
  const bool is_refused = frame.reception == Reception::refused;
  if (is_refused && !frame.was_begun) statistics_.corrupt();
  statistics_.frame_given_up(frame.came_bytes, frame.stamp, frame.was_begun || is_refused);
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
  while (const std::optional<UndecodedFrame> frame = received_.take(stop)) {
    FrameEnd end = process(*frame, stop);
    if (end.reception != Reception::whole) continue;
    last_frame_ = std::move(end.whole);
    if (++whole == settings_.frames) return on_finished_("");
  }
}

FrameEnd ViewerPipeline::process(const UndecodedFrame& frame, const std::stop_token& stop) {
  OwnedPicture picture = pictures_.take_owned();
  FrameEnd end = decode_bands(frame, *picture, stop);
  if (!is_shown(end.reception)) {
    count_discarded(end.reception);
    return end;
  }
  if (end.reception == Reception::incomplete) patcher_.fill_gaps(*picture, steady_now());
  statistics_.frame_decoded(measure(frame, end, *picture));
  publish(frame, end, std::move(picture));
  return end;
}

// A frame whose bands are damaged in a way that validation cannot see counts as refused.
FrameEnd ViewerPipeline::decode_bands(const UndecodedFrame& frame, Picture& picture,
                                      const std::stop_token& stop) {
  const PictureSize jpeg = size_of(frame.layout());
  const DecodeScale scale = scale_for(jpeg);
  begin_picture(jpeg, scale, picture);
  const bool is_sound = frame.whole ? decode_whole(*frame.whole, picture, scale)
                                    : decode_incoming(*frame.incoming, picture, scale, stop);
  FrameEnd end = frame.whole ? FrameEnd{Reception::whole, frame.whole->last_byte, frame.whole}
                             : frame.incoming->end();
  if (!is_sound) end = {Reception::refused, end.last_byte, nullptr};
  return end;
}

void ViewerPipeline::begin_picture(PictureSize jpeg, DecodeScale scale, Picture& picture) {
  const unsigned session = session_;
  if (session != last_session_) patcher_.forget();
  last_session_ = session;
  picture.resize(PixelFormat::bgr, scale.of(jpeg.width), scale.of(jpeg.height));
  patcher_.begin(jpeg, scale);
}

bool ViewerPipeline::decode_whole(const ReceivedFrame& frame, Picture& picture, DecodeScale scale) {
  if (settings_.laboratory != nullptr &&
      settings_.laboratory->decode_naively(frame, decoder_, picture))
    return true;
  const JpegLayout& layout = frame.jpeg.layout;
  new_bands_.clear();
  for (std::size_t i = 0; i < layout.bands.size(); ++i) new_bands_.push_back(layout.band(i));
  const bool is_sound = decoder_.decode(layout, new_bands_, picture, scale);
  patcher_.note(new_bands_, steady_now());
  return is_sound;
}

bool ViewerPipeline::decode_incoming(const IncomingFrame& frame, Picture& picture,
                                     DecodeScale scale, const std::stop_token& stop) {
  bool is_sound = true;
  for (frame.take(new_bands_, stop); !new_bands_.empty(); frame.take(new_bands_, stop)) {
    is_sound = decoder_.decode(frame.layout(), new_bands_, picture, scale) && is_sound;
    patcher_.note(new_bands_, steady_now());
  }
  return is_sound;
}

bool ViewerPipeline::is_shown(Reception reception) const {
  return reception == Reception::whole ||
         (reception == Reception::incomplete && settings_.fills_gaps);
}

void ViewerPipeline::count_discarded(Reception reception) {
  if (reception == Reception::refused) statistics_.corrupt();
  if (reception == Reception::incomplete) statistics_.lost();
}

DecodedFrame ViewerPipeline::measure(const UndecodedFrame& frame, const FrameEnd& end,
                                     const Picture& picture) {
  DecodedFrame decoded = stages_of(frame, end.last_byte, steady_now());
  if (settings_.reads_clock) decoded.age = age_by_clock(picture);
  decoded.is_patched = end.reception == Reception::incomplete;
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

void ViewerPipeline::publish(const UndecodedFrame& frame, const FrameEnd& end,
                             OwnedPicture picture) {
  ShownFrame shown{.picture = kept_for_gaps(std::move(picture)),
                   .jpeg_size = size_of(frame.layout()),
                   .capture_time = frame.origin().capture_time(),
                   .received = end.whole};
  if (settings_.laboratory != nullptr && end.whole)
    shown.arrival = settings_.laboratory->arrival_of(*end.whole);
  if (updates_.put_picture(settings_.camera, std::move(shown))) statistics_.skipped_display();
}

// The next frame's gaps are filled from this picture, so the display gets it as a shared one.
// Without gaps the picture is the display's own.
ShownPicture ViewerPipeline::kept_for_gaps(OwnedPicture picture) {
  if (!settings_.fills_gaps) return picture;
  std::shared_ptr<const Picture> shared = pictures_.share(std::move(picture));
  patcher_.keep(shared);
  return shared;
}

DecodeScale ViewerPipeline::scale_for(PictureSize jpeg) const {
  const PictureSize wanted = wanted_;
  return wanted == PictureSize{} ? DecodeScale{} : smallest_scale(jpeg, wanted);
}

}  // namespace jpegwire
