#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "codec/frame.hpp"
#include "codec/time.hpp"
#include "sender/pipeline/size_model.hpp"

namespace jpegwire {

/// What a group of viewers can be sent as its next frame.
struct FrameBudget {
  std::uint64_t formed = 0;  // another number is another group: nothing chosen before counts
  std::size_t bytes = 0;
  PictureSize limit{};    // of the picture, each way; 0: none
  PictureSize shown{};    // the pixels that the viewers show, each way; 0: all that they are sent
  int size_multiple = 2;  // of which a scaled picture's width and height are multiples, if 2 or 8
  bool may_scale = true;  // otherwise the picture keeps its size, whatever is shown
  int min_quality = 10;   // 1 to 100
  int max_quality = 80;   // likewise; it wins over min_quality
};

/// How a frame is encoded.
struct EncodeChoice {
  std::size_t scale = 0;   // of kScales
  PictureSize size{};      // the picture's own, or multiples as wanted of at least 16
  int quality = 0;         // 1 to 100
  bool is_lowest = false;  // nothing smaller may be chosen

  bool operator==(const EncodeChoice&) const = default;
};

/// Chooses the quality and size of each frame for one group of viewers: the largest quality that
/// the budget allows, at most 15 above that of the frame before, because the prediction of the size
/// becomes worse with the distance. Below quality 30 a smaller picture looks better at the same
/// bytes, so the scale is reduced; it is raised again when the larger picture would have quality 38
/// for 0.7 s. A picture is not sent larger than the smallest scale that covers what is shown. Where
/// even the least is too large, the least is chosen, and frames have to be skipped. Bound to one
/// thread.
class QualityControl {
 public:
  /// `picture` is its size before scaling, at least one pixel each way.
  EncodeChoice choose(PictureSize picture, const FrameBudget& budget, SteadyTime now);

  /// A frame that was encoded as chosen became so large, or would have become.
  void learn(const EncodeChoice& choice, std::size_t bytes);

 private:
  void begin_group();
  std::optional<int> best_quality(std::size_t scale, const FrameBudget& budget) const;
  std::size_t choose_scale(const FrameBudget& budget, std::size_t largest, std::size_t smallest,
                           SteadyTime now);
  std::size_t raise_scale(const FrameBudget& budget, std::size_t largest, SteadyTime now);

  SizeModel model_;
  PictureSize picture_{};
  std::size_t scale_ = 0;
  std::uint64_t formed_ = 0;
  std::optional<int> last_quality_;
  std::optional<SteadyTime> larger_fits_since_;
};

}  // namespace jpegwire
