#include "codec/picture_scaler.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <random>

#include "support/jpegs.hpp"

namespace jpegwire::picture_scaler_test {
namespace {

using namespace test;

constexpr std::array kFormats{PixelFormat::i420, PixelFormat::nv12, PixelFormat::yuyv,
                              PixelFormat::uyvy, PixelFormat::grey, PixelFormat::bgr};

/// Brighter to the right and downwards, the same wherever it is sampled.
int brightness(double x, double y, PictureSize size) {
  return static_cast<int>(30 + 120 * x / size.width + 80 * y / size.height);
}

/// Gives each byte what `sample` says for its place.
template <class Sample>
void fill_plane(std::byte* bytes, int columns, int rows, std::size_t stride, Sample sample) {
  for (int y = 0; y < rows; ++y)
    for (int x = 0; x < columns; ++x)
      bytes[static_cast<std::size_t>(y) * stride + static_cast<std::size_t>(x)] =
          static_cast<std::byte>(sample(x, y));
}

/// A picture with the brightness above, U of 90 and V of 170 where the format has both, in rows
/// that are padded with bytes that must not be seen.
struct Gradient {
  static constexpr std::size_t kPadding = 32;

  Gradient(PixelFormat format, PictureSize size)
      : stride(row_size_bytes(format, size.width) + kPadding),
        bytes(raw_size_bytes(format, size.width, size.height, stride), std::byte{0xEE}),
        view(format, size, bytes, stride) {
    const auto planes = plane_layouts(format, size.width, size.height, stride);
    for (std::size_t i = 0; i < planes.size(); ++i)
      fill_plane(bytes.data() + planes[i].offset_bytes, static_cast<int>(planes[i].row_bytes),
                 static_cast<int>(planes[i].rows), planes[i].stride_bytes,
                 [&](int x, int y) { return sample(format, size, i, x, y); });
  }

  static int sample(PixelFormat format, PictureSize size, std::size_t plane, int x, int y) {
    constexpr std::array kPair{90, 170};
    const auto half = static_cast<std::size_t>(x) / 2;
    if (format == PixelFormat::i420 && plane > 0) return kPair.at(plane - 1);
    if (format == PixelFormat::nv12 && plane > 0) return kPair.at(static_cast<std::size_t>(x % 2));
    if (format == PixelFormat::yuyv && x % 2 == 1) return kPair.at(half % 2);
    if (format == PixelFormat::uyvy && x % 2 == 0) return kPair.at(half % 2);
    if (format == PixelFormat::bgr) return brightness(x / 3 + 0.5, y + 0.5, size);
    const bool is_packed = format == PixelFormat::yuyv || format == PixelFormat::uyvy;
    return brightness((is_packed ? x / 2 : x) + 0.5, y + 0.5, size);
  }

