#include "viewer/camera/frame_decoder.hpp"

#include <utility>

namespace jpegwire {
namespace {

DecodedFrame stages_of(const UndecodedFrame& frame, WallTime last_byte, WallTime now) {
  const FrameOrigin& origin = frame.origin();
  DecodedFrame decoded{.width = frame.layout().width,
                       .height = frame.layout().height,
                       .age = std::nullopt,
                       .oldest_age = std::nullopt,
                       .encode = std::nullopt,
                       .network = std::nullopt,
                       .decode = now - last_byte,
                       .is_patched = false,
                       .lacks_packets = false,
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

// As exact as it is known: the first byte arrives later than its pixels are captured.
WallTime captured(const FrameOrigin& origin) {
  return origin.capture_time().value_or(origin.first_byte);
}

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
                               const std::stop_token& stop, const std::function<bool()>& is_fresh) {
  OwnedPicture picture = pictures_.take_owned();
  FrameEnd end = decode_bands(frame, wanted, *picture, stop);
  if (!is_shown(end.reception)) {
    count_discarded(end);
    end.whole.reset();
    return end;
  }
  if (!is_fresh()) return {};
  if (end.reception == Reception::incomplete) fill_gaps(*picture);
  const DecodedFrame decoded = measure(frame, end, *picture);
  statistics_.frame_decoded(decoded);
  publish(frame, end, decoded, std::move(picture));
  return end;
}

// A frame of which no row can be decoded counts as refused. One that is damaged, or whose scan ends
// early, is as incomplete as one of which datagrams were lost.
FrameEnd FrameDecoder::decode_bands(const UndecodedFrame& frame, PictureSize wanted,
                                    Picture& picture, const std::stop_token& stop) {
  const DecodeScale scale =
      wanted == PictureSize{} ? DecodeScale{} : smallest_scale(size_of(frame.layout()), wanted);
  begin_picture(frame, scale, picture);
  const DecodedRows rows = frame.whole ? decode_whole(*frame.whole, picture, scale)
                                       : decode_incoming(*frame.incoming, picture, scale, stop);
  FrameEnd end = frame.whole ? FrameEnd{.reception = Reception::whole,
                                        .last_byte = frame.whole->last_byte,
                                        .whole = frame.whole}
                             : frame.incoming->end();
  if (rows == DecodedRows::all || end.reception == Reception::refused) return end;
  if (rows == DecodedRows::none)
    return {Reception::refused, end.last_byte, nullptr, JpegVerdict::undecodable};
  return {Reception::incomplete, end.last_byte, end.whole, JpegVerdict::ok};
}

void FrameDecoder::begin_picture(const UndecodedFrame& frame, DecodeScale scale, Picture& picture) {
  if (std::exchange(last_session_, frame.session) != frame.session) {
    patcher_.forget();
    last_frame_.reset();
  }
  const PictureSize jpeg = size_of(frame.layout());
  picture.resize(PixelFormat::bgr, scale.of(jpeg.width), scale.of(jpeg.height));
  begun_ = {.jpeg = jpeg, .scale = scale, .captured = captured(frame.origin())};
  patcher_.begin(begun_);
  // Datagrams are likely to be lost. Over TCP gaps are rare.
  if (frame.incoming) keeps_pictures_ = settings_.fills_gaps;
}

DecodedRows FrameDecoder::decode_whole(const ReceivedFrame& frame, Picture& picture,
                                       DecodeScale scale) {
  if (lesson_.decode_naively(frame, decoder_, picture)) return DecodedRows::all;
  const JpegLayout& layout = frame.jpeg.layout;
  new_bands_.clear();
  for (std::size_t i = 0; i < layout.bands.size(); ++i) new_bands_.push_back(layout.band(i));
  const DecodedRows rows = decoder_.decode(layout, new_bands_, picture, scale);
  patcher_.note(new_bands_, steady_now());
  return rows;
}

DecodedRows FrameDecoder::decode_incoming(const IncomingFrame& frame, Picture& picture,
                                          DecodeScale scale, const std::stop_token& stop) {
  bool has_all = true;
  bool has_some = false;
  for (frame.take(new_bands_, stop); !new_bands_.empty(); frame.take(new_bands_, stop)) {
    const DecodedRows rows = decoder_.decode(frame.layout(), new_bands_, picture, scale);
    has_all = has_all && rows == DecodedRows::all;
    has_some = has_some || rows != DecodedRows::none;
    patcher_.note(new_bands_, steady_now());
  }
  if (has_all) return DecodedRows::all;
  return has_some ? DecodedRows::some : DecodedRows::none;
}

void FrameDecoder::fill_gaps(Picture& picture) {
  if (!keeps_pictures_) begin_to_keep_pictures();
  patcher_.fill_gaps(picture, steady_now());
}

// Until a frame has a gap, the display owns the pictures, which saves it a copy of each. So for the
// first gap the frame before is decoded again.
void FrameDecoder::begin_to_keep_pictures() {
  keeps_pictures_ = true;
  const std::shared_ptr<const ReceivedFrame> last = std::exchange(last_frame_, nullptr);
  if (!last || size_of(last->jpeg.layout) != begun_.jpeg) return;
  OwnedPicture picture = pictures_.take_owned();
  if (decoder_.decode(last->jpeg.layout, *picture, begun_.scale) != DecodedRows::all) return;
  BandPatcher::Frame earlier = begun_;
  earlier.captured = captured(*last);
  patcher_.keep_earlier(earlier, pictures_.share(std::move(picture)), last_decoded_);
}

bool FrameDecoder::is_shown(Reception reception) const {
  return reception == Reception::whole ||
         (reception == Reception::incomplete && settings_.fills_gaps);
}

void FrameDecoder::count_discarded(const FrameEnd& end) {
  if (end.reception == Reception::refused) statistics_.refused(end.verdict);
  if (end.reception != Reception::incomplete) return;
  if (end.whole)
    statistics_.refused(JpegVerdict::damaged);
  else
    statistics_.lost();
}

// The rows that were patched are older than the frame itself.
DecodedFrame FrameDecoder::measure(const UndecodedFrame& frame, const FrameEnd& end,
                                   const Picture& picture) {
  const WallTime now = steady_now();
  DecodedFrame decoded = stages_of(frame, end.last_byte, now);
  decoded.decoded = now;
  if (settings_.reads_clock) decoded.age = age_by_clock(picture);
  decoded.oldest_age = decoded.age;
  decoded.is_patched = end.reception == Reception::incomplete;
  decoded.lacks_packets = decoded.is_patched && !end.whole;
  if (!decoded.is_patched) return decoded;
  decoded.decode.reset();  // it contains the wait for the missing bands
  if (decoded.age) *decoded.oldest_age += begun_.captured - patcher_.oldest_capture();
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

// Of the oldest pixels, as far as it is known. With the clock in the picture, the age is the
// light's and not the sender's.
std::optional<WallTime> FrameDecoder::capture_time(const UndecodedFrame& frame,
                                                   const DecodedFrame& decoded) const {
  if (settings_.reads_clock)
    return decoded.oldest_age ? std::optional(steady_now() - *decoded.oldest_age) : std::nullopt;
  const std::optional<WallTime> captured = frame.origin().capture_time();
  return captured && decoded.is_patched ? patcher_.oldest_capture() : captured;
}

void FrameDecoder::publish(const UndecodedFrame& frame, const FrameEnd& end,
                           const DecodedFrame& decoded, OwnedPicture picture) {
  ShownFrame shown{.picture = {},
                   .jpeg_size = size_of(frame.layout()),
                   .capture_time = capture_time(frame, decoded),
                   .no_signal = frame.origin().is_card(),
                   .received = end.reception == Reception::whole ? end.whole : nullptr};
  shown.picture = kept_for_gaps(std::move(picture));
  if (end.whole) shown.arrival = lesson_.arrival_of(*end.whole);
  if (settings_.fills_gaps && !keeps_pictures_) {
    last_frame_ = end.whole;
    last_decoded_ = steady_now();
  }
  if (updates_.put_picture(settings_.camera, std::move(shown))) statistics_.skipped_display();
}

// The next frame's gaps are filled from this picture, so the display gets it as a shared one.
// Without gaps the picture is the display's own.
ShownPicture FrameDecoder::kept_for_gaps(OwnedPicture picture) {
  if (!keeps_pictures_) return picture;
  std::shared_ptr<const Picture> shared = pictures_.share(std::move(picture));
  patcher_.keep(shared);
  return shared;
}

}  // namespace jpegwire
