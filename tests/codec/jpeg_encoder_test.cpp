#include "codec/jpeg_encoder.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>

#include "codec/interleaved.hpp"
#include "codec/jpeg_layout.hpp"
#include "support/jpegs.hpp"

namespace jpegwire::jpeg_encoder_test {
namespace {

using namespace test;

ByteVector encode(const RawView& picture, EncoderSettings settings = {}, int threads = 1) {
  BandPool pool(threads);
  JpegEncoder encoder(pool, settings);
  return bytes_of(encoder.encode(picture)->layout);
}

/// The picture in BGR, as TurboJPEG converts it.
ByteVector to_bgr(const Picture& picture) {
  if (picture.format == PixelFormat::bgr) return picture.pixels;
  Picture planes;
  if (picture.format == PixelFormat::yuyv) {
    planes.resize(PixelFormat::i420, picture.width, picture.height);
    take_apart(picture, 0, planes);
  }
  const Picture& i420 = picture.format == PixelFormat::yuyv ? planes : picture;
  const auto luma =
      static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.height);
  const unsigned char* y = as_chars(i420.pixels);
  const unsigned char* u = y + luma;
  const unsigned char* v = u + (i420.pixels.size() - luma) / 2;
  const std::array planes_of_it{y, u, v};
  const std::array strides{picture.width, half_up(picture.width), half_up(picture.width)};
  ByteVector bgr(3 * luma);
  const Handle handle(tjInitDecompress());
  REQUIRE(tjDecodeYUVPlanes(handle.get(), const_cast<const unsigned char**>(planes_of_it.data()),
                            strides.data(), TJSAMP_420,
                            reinterpret_cast<unsigned char*>(bgr.data()), picture.width, 0,
                            picture.height, TJPF_BGR, 0) == 0);
  return bgr;
}

/// The same samples in another order: yuyv as uyvy, or i420 as nv12.
Picture rearranged(const Picture& picture) {
  Picture other = picture;
  if (picture.format == PixelFormat::yuyv) {
    other.format = PixelFormat::uyvy;
    for (std::size_t i = 0; i < other.pixels.size(); i += 2)
      std::swap(other.pixels[i], other.pixels[i + 1]);
    return other;
  }
  other.format = PixelFormat::nv12;
  const auto luma =
      static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.height);
  const std::size_t samples = (picture.pixels.size() - luma) / 2;
  for (std::size_t i = 0; i < samples; ++i) {
    other.pixels[luma + 2 * i] = picture.pixels[luma + i];
    other.pixels[luma + 2 * i + 1] = picture.pixels[luma + samples + i];
  }
  return other;
}

/// Its pixels with rows that are padded with bytes that must not be seen.
ByteVector padded(const Picture& picture, std::size_t stride) {
  const auto from = plane_layouts(picture.format, picture.width, picture.height,
                                  row_size_bytes(picture.format, picture.width));
  const auto to = plane_layouts(picture.format, picture.width, picture.height, stride);
  ByteVector bytes(raw_size_bytes(picture.format, picture.width, picture.height, stride),
                   std::byte{0xee});
  for (std::size_t plane = 0; plane < from.size(); ++plane)
    for (std::size_t row = 0; row < from[plane].rows; ++row)
      std::memcpy(&bytes[to[plane].offset_bytes + row * to[plane].stride_bytes],
                  &picture.pixels[from[plane].offset_bytes + row * from[plane].stride_bytes],
                  from[plane].row_bytes);
  return bytes;
}

TEST_CASE("the order of the samples does not change the JPEG") {
  const auto format = GENERATE(PixelFormat::i420, PixelFormat::yuyv);
  const auto [width, height] =
      GENERATE(table<int, int>({{1, 1}, {17, 19}, {16, 33}, {640, 480}, {321, 201}}));
  CAPTURE(format, width, height);
  const Picture picture = make_picture(format, width, height);
  CHECK((encode(rearranged(picture)) == encode(picture)));
}