  std::size_t stride;
  ByteVector bytes;
  RawView view;
};

/// The largest difference between luma and the gradient.
int gradient_error(const Picture& scaled) {
  int worst = 0;
  for (int y = 0; y < scaled.height; ++y)
    for (int x = 0; x < scaled.width; ++x) {
      const auto at = static_cast<std::size_t>(y) * static_cast<std::size_t>(scaled.width) +
                      static_cast<std::size_t>(x);
      const int expected = brightness(x + 0.5, y + 0.5, {scaled.width, scaled.height});
      worst = std::max(worst, std::abs(std::to_integer<int>(scaled.pixels[at]) - expected));
    }
  return worst;
}

/// The largest difference between a chroma plane, U or V, and a value.
int chroma_error(const Picture& scaled, std::size_t plane, int expected) {
  const auto layout = plane_layouts(PixelFormat::i420, scaled.width, scaled.height,
                                    static_cast<std::size_t>(scaled.width))
                          .at(plane);
  int worst = 0;
  for (std::size_t at = layout.offset_bytes; at < layout.end_bytes(); ++at)
    worst = std::max(worst, std::abs(std::to_integer<int>(scaled.pixels[at]) - expected));
  return worst;
}

TEST_CASE("a picture of any format and size keeps its brightness and colours when it is scaled") {
  const auto format = GENERATE(from_range(kFormats));
  const auto [from_width, from_height, width, height] =
      GENERATE(table<int, int, int, int>({{640, 480, 426, 320},
                                          {640, 480, 320, 240},
                                          {640, 480, 214, 160},
                                          {1280, 720, 854, 480},
                                          {641, 481, 428, 320},
                                          {641, 481, 213, 161},
                                          {640, 480, 637, 477},
                                          {640, 480, 640, 480},
                                          {322, 1082, 214, 722},
                                          {64, 48, 16, 16}}));
  CAPTURE(format, from_width, from_height, width, height);
  const Gradient gradient(format, {from_width, from_height});
  BandPool pool(2);
  PictureScaler scaler(pool);
  const Picture& scaled = scaler.scale(gradient.view, {width, height});
  CHECK(scaled.format == PixelFormat::i420);
  CHECK(scaled.width == width);
  CHECK(scaled.height == height);
  REQUIRE(scaled.pixels.size() == raw_size_bytes(PixelFormat::i420, width, height));
  const bool has_colour = format != PixelFormat::grey && format != PixelFormat::bgr;
  // The smallest picture has seven steps of brightness from one pixel to the next.
  CHECK(gradient_error(scaled) <= (width == 16 ? 4 : 2));
  CHECK(chroma_error(scaled, 1, has_colour ? 90 : 128) <= 1);
  CHECK(chroma_error(scaled, 2, has_colour ? 170 : 128) <= 1);
}

/// The average of those rows that become row `y`, and how far they are apart.
struct RowAverage {
  RowAverage(const ByteVector& rows, double first, double end) {
    double sum = 0;
    int least = 255;
    int most = 0;
    for (int row = static_cast<int>(first); row < end; ++row) {
      const int value = std::to_integer<int>(rows[static_cast<std::size_t>(row)]);
      sum += value * (std::min(row + 1.0, end) - std::max<double>(row, first));
      least = std::min(least, value);
      most = std::max(most, value);
    }
    average = sum / (end - first);
    spread = most - least;
  }

  double average = 0;
  int spread = 0;
};

TEST_CASE("each row of a scaled picture is made of its own rows, also where bands meet") {
  const int threads = GENERATE(1, 3);
  const PictureSize size =
      GENERATE(PictureSize{64, 720}, PictureSize{48, 540}, PictureSize{32, 360});
  std::mt19937 random(3);
  ByteVector rows(1080);
  for (std::byte& row : rows) row = static_cast<std::byte>(random());
  Picture picture;
  picture.resize(PixelFormat::i420, 96, 1080);
  fill_plane(picture.pixels.data(), 96, 1080, 96,
             [&](int, int y) { return std::to_integer<int>(rows[static_cast<std::size_t>(y)]); });
  BandPool pool(threads);
  PictureScaler scaler(pool);
  const Picture& scaled = scaler.scale(picture, size);
  const double ratio = 1080.0 / size.height;
  for (int y = 0; y < size.height; ++y) {
    const RowAverage expected(rows, y * ratio, (y + 1) * ratio);
    const int value = std::to_integer<int>(
        scaled.pixels[static_cast<std::size_t>(y) * static_cast<std::size_t>(size.width) + 5]);
    // The filter may weigh the rows a little differently.
    if (std::abs(value - expected.average) > 2 + 0.1 * expected.spread)
      FAIL("row " << y << " of " << size.height << ": " << value << " for " << expected.average);
  }
}

TEST_CASE("a scaler takes pictures of changing sizes and formats") {
  BandPool pool(2);
  PictureScaler scaler(pool);
  for (int round = 0; round < 2; ++round)
    for (const PixelFormat format : kFormats)
      for (const int width : {640, 322, 800}) {
        CAPTURE(round, format, width);
        const Gradient gradient(format, {width, 480});
        CHECK(gradient_error(scaler.scale(gradient.view, {width / 2, 240})) <= 2);
        CHECK(gradient_error(scaler.scale(gradient.view, {width / 2 + 10, 320})) <= 2);
      }
}

}  // namespace
}  // namespace jpegwire::picture_scaler_test
