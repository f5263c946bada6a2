#include "sender/pipeline/group_encoder.hpp"

#include <limits>
#include <utility>

namespace jpegwire {
namespace {

/// 1.4 times the budget; 0 (no limit) where that is beyond all frames.
std::size_t much_more_than(std::size_t budget_bytes) {
  if (budget_bytes > std::numeric_limits<std::size_t>::max() / 2) return 0;
  return budget_bytes + budget_bytes / 5 * 2;
}

}  // namespace

GroupEncoder::GroupEncoder(BandPool& pool, JpegEncoder& encoder)
    : encoder_(encoder), scaler_(pool) {}

GroupFrame GroupEncoder::encode(const RawView& picture, const FrameIdentity& identity,
                                const FrameBudget& budget, SteadyTime now,
                                const OnBands& on_bands) {
  const PictureSize size{picture.width, picture.height};
  EncodeChoice choice = control_.choose(size, budget, now);
  const bool can_retry = !on_bands && !choice.is_lowest;
  EncodeResult result =
      encode_as(choice, picture, can_retry ? much_more_than(budget.bytes) : 0, identity, on_bands);
  const bool is_second_try = result.frame == nullptr;
  if (is_second_try) {
    choice = control_.choose(size, budget, now);
    result = encode_as(choice, picture, 0, identity, on_bands);
  }
  return {std::move(result.frame), choice, is_second_try};
}

EncodeResult GroupEncoder::encode_as(const EncodeChoice& choice, const RawView& picture,
                                     std::size_t stop_above, const FrameIdentity& identity,
                                     const OnBands& on_bands) {
  const bool is_whole = choice.size == PictureSize{picture.width, picture.height};
  const RawView scaled = is_whole ? picture : RawView(scaler_.scale(picture, choice.size));
  EncodeResult result = encoder_.encode(
      scaled, {.quality = choice.quality, .stop_above_bytes = stop_above}, identity, on_bands);
  control_.learn(choice, result.size_bytes);
  return result;
}

}  // namespace jpegwire
