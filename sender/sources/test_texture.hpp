#pragma once

#include <cmath>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace jpegwire {

/// A tile with a rim around it that continues it from its other end.
inline cv::Mat with_rim(const cv::Mat& tile, int rim) {
  cv::Mat framed;
  cv::copyMakeBorder(tile, framed, rim, rim, rim, rim, cv::BORDER_WRAP);
  return framed;
}

inline cv::Mat without_rim(const cv::Mat& framed, int rim) {
  return framed(cv::Rect(rim, rim, framed.cols - 2 * rim, framed.rows - 2 * rim));
}

/// A seamless tile of self-similar noise, -1 to 1, each octave `roughness` as strong as the one
/// twice as coarse.
inline cv::Mat fractal_noise(int size, float roughness, cv::RNG& random) {
  constexpr int kRim = 2;
  cv::Mat field(4, 4, CV_32F, cv::Scalar(0));
  float strength = 1;
  while (field.rows < size) {
    cv::Mat finer;
    cv::resize(with_rim(field, kRim), finer, {}, 2, 2, cv::INTER_CUBIC);
    finer = without_rim(finer, 2 * kRim);
    cv::Mat octave(finer.size(), CV_32F);
    random.fill(octave, cv::RNG::UNIFORM, -strength, strength);
    field = finer + octave;
    strength *= roughness;
  }
  return field / cv::norm(field, cv::NORM_INF);
}

/// Detail around middle grey that goes on without a seam in all directions.
class Texture {
 public:
  static constexpr int kSize = 512;  // of its tile

  explicit Texture(const cv::Mat& tile) {
    constexpr double kDeviation = 12;
    const double scale = kDeviation * std::sqrt(static_cast<double>(tile.total())) / cv::norm(tile);
    tile.convertTo(tile_, CV_8U, scale, kMiddleGrey);
  }

  /// How much lighter than its middle it is here; coordinates from 0.
  float at(int y, int x) const {
    return static_cast<float>(tile_.at<uchar>(y % kSize, x % kSize) - kMiddleGrey);
  }

 private:
  static constexpr int kMiddleGrey = 128;

  cv::Mat tile_;
};

/// Rock: rough heights lit from the upper right.
inline Texture make_rock(cv::RNG& random) {
  const cv::Mat heights = with_rim(fractal_noise(Texture::kSize, 0.62F, random), 1);
  const cv::Mat towards_light =
      (cv::Mat_<float>(3, 3) << 0.F, .5F, 1.F, -.5F, 0.F, .5F, -1.F, -.5F, 0.F);
  cv::Mat slopes;
  cv::filter2D(heights, slopes, CV_32F, towards_light);
  return Texture(without_rim(slopes, 1));
}

/// Grass from afar: noise drawn out vertically.
inline Texture make_grass(cv::RNG& random) {
  constexpr int kRim = 8;
  cv::Mat noise(Texture::kSize, Texture::kSize, CV_32F);
  random.fill(noise, cv::RNG::NORMAL, 0, 1);
  noise = with_rim(noise, kRim);
  cv::GaussianBlur(noise, noise, {3, 15}, 0.7, 2.4);
  return Texture(without_rim(noise, kRim));
}

}  // namespace jpegwire
