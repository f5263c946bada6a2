#pragma once

#include <cstddef>
#include <memory>
#include <opencv2/core.hpp>
#include <utility>
#include <vector>

#include "codec/frame.hpp"
#include "sender/sources/test_scene.hpp"

namespace jpegwire::bench {

inline constexpr int kWidth = 1920;
inline constexpr int kHeight = 1080;
inline constexpr int kQuality = 80;

/// The scene of the test card with the noise of a sensor, always the same. It has no time text,
/// because that would change the work of each run.
inline std::shared_ptr<Picture> test_picture(int width, int height) {
  constexpr double kNoiseDeviation = 2;
  auto picture = std::make_shared<Picture>();
  picture->resize(PixelFormat::i420, width, height);
  const Planes planes = planes_of(*picture);
  const Planes scene = make_test_scene({width, height});
  cv::RNG random(1);
  for (const auto& [from, to] :
       {std::pair(scene.luma, planes.luma), std::pair(scene.chroma_blue, planes.chroma_blue),
        std::pair(scene.chroma_red, planes.chroma_red)}) {
    cv::Mat noise(from.size(), CV_16SC1);
    random.fill(noise, cv::RNG::NORMAL, 0, kNoiseDeviation);
    cv::add(from, noise, to, cv::noArray(), CV_8U);
  }
  return picture;
}

/// The picture as a camera delivers it: the luma of the test card, and its chroma for each row
/// instead of every second row.
inline Picture yuyv_picture(int width, int height) {
  const std::shared_ptr<Picture> card = test_picture(width, height);
  Picture picture;
  picture.resize(PixelFormat::yuyv, width, height);
  const std::byte* luma = card->pixels.data();
  const std::byte* u = luma + width * height;
  const std::byte* v = u + width / 2 * (height / 2);
  std::byte* out = picture.pixels.data();
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; x += 2) {
      const int chroma = y / 2 * (width / 2) + x / 2;
      *out++ = luma[y * width + x];
      *out++ = u[chroma];
      *out++ = luma[y * width + x + 1];
      *out++ = v[chroma];
    }
  return picture;
}

/// The JPEG as in a file.
inline std::vector<std::byte> whole(const JpegLayout& layout) {
  std::vector<std::byte> jpeg{std::byte{0xFF}, std::byte{0xD8}};
  jpeg.insert(jpeg.end(), layout.header.begin(), layout.header.end());
  for (const Bytes band : layout.bands) jpeg.insert(jpeg.end(), band.begin(), band.end());
  return jpeg;
}

}  // namespace jpegwire::bench