TEST_CASE("a grey picture is encoded with neutral chroma") {
  const auto [width, height] = GENERATE(table<int, int>({{1, 1}, {17, 19}, {640, 480}}));
  Picture planes = make_picture(PixelFormat::i420, width, height);
  const auto luma = static_cast<std::ptrdiff_t>(width) * height;
  std::fill(planes.pixels.begin() + luma, planes.pixels.end(), std::byte{128});
  Picture grey;
  grey.resize(PixelFormat::grey, width, height);
  std::copy_n(planes.pixels.begin(), luma, grey.pixels.begin());
  CHECK((encode(grey) == encode(planes)));
}

TEST_CASE("padding of rows is not encoded") {
  const auto format = GENERATE(PixelFormat::i420, PixelFormat::nv12, PixelFormat::yuyv,
                               PixelFormat::uyvy, PixelFormat::grey, PixelFormat::bgr);
  const auto [width, height] = GENERATE(table<int, int>({{16, 16}, {17, 19}, {322, 241}}));
  CAPTURE(format, width, height);
  Picture picture =
      make_picture(format == PixelFormat::bgr ? format : PixelFormat::yuyv, width, height);
  picture.format = format;
  picture.pixels.resize(raw_size_bytes(format, width, height));
  const std::size_t stride = row_size_bytes(format, width) + 48;
  const ByteVector bytes = padded(picture, stride);
  CHECK((encode(RawView(format, {width, height}, bytes, stride)) == encode(picture)));
}

TEST_CASE("an encoded picture is a plain baseline JPEG that is close to its original") {
  const auto format = GENERATE(PixelFormat::i420, PixelFormat::yuyv, PixelFormat::bgr);
  const auto [width, height] = GENERATE(table<int, int>(
      {{1, 1}, {2, 1}, {1, 40}, {16, 16}, {17, 19}, {33, 47}, {640, 480}, {1921, 1081}}));
  CAPTURE(format, width, height);
  const Picture picture = make_picture(format, width, height);
  BandPool pool(2);
  JpegEncoder encoder(pool, {.quality = 90});
  const auto frame = encoder.encode(picture);
  const ByteVector jpeg = bytes_of(frame->layout);
  const Picture decoded = decode_plainly(jpeg);
  CHECK(decoded.width == width);
  CHECK(decoded.height == height);
  CHECK(psnr(decoded.pixels, to_bgr(picture)) > 36);
}

TEST_CASE("odd sizes have clean edges") {
  const auto [width, height] =
      GENERATE(table<int, int>({{1, 1}, {17, 16}, {16, 17}, {33, 31}, {65, 129}}));
  const auto format = GENERATE(PixelFormat::i420, PixelFormat::yuyv);
  CAPTURE(width, height, format);
  Picture picture;
  picture.resize(format, width, height);
  for (std::size_t i = 0; i < picture.pixels.size(); ++i) {
    const bool is_luma = format == PixelFormat::yuyv ? i % 2 == 0
                                                     : i < static_cast<std::size_t>(width) *
                                                               static_cast<std::size_t>(height);
    picture.pixels[i] = is_luma ? std::byte{220} : std::byte{128};
  }
  for (const std::byte value : decode_plainly(encode(picture, {.quality = 30})).pixels)
    if (std::abs(std::to_integer<int>(value) - 220) > 2) FAIL(std::to_integer<int>(value));
}

