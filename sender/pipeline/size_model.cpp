#include "sender/pipeline/size_model.hpp"

#include <algorithm>
#include <cmath>

namespace jpegwire {
namespace {

// Measured on photographs of 1920x1080 pixels: what is left at the lowest qualities, the bytes
// above that at quality 50, and how these fall with the number of pixels.
constexpr double kMeasuredPixels = 1920.0 * 1080;
constexpr double kFloorBytes = 20e3;
constexpr double kBytesAtHalf = 150e3;
constexpr double kPixelsExponent = 0.9;

/// Where between two points of a curve a quality lies.
struct CurvePlace {
  std::size_t point = 0;  // and the next one
  double part = 0;        // 0 to 1
};

double quality_at(std::size_t point) { return point == 0 ? 1 : 5 * static_cast<double>(point); }

template <class Curve>
CurvePlace place_on(const Curve& curve, int quality) {
  const auto point = std::min(static_cast<std::size_t>(quality) / 5, curve.size() - 2);
  const double low = quality_at(point);
  return {point, (quality - low) / (quality_at(point + 1) - low)};
}

template <class Curve>
double value_at(const Curve& curve, int quality) {
  const auto [point, part] = place_on(curve, quality);
  return curve[point] + part * (curve[point + 1] - curve[point]);
}

template <class Curve>
void shift(Curve& curve, double by) {
  for (double& value : curve) value += by;
}

// A part of the error, `everywhere`, is corrected at all qualities, the rest only near this one.
template <class Curve>
void correct_near(Curve& curve, int quality, double error, double everywhere) {
  constexpr double kReach = 12;
  for (std::size_t point = 0; point < curve.size(); ++point) {
    const double distance = (quality_at(point) - quality) / kReach;
    curve[point] += error * (everywhere + (1 - everywhere) * std::exp(-distance * distance));
  }
  // Both directions from the quality that was measured, so that it keeps its correction.
  const std::size_t middle = place_on(curve, quality).point;
  for (std::size_t point = middle + 1; point < curve.size(); ++point)
    curve[point] = std::max(curve[point], curve[point - 1]);
  for (std::size_t point = middle; point-- > 0;)
    curve[point] = std::min(curve[point], curve[point + 1]);
}

}  // namespace

SizeModel::Curve SizeModel::first_curve(double scale) {
  Curve curve{-2.0, -1.8, -1.45, -1.08, -0.83, -0.635, -0.475, -0.335, -0.22, -0.1, 0,
              0.1,  0.21, 0.335, 0.475, 0.61,  0.79,   1.0,    1.3,    1.75,  2.5};
  shift(curve, std::log(kBytesAtHalf) + 2 * kPixelsExponent * std::log(scale));
  return curve;
}

double SizeModel::floor_bytes(std::size_t scale) const {
  return kFloorBytes * pixels_ / kMeasuredPixels * kScales.at(scale) * kScales.at(scale);
}

void SizeModel::set_picture_size(PictureSize size) {
  const double pixels = static_cast<double>(size.width) * size.height;
  for (Curve& curve : curves_) shift(curve, kPixelsExponent * std::log(pixels / pixels_));
  pixels_ = pixels;
}

double SizeModel::size_bytes(std::size_t scale, int quality) const {
  return floor_bytes(scale) + std::exp(value_at(curves_.at(scale), quality));
}

// A frame of the same quality and scale as the one before differs from its prediction because the
// scene has changed, which concerns all qualities and scales alike. The more the quality has
// changed, the more it is the shape of the curve that was wrong.
double SizeModel::share_of_scene(std::size_t scale, int quality) const {
  constexpr double kShapeAlone = 16;  // a change of the quality
  if (!last_) return 1;
  if (last_->scale != scale) return 0;
  return std::max(0.0, 1 - std::abs(quality - last_->quality) / kShapeAlone);
}

void SizeModel::learn(std::size_t scale, int quality, std::size_t bytes) {
  constexpr double kLeastEverywhere = 0.25;
  const double floor = floor_bytes(scale);
  const double above = std::max(static_cast<double>(bytes) - floor, floor / kFloorBytes * 1e3);
  const double error = std::log(above) - value_at(curves_.at(scale), quality);
  const double scene = share_of_scene(scale, quality);
  for (std::size_t i = 0; i < curves_.size(); ++i)
    if (i != scale) shift(curves_[i], error * scene);
  if (is_learned_[scale])
    correct_near(curves_[scale], quality, error, std::max(scene, kLeastEverywhere));
  else
    shift(curves_[scale], error);
  is_learned_[scale] = true;
  last_ = {scale, quality};
}

}  // namespace jpegwire
