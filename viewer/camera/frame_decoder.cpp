#include "viewer/camera/frame_decoder.hpp"

#include <utility>

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
                       .is_patched = false,
                       .no_signal = origin.is_card()};
  const std::optional<FrameStamp>& stamp = origin.stamp;
  if (!stamp) return decoded;
  decoded.encode = stamp->send_time - stamp->capture_time;
  if (!origin.sender_ahead) return decoded;
  decoded.network = last_byte - (stamp->send_time - *origin.sender_ahead);
  if (!decoded.no_signal) decoded.age = now - *origin.capture_time();
  return decoded;
}

PictureSize size_of(const JpegLayout& layout) { return {layout.width, layout.height}; }

}  // namespace

FrameDecoder::FrameDecoder(const FrameDecoderSettings& settings, Statistics& statistics,
                           CameraUpdates& updates)
    : settings_(settings),
      statistics_(statistics),
      updates_(updates),
      bands_(settings.threads),
      decoder_(bands_),
      lesson_(settings.naive) {}

FrameEnd FrameDecoder::process(const UndecodedFrame& frame, PictureSize wanted,
                               const std::stop_token& stop) {
  OwnedPicture picture = pictures_.take_owned();
  FrameEnd end = decode_bands(frame, wanted, *picture, stop);
  if (!is_shown(end.reception)) {
    count_discarded(end);
    return end;
  }
  if (end.reception == Reception::incomplete) patcher_.fill_gaps(*picture, steady_now());
  statistics_.frame_decoded(measure(frame, end, *picture));
  publish(frame, end, std::move(picture));
  return end;
}

// A frame whose bands are damaged in a way that validation cannot see counts as refused.
FrameEnd FrameDecoder::decode_bands(const UndecodedFrame& frame, PictureSize wanted,
                                    Picture& picture, const std::stop_token& stop) {
  const DecodeScale scale =
      wanted == PictureSize{} ? DecodeScale{} : smallest_scale(size_of(frame.layout()), wanted);
  begin_picture(frame, scale, picture);
  const bool is_sound = frame.whole ? decode_whole(*frame.whole, picture, scale)
                                    : decode_incoming(*frame.incoming, picture, scale, stop);
  FrameEnd end = frame.whole ? FrameEnd{.reception = Reception::whole,
                                        .last_byte = frame.whole->last_byte,
                                        .whole = frame.whole}
                             : frame.incoming->end();
  if (!is_sound && end.reception != Reception::refused)
    end = {Reception::refused, end.last_byte, nullptr, JpegVerdict::undecodable};
  return end;
}

void FrameDecoder::begin_picture(const UndecodedFrame& frame, DecodeScale scale, Picture& picture) {
  if (frame.session != last_session_) patcher_.forget();
  last_session_ = frame.session;
  const PictureSize jpeg = size_of(frame.layout());
  picture.resize(PixelFormat::bgr, scale.of(jpeg.width), scale.of(jpeg.height));
  patcher_.begin(jpeg, scale);
}

bool FrameDecoder::decode_whole(const ReceivedFrame& frame, Picture& picture, DecodeScale scale) {
  if (lesson_.decode_naively(frame, decoder_, picture)) return true;
  const JpegLayout& layout = frame.jpeg.layout;
  new_bands_.clear();
  for (std::size_t i = 0; i < layout.bands.size(); ++i) new_bands_.push_back(layout.band(i));
  const bool is_sound = decoder_.decode(layout, new_bands_, picture, scale);
  patcher_.note(new_bands_, steady_now());
  return is_sound;
}

bool FrameDecoder::decode_incoming(const IncomingFrame& frame, Picture& picture, DecodeScale scale,
                                   const std::stop_token& stop) {
  bool is_sound = true;
  for (frame.take(new_bands_, stop); !new_bands_.empty(); frame.take(new_bands_, stop)) {
    is_sound = decoder_.decode(frame.layout(), new_bands_, picture, scale) && is_sound;
    patcher_.note(new_bands_, steady_now());
  }
  return is_sound;
}

bool FrameDecoder::is_shown(Reception reception) const {
  return reception == Reception::whole ||
         (reception == Reception::incomplete && settings_.fills_gaps);
}

void FrameDecoder::count_discarded(const FrameEnd& end) {
  if (end.reception == Reception::refused) statistics_.refused(end.verdict);
  if (end.reception == Reception::incomplete) statistics_.lost();
}

DecodedFrame FrameDecoder::measure(const UndecodedFrame& frame, const FrameEnd& end,
                                   const Picture& picture) {
  DecodedFrame decoded = stages_of(frame, end.last_byte, steady_now());
  if (settings_.reads_clock) decoded.age = age_by_clock(picture);
  decoded.is_patched = end.reception == Reception::incomplete;
  if (decoded.is_patched) decoded.decode.reset();  // it contains the wait for the missing bands
  return decoded;
}

// The clock shows wall time. A time that is not within the last minute was misread, or is from
// another clock.
std::optional<microseconds> FrameDecoder::age_by_clock(const Picture& picture) {
  constexpr milliseconds kMinAge{-1};
  constexpr std::chrono::minutes kMaxAge{1};
  const WallTime now = wall_now();
  const std::optional<WallTime> seen = clock_.read(picture, now);
  if (!seen || now - *seen < kMinAge || now - *seen > kMaxAge) return std::nullopt;
  return now - *seen;
}

void FrameDecoder::publish(const UndecodedFrame& frame, const FrameEnd& end, OwnedPicture picture) {
  ShownFrame shown{.picture = kept_for_gaps(std::move(picture)),
                   .jpeg_size = size_of(frame.layout()),
                   .capture_time = frame.origin().capture_time(),
                   .no_signal = frame.origin().is_card(),
                   .received = end.whole};
  if (end.whole) shown.arrival = lesson_.arrival_of(*end.whole);
  if (updates_.put_picture(settings_.camera, std::move(shown))) statistics_.skipped_display();
}

// The next frame's gaps are filled from this picture, so the display gets it as a shared one.
// Without gaps the picture is the display's own.
ShownPicture FrameDecoder::kept_for_gaps(OwnedPicture picture) {
  if (!settings_.fills_gaps) return picture;
  std::shared_ptr<const Picture> shared = pictures_.share(std::move(picture));
  patcher_.keep(shared);
  return shared;
}

}  // namespace jpegwire
