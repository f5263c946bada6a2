#include "viewer/camera/pipeline.hpp"

#include <spdlog/spdlog.h>

#include <utility>

#include "codec/thread_name.hpp"

namespace jpegwire {
namespace {

DecodedFrame measure(const UndecodedFrame& frame, WallTime last_byte, WallTime now) {
  DecodedFrame decoded{.width = frame.layout().width,
                       .height = frame.layout().height,
                       .age = std::nullopt,
                       .encode = std::nullopt,
                       .network = std::nullopt,
                       .decode = now - last_byte,
                       .is_patched = false};
  const FrameOrigin& origin = frame.origin();
  if (!origin.stamp) return decoded;
  decoded.encode = origin.stamp->send_time - origin.stamp->capture_time;
  if (!origin.sender_ahead) return decoded;
  decoded.network = last_byte - (origin.stamp->send_time - *origin.sender_ahead);
  decoded.age = now - *origin.capture_time();
  return decoded;
}

PixelSize size_of(const JpegLayout& layout) { return {layout.width, layout.height}; }

}  // namespace

ViewerPipeline::ViewerPipeline(ViewerPipelineSettings settings, Statistics& statistics,
                               FrameSaver* saver, RecordingSwitch& recording,
                               OnFinished on_finished, OnNews on_news)
    : settings_(settings),
      statistics_(statistics),
      saver_(saver),
      recording_(recording),
      on_finished_(std::move(on_finished)),
      on_news_(std::move(on_news)),
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

void ViewerPipeline::put_notice(std::string sentence) {
  notices_.put(std::move(sentence));
  on_news_();
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
  put_notice(sentence + "; reconnecting");
}

void ViewerPipeline::ended(const std::string& error) { on_finished_(error); }

void ViewerPipeline::decode(std::stop_token stop) {
  std::uint64_t whole = 0;
  while (const std::optional<UndecodedFrame> frame = received_.take(stop)) {
    FrameEnd end = decode_frame(*frame, stop);
    if (end.reception != Reception::whole) continue;
    last_frame_ = std::move(end.whole);
    if (++whole == settings_.frames) return on_finished_("");
  }
}

FrameEnd ViewerPipeline::decode_frame(const UndecodedFrame& frame, const std::stop_token& stop) {
  std::shared_ptr<Picture> picture = picture_pool_.take();
  const FrameEnd end = decode_bands(frame, *picture, stop);
  const Reception reception = end.reception;
  if (reception == Reception::refused) statistics_.corrupt();
  if (reception == Reception::incomplete) {
    if (settings_.whole_frames_only) {
      statistics_.lost();
      return end;
    }
    patcher_.fill_gaps(last_picture_.get(), *picture, steady_now());
  }
  if (reception != Reception::whole && reception != Reception::incomplete) return end;
  DecodedFrame decoded = measure(frame, end.last_byte, steady_now());
  if (settings_.reads_clock) decoded.age = age_by_clock(*picture);
  decoded.is_patched = reception == Reception::incomplete;
  if (decoded.is_patched) decoded.decode.reset();  // waiting for the rest was no decoding
  statistics_.frame_decoded(decoded);
  ShownFrame shown{.picture = picture,
                   .jpeg_size = size_of(frame.layout()),
                   .capture_time = frame.origin().capture_time(),
                   .received = end.whole};
  if (settings_.laboratory != nullptr && end.whole)
    shown.arrival = settings_.laboratory->arrival_of(*end.whole);
  // A stream of bytes needs no patches, and the display may draw on a picture that it has alone.
  last_picture_ = shown.arrival ? nullptr : std::move(picture);
  picture.reset();
  if (pictures_.put(std::move(shown))) statistics_.skipped_display();
  on_news_();
  return end;
}

// Damage that validation cannot see makes the frame a refused one.
FrameEnd ViewerPipeline::decode_bands(const UndecodedFrame& frame, Picture& picture,
                                      const std::stop_token& stop) {
  const unsigned session = session_;
  if (session != last_session_) patcher_.forget();
  last_session_ = session;
  const PixelSize jpeg = size_of(frame.layout());
  const DecodeScale scale = scale_for(jpeg);
  picture.resize(scale.of(jpeg.width), scale.of(jpeg.height));
  patcher_.begin(jpeg, scale);
  const bool is_sound = frame.whole ? decode_whole(*frame.whole, picture, scale)
                                    : decode_incoming(*frame.incoming, picture, scale, stop);
  FrameEnd end = frame.whole ? FrameEnd{Reception::whole, frame.whole->last_byte, frame.whole}
                             : frame.incoming->end();
  if (!is_sound) end = {Reception::refused, end.last_byte, nullptr};
  return end;
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

// The clock shows the wall's time. What is not of the last minute was misread, or another clock's.
std::optional<microseconds> ViewerPipeline::age_by_clock(const Picture& picture) {
  constexpr milliseconds kLeast{-1};
  constexpr std::chrono::minutes kMost{1};
  const WallTime now = wall_now();
  const std::optional<WallTime> seen = clock_.read(picture, now);
  if (!seen || now - *seen < kLeast || now - *seen > kMost) return std::nullopt;
  return now - *seen;
}

DecodeScale ViewerPipeline::scale_for(PixelSize jpeg) const {
  const PixelSize wanted = wanted_;
  return wanted == PixelSize{} ? DecodeScale{} : smallest_scale(jpeg, wanted);
}

}  // namespace jpegwire
