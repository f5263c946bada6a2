#include "viewer/camera/pipeline.hpp"

#include <spdlog/spdlog.h>

#include <utility>

#include "codec/thread_name.hpp"

namespace jpegwire {
namespace {

DecodedFrame measure(const ReceivedFrame& frame, WallTime now) {
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

void ViewerPipeline::frame_begun(const std::shared_ptr<ReceivedFrame>& frame) {
  if (received_.put(frame)) statistics_.skipped_decode();
}

void ViewerPipeline::frame_received(std::shared_ptr<ReceivedFrame> frame) {
  statistics_.frame_received(frame->came_bytes, frame->reads, frame->stamp);
  if (settings_.laboratory != nullptr) settings_.laboratory->frame_received(*frame);
  if (saver_ != nullptr) saver_->save(frame);
  recording_.record(frame);
}

// One that was begun is counted where it is decoded.
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
  put_notice(sentence + "; reconnecting");
}

void ViewerPipeline::ended(const std::string& error) { on_finished_(error); }

void ViewerPipeline::decode(std::stop_token stop) {
  std::uint64_t whole = 0;
  while (std::optional<std::shared_ptr<ReceivedFrame>> frame = received_.take(stop)) {
    if (decode_frame(*frame, stop) != Reception::whole) continue;
    last_frame_ = std::move(*frame);
    if (++whole == settings_.frames) return on_finished_("");
  }
}

Reception ViewerPipeline::decode_frame(const std::shared_ptr<ReceivedFrame>& received,
                                       const std::stop_token& stop) {
  ReceivedFrame& frame = *received;
  std::shared_ptr<Picture> picture = picture_pool_.take();
  const Reception reception = decode_bands(frame, *picture, stop);
  if (reception == Reception::refused) statistics_.corrupt();
  if (reception == Reception::incomplete) {
    if (settings_.whole_frames_only) {
      statistics_.lost();
      return reception;
    }
    patcher_.fill_gaps(last_picture_.get(), *picture, steady_now());
  }
  if (reception != Reception::whole && reception != Reception::incomplete) return reception;
  DecodedFrame decoded = measure(frame, steady_now());
  if (settings_.reads_clock) decoded.age = age_by_clock(*picture);
  decoded.is_patched = reception == Reception::incomplete;
  if (decoded.is_patched) decoded.decode.reset();  // waiting for the rest was no decoding
  statistics_.frame_decoded(decoded);
  ShownFrame shown{.picture = picture,
                   .jpeg_size = size_of(frame.jpeg.layout),
                   .capture_time = frame.capture_time()};
  if (settings_.laboratory != nullptr) shown.arrival = settings_.laboratory->arrival_of(frame);
  if (reception == Reception::whole) shown.received = received;
  // A stream of bytes needs no patches, and the display may draw on a picture that it has alone.
  last_picture_ = shown.arrival ? nullptr : std::move(picture);
  picture.reset();
  if (pictures_.put(std::move(shown))) statistics_.skipped_display();
  on_news_();
  return reception;
}

// Bands that are damaged beyond what the gate can see make the frame a refused one.
Reception ViewerPipeline::decode_bands(ReceivedFrame& frame, Picture& picture,
                                       const std::stop_token& stop) {
  bool is_sound = true;
  const unsigned session = session_;
  if (session != last_session_) patcher_.forget();
  last_session_ = session;
  const PictureSize jpeg = size_of(frame.jpeg.layout);
  const DecodeScale scale = scale_for(jpeg);
  picture.resize(PixelFormat::bgr, scale.of(jpeg.width), scale.of(jpeg.height));
  patcher_.begin(jpeg, scale);
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

// The clock shows the wall's time. What is not of the last minute was misread, or another clock's.
std::optional<microseconds> ViewerPipeline::age_by_clock(const Picture& picture) {
  constexpr milliseconds kLeast{-1};
  constexpr std::chrono::minutes kMost{1};
  const WallTime now = wall_now();
  const std::optional<WallTime> seen = clock_.read(picture, now);
  if (!seen || now - *seen < kLeast || now - *seen > kMost) return std::nullopt;
  return now - *seen;
}

DecodeScale ViewerPipeline::scale_for(PictureSize jpeg) const {
  const PictureSize wanted = wanted_;
  return wanted == PictureSize{} ? DecodeScale{} : smallest_scale(jpeg, wanted);
}

}  // namespace jpegwire