TEST_CASE("the layout of an encoded frame is what validation finds in its bytes") {
  const auto bands = GENERATE(0, 1, 2, 3, 7, 31, 32, 100);
  const auto [width, height] =
      GENERATE(table<int, int>({{16, 16}, {17, 33}, {640, 480}, {320, 1081}}));
  CAPTURE(bands, width, height);
  BandPool pool(2);
  JpegEncoder encoder(pool, {.bands = bands});
  const auto frame = encoder.encode(make_picture(PixelFormat::i420, width, height));
  const ByteVector jpeg = bytes_of(frame->layout);
  JpegLayout found;
  REQUIRE(validate_jpeg(jpeg, found) == JpegVerdict::ok);
  CHECK(found.width == width);
  CHECK(found.height == height);
  CHECK(frame->layout.width == width);
  CHECK(frame->layout.height == height);
  CHECK(found.components == frame->layout.components);
  CHECK(found.mcu_width == frame->layout.mcu_width);
  CHECK(found.mcu_height == frame->layout.mcu_height);
  CHECK(found.scan_offset == frame->layout.scan_offset);
  CHECK(found.height_offset == frame->layout.height_offset);
  CHECK(found.restart_interval == frame->layout.restart_interval);
  CHECK(found.has_huffman_tables);
  CHECK(frame->layout.has_huffman_tables);
  REQUIRE(found.bands.size() == frame->layout.bands.size());
  if (found.bands.size() > 1) CHECK(found.band_height == frame->layout.band_height);
  for (std::size_t band = 0; band < found.bands.size(); ++band)
    CHECK(found.bands[band].size() == frame->layout.bands[band].size());
}

TEST_CASE("a frame has the requested number of bands if it has enough rows of MCUs") {
  CHECK(mcu_rows_per_band(68, {.bands = 1}) == 68);
  CHECK(mcu_rows_per_band(68, {.bands = 2}) == 34);
  CHECK(mcu_rows_per_band(68, {.bands = 3}) == 23);
  CHECK(mcu_rows_per_band(68, {.bands = 17}) == 4);
  CHECK(mcu_rows_per_band(68, {.bands = 0}) == 4);
  CHECK(mcu_rows_per_band(45, {.bands = 0}) == 4);
  CHECK(mcu_rows_per_band(68, {.rows_per_band = 2}) == 2);
  CHECK(mcu_rows_per_band(1, {.bands = 0}) == 1);
  CHECK(mcu_rows_per_band(1, {.bands = 32}) == 1);
  CHECK(mcu_rows_per_band(270, {.bands = 0}) == 5);
  for (int mcu_rows = 1; mcu_rows <= 4094; ++mcu_rows)
    for (const int bands : {0, 1, 5, 32, 1000}) {
      const int rows = mcu_rows_per_band(mcu_rows, {.bands = bands});
      const int count = (mcu_rows + rows - 1) / rows;
      if (rows < 1 || count > kMaxBands || (bands == 1 && count != 1))
        FAIL(mcu_rows << " rows in " << bands << " bands of " << rows);
    }
}

TEST_CASE("any number of threads produces the same bytes") {
  const auto format = GENERATE(PixelFormat::i420, PixelFormat::yuyv, PixelFormat::bgr);
  const auto bands = GENERATE(0, 1, 5);
  const Picture picture = make_picture(format, 641, 481);
  const ByteVector expected = encode(picture, {.bands = bands}, 1);
  CHECK(encode(picture, {.bands = bands}, 2) == expected);
  CHECK(encode(picture, {.bands = bands}, 3) == expected);
}

TEST_CASE("bands take few bytes and change no pixel") {
  const auto bands = GENERATE(2, 5, 15, 32);
  CAPTURE(bands);
  const Picture picture = make_picture(PixelFormat::i420, 640, 480);
  const ByteVector whole = encode(picture, {.bands = 1});
  const ByteVector banded = encode(picture, {.bands = bands});
  CHECK(decode_plainly(banded).pixels == decode_plainly(whole).pixels);
  CHECK(banded.size() < whole.size() + 6 + static_cast<std::size_t>(bands) * 16);
}

TEST_CASE("a higher quality takes more bytes and is closer to the original") {
  const Picture picture = make_picture(PixelFormat::bgr, 320, 240);
  std::size_t last_size = 0;
  double last_psnr = 0;
  for (const int quality : {1, 10, 30, 50, 80, 95, 100}) {
    CAPTURE(quality);
    const ByteVector jpeg = encode(picture, {.quality = quality});
    const double closeness = psnr(decode_plainly(jpeg).pixels, picture.pixels);
    CHECK(jpeg.size() > last_size);
    CHECK(closeness > last_psnr);
    last_size = jpeg.size();
    last_psnr = closeness;
  }
}

