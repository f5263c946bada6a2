#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <random>

#include "sender/pipeline/size_model.hpp"

/// Sizes of JPEGs for tests of rate control.
namespace jpegwire::test {

/// Bytes of one photograph of 1920x1080 pixels, for each of kScales, at qualities 10, 15, ... 90.
inline constexpr std::array<std::array<double, 17>, kScales.size()> kMeasuredBytes{
    {{65500, 82604, 97571, 111800, 124720, 137417, 148178, 160432, 171224, 182932, 197245, 216427,
      239989, 267372, 310853, 373370, 495289},
     {33245, 42798, 50965, 58621, 65503, 72070, 77432, 83507, 88671, 94134, 100613, 109330, 119698,
      131694, 150930, 178224, 227589},
     {20953, 27304, 32756, 37771, 42353, 46608, 50260, 54204, 57548, 61197, 65481, 71004, 77777,
      85568, 98130, 116001, 147800},
     {10482, 13746, 16606, 19210, 21553, 23814, 25637, 27680, 29456, 31300, 33647, 36415, 39924,
      44077, 50564, 59942, 76521}}};

/// Of the photograph; below and above the measured qualities, the curve goes straight on.
inline double measured_bytes(std::size_t scale, double quality) {
  const auto& sizes = kMeasuredBytes.at(scale);
  const double place = (quality - 10) / 5;
  const auto low = static_cast<std::size_t>(
      std::min(std::max(place, 0.0), static_cast<double>(sizes.size() - 2)));
  const double part = place - static_cast<double>(low);
  return std::max(0.3 * sizes[0], sizes[low] + part * (sizes[low + 1] - sizes[low]));
}

/// Of a scene with so many times the detail of the photograph.
inline double scene_bytes(double complexity, std::size_t scale, double quality) {
  const double floor = 20e3 * kScales.at(scale) * kScales.at(scale);
  return floor + complexity * (measured_bytes(scale, quality) - floor);
}

/// A scene whose detail changes slowly, with noise from frame to frame, and whose sizes rise less
/// or more steeply with the quality than the photograph's.
class SyntheticScene {
 public:
  explicit SyntheticScene(unsigned seed) : random_(seed) {
    complexity_ = std::uniform_real_distribution(0.4, 3.0)(random_);
    steepness_ = std::uniform_real_distribution(0.85, 1.15)(random_);
  }

  /// To the next frame: as measured, half a percent of change and as much of noise.
  void go_on() {
    std::normal_distribution<double> change(0, 0.005);
    complexity_ *= std::exp(change(random_) - 0.01 * std::log(complexity_));
    noise_ = std::exp(change(random_));
  }

  double bytes(std::size_t scale, int quality) const {
    const double detail =
        std::pow(measured_bytes(scale, quality) / measured_bytes(scale, 50), steepness_ - 1);
    return noise_ * scene_bytes(complexity_ * detail, scale, quality);
  }

 private:
  std::mt19937 random_;
  double complexity_ = 1;
  double steepness_ = 1;
  double noise_ = 1;
};

}  // namespace jpegwire::test
