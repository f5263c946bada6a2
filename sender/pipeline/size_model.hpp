#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "codec/frame.hpp"

namespace jpegwire {

/// The sizes in which a picture may be sent, as parts of its width and height, the largest first.
inline constexpr std::array kScales{1.0, 2.0 / 3, 1.0 / 2, 1.0 / 3};

/// Predicts the size of a JPEG from its scale, an index of kScales, and its quality, 1 to 100:
///
///   size(scale, quality) = floor(scale) + exp(curve of the scale at this quality)
///
/// The floor, which grows with the number of pixels, is what even the lowest quality costs. Each
/// curve rises with the quality. It begins as that of common photographs, and each encoded frame
/// corrects it. Bound to one thread.
class SizeModel {
 public:
  /// The size of the pictures before scaling. What was learned is kept, as the same scene in
  /// another size.
  void set_picture_size(PictureSize size);

  double size_bytes(std::size_t scale, int quality) const;

  /// A frame became so large: corrects the curve, most of all near this quality, and for a change
  /// of the scene all others too.
  void learn(std::size_t scale, int quality, std::size_t bytes);

 private:
  // The logarithm of the bytes above the floor, at qualities 1, 5, 10, 15, ... 100.
  using Curve = std::array<double, 21>;

  struct Place {
    std::size_t scale = 0;
    int quality = 0;
  };

  static Curve first_curve(double scale);
  double share_of_scene(std::size_t scale, int quality) const;
  double floor_bytes(std::size_t scale) const;

  double pixels_ = 1920.0 * 1080;  // before scaling
  std::array<Curve, kScales.size()> curves_{first_curve(kScales[0]), first_curve(kScales[1]),
                                            first_curve(kScales[2]), first_curve(kScales[3])};
  std::array<bool, kScales.size()> is_learned_{};
  std::optional<Place> last_;  // that was learned
};

}  // namespace jpegwire