TEST_CASE("an encoder takes pictures of changing sizes and formats") {
  BandPool pool(2);
  JpegEncoder encoder(pool, {});
  for (int round = 0; round < 3; ++round)
    for (const int size : {16, 480, 33, 200}) {
      const auto format = static_cast<PixelFormat>((size + round) % 3);
      const Picture picture = make_picture(format, size, size + 7);
      CAPTURE(round, size, format);
      CHECK(bytes_of(encoder.encode(picture)->layout) == encode(picture));
    }
}

TEST_CASE("a frame keeps its bytes while later ones are encoded") {
  BandPool pool(2);
  JpegEncoder encoder(pool, {});
  const auto first = encoder.encode(make_picture(PixelFormat::i420, 320, 240, 1));
  const ByteVector bytes = bytes_of(first->layout);
  for (unsigned seed = 2; seed < 10; ++seed)
    encoder.encode(make_picture(PixelFormat::i420, 320, 240, seed));
  CHECK(bytes_of(first->layout) == bytes);
}

TEST_CASE("8K is encoded and decoded", "[no_tsan]") {
  const Picture picture = make_picture(PixelFormat::yuyv, 7680, 4320);
  const ByteVector jpeg = encode(picture, {}, 2);
  const Picture decoded = decode_plainly(jpeg);
  CHECK(decoded.width == 7680);
  CHECK(decoded.height == 4320);
  CHECK(psnr(decoded.pixels, to_bgr(picture)) > 36);
}

TEST_CASE("a band never has more MCUs than a restart interval can count") {
  Picture picture;
  picture.resize(PixelFormat::i420, 65488, 544);  // 4093 x 34 MCUs: two bands would have 69581 each
  const ByteVector jpeg = encode(picture, {.bands = 2}, 2);
  JpegLayout layout;
  REQUIRE(validate_jpeg(jpeg, layout) == JpegVerdict::ok);
  CHECK(layout.bands.size() == 3);
  CHECK(layout.band_height == 256);
}

TEST_CASE("a picture too large for JPEG is refused with a sentence") {
  Picture picture;
  picture.resize(PixelFormat::i420, 65536, 16);
  BandPool pool(1);
  JpegEncoder encoder(pool, {});
  CHECK_THROWS_WITH(encoder.encode(picture), Catch::Contains("cannot encode"));
  CHECK_NOTHROW(encoder.encode(make_picture(PixelFormat::i420, 64, 64)));
}

TEST_CASE("bands are reported in order, with their final bytes, while others are encoded") {
  const int threads = GENERATE(1, 3);
  BandPool pool(threads);
  JpegEncoder encoder(pool, {});
  const Picture picture = make_picture(PixelFormat::i420, 640, 480);
  ByteVector told{std::byte{0xFF}, std::byte{0xD8}};
  int bands_told = 0;
  const auto frame =
      encoder.encode(picture, {.sequence = 7, .capture_time = WallTime(microseconds(9))},
                     [&](const std::shared_ptr<EncodedFrame>& part, int ready) {
                       CHECK(ready > bands_told);
                       CHECK(part->sequence == 7);
                       if (bands_told == 0) append(told, part->layout.header);
                       while (bands_told < ready)
                         append(told, part->layout.bands[static_cast<std::size_t>(bands_told++)]);
                     });
  CHECK(bands_told == static_cast<int>(frame->layout.bands.size()));
  CHECK(bands_told == 8);
  CHECK(frame->capture_time == WallTime(microseconds(9)));
  CHECK(told == bytes_of(frame->layout));
}

/// A picture whose lower rows are noise, and its upper ones are flat.
Picture noisy_below(int width, int height, int first_noisy_row) {
  Picture picture;
  picture.resize(PixelFormat::grey, width, height);
  std::mt19937 random(5);
  const auto flat = static_cast<std::ptrdiff_t>(width) * first_noisy_row;
  for (auto pixel = picture.pixels.begin() + flat; pixel != picture.pixels.end(); ++pixel)
    *pixel = static_cast<std::byte>(random());
  return picture;
}

TEST_CASE("each frame has the quality that it was encoded for") {
  BandPool pool(2);
  JpegEncoder encoder(pool, {.quality = 70});
  const Picture picture = make_picture(PixelFormat::i420, 640, 480);
  CHECK(encoder.encode(picture)->quality == 70);
  for (int round = 0; round < 2; ++round)
    for (const int quality : {100, 1, 37, 95, 70}) {
      CAPTURE(round, quality);
      const EncodeResult result = encoder.encode(picture, EncodeTarget{.quality = quality});
      REQUIRE(result.frame != nullptr);
      CHECK(result.frame->quality == quality);
      CHECK(result.size_bytes == result.frame->layout.size_bytes());
      CHECK(bytes_of(result.frame->layout) == encode(picture, {.quality = quality}));
    }
}

TEST_CASE("a frame that stays below its limit is not changed by it") {
  const int threads = GENERATE(1, 3);
  BandPool pool(threads);
  JpegEncoder encoder(pool, {});
  for (const int height : {16, 100, 480, 1081}) {
    CAPTURE(threads, height);
    const Picture picture = make_picture(PixelFormat::i420, 320, height);
    const ByteVector whole = encode(picture, {.quality = 60});
    const auto [frame, size_bytes] =
        encoder.encode(picture, {.quality = 60, .stop_above_bytes = 2 * whole.size()},
                       FrameIdentity{.sequence = 7});
    REQUIRE(frame != nullptr);
    CHECK(frame->sequence == 7);
    CHECK(size_bytes == whole.size());
    CHECK(bytes_of(frame->layout) == whole);
  }
}

TEST_CASE("a frame above its limit is given up, with a prediction of its size") {
  const int threads = GENERATE(1, 3);
  const int first_noisy_row = GENERATE(0, 240, 480);
  BandPool pool(threads);
  JpegEncoder encoder(pool, {.rows_per_band = 1});
  const Picture picture = noisy_below(640, 960, first_noisy_row);
  const std::size_t whole = encoder.encode(picture, EncodeTarget{.quality = 60}).size_bytes;
  CAPTURE(threads, first_noisy_row, whole);
  const auto [frame, size_bytes] =
      encoder.encode(picture, {.quality = 60, .stop_above_bytes = whole / 2});
  CHECK(frame == nullptr);
  // Although the noise is not spread evenly, a part of the bands predicts the size.
  CHECK(static_cast<double>(size_bytes) == Approx(static_cast<double>(whole)).epsilon(0.35));
}

TEST_CASE("a frame of one band is given up if it is larger than its limit") {
  BandPool pool(1);
  JpegEncoder encoder(pool, {.bands = 1});
  const Picture picture = make_picture(PixelFormat::i420, 640, 480);
  const std::size_t whole = encoder.encode(picture)->layout.size_bytes();
  CHECK(encoder.encode(picture, {.quality = 80, .stop_above_bytes = whole}).frame != nullptr);
  CHECK(encoder.encode(picture, {.quality = 80, .stop_above_bytes = whole - 1}).frame == nullptr);
}

TEST_CASE("an encoder goes on after a frame that it gave up") {
  BandPool pool(2);
  JpegEncoder encoder(pool, {});
  const Picture picture = make_picture(PixelFormat::yuyv, 641, 481);
  for (int round = 0; round < 3; ++round) {
    CHECK(encoder.encode(picture, {.quality = 80, .stop_above_bytes = 1000}).frame == nullptr);
    CHECK(bytes_of(encoder.encode(picture, EncodeTarget{.quality = 20}).frame->layout) ==
          encode(picture, {.quality = 20}));
  }
}

}  // namespace
}  // namespace jpegwire::jpeg_encoder_test
