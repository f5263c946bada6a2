#include "codec/jpeg_decoder.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "codec/jpeg_encoder.hpp"
#include "codec/jpeg_layout.hpp"
#include "support/jpegs.hpp"

namespace jpegwire::jpeg_decoder_test {
namespace {

using namespace test;

/// The picture, if the JPEG is valid and can be decoded.
std::optional<Picture> decode(const ByteVector& jpeg, int threads = 2) {
  JpegLayout layout;
  if (validate_jpeg(jpeg, layout) != JpegVerdict::ok) return std::nullopt;
  BandPool pool(threads);
  JpegDecoder decoder(pool);
  Picture picture;
  if (decoder.decode(layout, picture) != DecodedRows::all) return std::nullopt;
  return picture;
}

std::set<int> differing_rows(const Picture& a, const Picture& b) {
  REQUIRE(a.width == b.width);
  REQUIRE(a.height == b.height);
  REQUIRE(a.pixels.size() == b.pixels.size());
  const auto stride = static_cast<std::size_t>(3 * a.width);
  std::set<int> rows;
  for (int y = 0; y < a.height; ++y) {
    const std::size_t at = static_cast<std::size_t>(y) * stride;
    if (!std::ranges::equal(Bytes(a.pixels).subspan(at, stride),
                            Bytes(b.pixels).subspan(at, stride)))
      rows.insert(y);
  }
  return rows;
}

/// Equal but for the rows on either side of a band's edge, where chroma is interpolated.
void check_like_plain_decoding(const ByteVector& jpeg, int threads) {
  JpegLayout layout;
  REQUIRE(validate_jpeg(jpeg, layout) == JpegVerdict::ok);
  const std::optional<Picture> picture = decode(jpeg, threads);
  REQUIRE(picture);
  const bool chroma_is_lower = layout.components == 3 && layout.mcu_height == 16;
  for (const int row : differing_rows(*picture, decode_plainly(jpeg))) {
    CAPTURE(row, layout.band_height);
    CHECK(chroma_is_lower);
    const int in_band = row % layout.band_height;
    CHECK((in_band == 0 || in_band == layout.band_height - 1));
  }
}

TEST_CASE("our own frames decode as in a plain decoder") {
  const auto [width, height] =
      GENERATE(table<int, int>({{1, 1}, {16, 16}, {17, 19}, {33, 47}, {640, 480}, {1025, 577}}));
  const auto bands = GENERATE(0, 1, 2, 32);
  const auto threads = GENERATE(1, 3);
  CAPTURE(width, height, bands, threads);
  BandPool pool(1);
  JpegEncoder encoder(pool, {.bands = bands});
  const auto frame = encoder.encode(make_picture(PixelFormat::yuyv, width, height));
  check_like_plain_decoding(bytes_of(frame->layout), threads);

  // The decoder also accepts the encoder's layout, without validation.
  JpegDecoder decoder(pool);
  Picture picture;
  REQUIRE(decoder.decode(frame->layout, picture) == DecodedRows::all);
  CHECK(differing_rows(picture, *decode(bytes_of(frame->layout))).empty());
}

TEST_CASE("frames of other encoders decode as in a plain decoder") {
  const auto subsampling =
      GENERATE(TJSAMP_420, TJSAMP_422, TJSAMP_444, TJSAMP_440, TJSAMP_411, TJSAMP_GRAY);
  const auto restart = GENERATE(as<std::string>{}, "", "1", "2", "7", "1B", "5B", "10B", "20B");
  const auto [width, height] = GENERATE(table<int, int>({{160, 120}, {161, 307}}));
  CAPTURE(subsampling, restart, width, height);
  const ByteVector jpeg =
      encode_plainly(make_bgr(width, height), {.subsampling = subsampling, .restart = restart});
  check_like_plain_decoding(jpeg, 2);
}

TEST_CASE("at any scale, bands decode as the whole frame does in a plain decoder") {
  const auto subsampling =
      GENERATE(TJSAMP_420, TJSAMP_422, TJSAMP_444, TJSAMP_440, TJSAMP_411, TJSAMP_GRAY);
  const auto restart = GENERATE(as<std::string>{}, "", "1", "2", "7", "10B");
  const auto [width, height] = GENERATE(table<int, int>({{160, 120}, {161, 307}, {17, 19}}));
  const int eighths = GENERATE(range(1, 9));
  CAPTURE(subsampling, restart, width, height, eighths);
  const ByteVector jpeg =
      encode_plainly(make_bgr(width, height), {.subsampling = subsampling, .restart = restart});
  JpegLayout layout;
  REQUIRE(validate_jpeg(jpeg, layout) == JpegVerdict::ok);
  BandPool pool(2);
  JpegDecoder decoder(pool);
  Picture picture;
  REQUIRE(decoder.decode(layout, picture, {eighths}) == DecodedRows::all);
  // Where chroma has half the rows of luma, those beside a band's edge are interpolated; in 4:2:0
  // only at the whole size, since below it chroma is decoded at luma's.
  const bool is_interpolated =
      subsampling == TJSAMP_440 || (subsampling == TJSAMP_420 && eighths == 8);
  const int band_height = DecodeScale{eighths}.of(layout.band_height);
  for (const int row : differing_rows(picture, decode_plainly(jpeg, eighths))) {
    CAPTURE(row, band_height);
    CHECK(is_interpolated);
    const int in_band = row % band_height;
    CHECK((in_band == 0 || in_band == band_height - 1));
  }
}

TEST_CASE("our own frames decode at any scale, with any bands and size") {
  const auto [width, height] =
      GENERATE(table<int, int>({{1, 1}, {16, 16}, {33, 47}, {641, 481}, {1025, 577}}));
  const auto bands = GENERATE(0, 1, 2, 32);
  const int eighths = GENERATE(range(1, 9));
  CAPTURE(width, height, bands, eighths);
  BandPool pool(2);
  JpegEncoder encoder(pool, {.bands = bands});
  const auto frame = encoder.encode(make_picture(PixelFormat::i420, width, height));
  JpegDecoder decoder(pool);
  Picture picture;
  REQUIRE(decoder.decode(frame->layout, picture, {eighths}) == DecodedRows::all);
  const auto differing = differing_rows(picture, decode_plainly(bytes_of(frame->layout), eighths));
  if (eighths < 8) CHECK(differing.empty());
}

TEST_CASE("a picture of one scale makes room for one of another") {
  BandPool pool(2);
  JpegDecoder decoder(pool);
  Picture picture;
  const ByteVector jpeg = encode_plainly(make_bgr(161, 123), {.restart = "1"});
  JpegLayout layout;
  REQUIRE(validate_jpeg(jpeg, layout) == JpegVerdict::ok);
  for (const int eighths : {8, 1, 5, 2, 8, 3}) {
    CAPTURE(eighths);
    REQUIRE(decoder.decode(layout, picture, {eighths}) == DecodedRows::all);
    CHECK(picture.width == (161 * eighths + 7) / 8);
    CHECK(picture.height == (123 * eighths + 7) / 8);
    CHECK(psnr(picture.pixels, decode_plainly(jpeg, eighths).pixels) > 40);
  }
}

TEST_CASE("some bands of a scaled picture leave its other rows as they are") {
  BandPool pool(2);
  JpegEncoder encoder(pool, {});
  JpegDecoder decoder(pool);
  const auto frame = encoder.encode(make_picture(PixelFormat::i420, 320, 240));
  Picture whole;
  REQUIRE(decoder.decode(frame->layout, whole, {3}) == DecodedRows::all);
  Picture part = whole;
  std::ranges::fill(part.pixels, std::byte{7});
  Band second = frame->layout.band(1);
  REQUIRE(second.top == 64);
  REQUIRE(decoder.decode(frame->layout, std::span(&second, 1), part, {3}) == DecodedRows::all);
  for (int row = 0; row < part.height; ++row) {
    CAPTURE(row);
    const std::size_t at = 3 * static_cast<std::size_t>(part.width) * static_cast<std::size_t>(row);
    CHECK((part.pixels[at] == std::byte{7}) == (row < 24 || row >= 48));
  }
  CHECK(differing_rows(part, whole).count(30) == 0);
}

TEST_CASE("the scale is the smallest fast one that yields the wanted size") {
  const auto eighths = [](PictureSize jpeg, PictureSize wanted) {
    return smallest_scale(jpeg, wanted).eighths;
  };
  CHECK(eighths({1920, 1080}, {1920, 1080}) == 8);
  CHECK(eighths({1920, 1080}, {3840, 2160}) == 8);
  CHECK(eighths({1920, 1080}, {960, 540}) == 4);
  CHECK(eighths({1920, 1080}, {961, 540}) == 8);
  CHECK(eighths({1920, 1080}, {960, 541}) == 8);
  CHECK(eighths({1920, 1080}, {480, 270}) == 2);
  CHECK(eighths({1920, 1080}, {481, 270}) == 4);
  CHECK(eighths({1920, 1080}, {240, 135}) == 1);
  CHECK(eighths({1920, 1080}, {1, 1}) == 1);
  CHECK(eighths({641, 481}, {81, 61}) == 1);
  CHECK(eighths({1, 1}, {1, 1}) == 1);
}

TEST_CASE("any number of threads produces the same pixels") {
  const ByteVector jpeg = encode_plainly(make_bgr(641, 481), {.restart = "1"});
  const std::optional<Picture> expected = decode(jpeg, 1);
  REQUIRE(expected);
  CHECK(decode(jpeg, 2)->pixels == expected->pixels);
  CHECK(decode(jpeg, 3)->pixels == expected->pixels);
}

TEST_CASE("8K decodes as in a plain decoder", "[no_tsan]") {
  check_like_plain_decoding(encode_plainly(make_bgr(7680, 4320), {.restart = "9"}), 2);
}

TEST_CASE("a decoder takes frames of changing sizes") {
  BandPool pool(2);
  JpegDecoder decoder(pool);
  Picture picture;
  for (const int size : {320, 16, 33, 640, 17}) {
    const ByteVector jpeg = encode_plainly(make_bgr(size, size + 3), {.subsampling = TJSAMP_422});
    JpegLayout layout;
    REQUIRE(validate_jpeg(jpeg, layout) == JpegVerdict::ok);
    REQUIRE(decoder.decode(layout, picture) == DecodedRows::all);
    CHECK(differing_rows(picture, decode_plainly(jpeg)).empty());
  }
}

TEST_CASE("the layout's bytes stay as they are") {
  const ByteVector jpeg = encode_plainly(make_bgr(160, 120), {.restart = "1B"});
  ByteVector copy = jpeg;
  REQUIRE(decode(copy));
  CHECK(copy == jpeg);
}

/// The rows of the picture that are sound, from its top; all rows below them must be grey.
int sound_rows(const ByteVector& jpeg, const Picture& whole) {
  EncodedFrame frame;
  frame.storage.push_back(jpeg);
  REQUIRE(validate(frame) == JpegVerdict::ok);
  const JpegLayout& layout = frame.layout;
  BandPool pool(2);
  JpegDecoder decoder(pool);
  Picture picture;
  picture.pixels.assign(whole.pixels.size(), std::byte{77});  // what a reused picture contains
  const DecodedRows rows = decoder.decode(layout, picture);
  if (rows == DecodedRows::none) return 0;
  int grey = 0;
  const auto stride = static_cast<std::size_t>(3 * picture.width);
  const auto is_grey = [&](int y) {
    const Bytes row = Bytes(picture.pixels).subspan(static_cast<std::size_t>(y) * stride, stride);
    return std::ranges::all_of(row, [](std::byte sample) { return sample == kGrey; });
  };
  while (grey < picture.height && is_grey(picture.height - 1 - grey)) ++grey;
  const int sound = picture.height - grey;
  CHECK((rows == DecodedRows::all) == (grey == 0));
  // In 4:2:0 the chroma at the edges of bands, and of what is sound, is interpolated.
  for (const int row : differing_rows(picture, whole)) {
    const bool is_at_edge = row % 16 == 0 || row % 16 == 15;
    CHECK((row >= sound || (layout.mcu_height == 16 && is_at_edge)));
  }
  return sound;
}

TEST_CASE("of a scan that ends early, the rows before its end are decoded, and no others shown") {
  const auto restart = GENERATE(as<std::string>{}, "", "1", "3", "5B", "10B");
  const auto [subsampling, mcu_height] =
      GENERATE(table<int, int>({{TJSAMP_420, 16}, {TJSAMP_422, 8}, {TJSAMP_GRAY, 8}}));
  CAPTURE(restart, subsampling);
  const ByteVector jpeg =
      encode_plainly(make_bgr(160, 128), {.subsampling = subsampling, .restart = restart});
  const Picture whole = decode_plainly(jpeg);
  const std::size_t scan = find_scan(jpeg);
  int last = 128;
  for (std::size_t end = jpeg.size() - 3; end > scan; end -= 7) {
    CAPTURE(end);
    ByteVector cut(jpeg.begin(), jpeg.begin() + static_cast<std::ptrdiff_t>(end));
    append(cut, to_bytes({0xFF, 0xD9}));
    const int sound = sound_rows(cut, whole);
    CHECK(sound <= last);
    CHECK(sound % mcu_height == 0);
    last = sound;
    if (end < scan + 14) break;
  }
  CHECK(last == 0);
}

TEST_CASE("of a band that lacks its second half, the rows before are decoded") {
  for (const char* restart : {"", "1", "5B"}) {
    CAPTURE(restart);
    ByteVector jpeg = encode_plainly(make_bgr(160, 128), {.restart = restart});
    const Picture whole = decode_plainly(jpeg);
    JpegLayout layout;
    REQUIRE(validate_jpeg(jpeg, layout) == JpegVerdict::ok);
    const Bytes band = layout.bands.back();
    const auto at = static_cast<std::size_t>(band.data() - jpeg.data());
    erase_at(jpeg, at + band.size() / 2, band.size() / 2 - 2);
    const int sound = sound_rows(jpeg, whole);
    CHECK(sound >= 16);
    CHECK(sound < 128);
  }
}

TEST_CASE("a damaged band lowers its own rows alone") {
  ByteVector jpeg = encode_plainly(make_bgr(160, 128), {.restart = "2"});
  JpegLayout layout;
  REQUIRE(validate_jpeg(jpeg, layout) == JpegVerdict::ok);
  const Bytes second = layout.bands.at(1);
  const auto at = static_cast<std::size_t>(second.data() - jpeg.data());
  erase_at(jpeg, at + second.size() * 3 / 4, second.size() / 4 - 2);
  REQUIRE(validate_jpeg(jpeg, layout) == JpegVerdict::ok);
  std::vector<Band> bands;
  for (std::size_t i = 0; i < layout.bands.size(); ++i) bands.push_back(layout.band(i));
  BandPool pool(2);
  JpegDecoder decoder(pool);
  Picture picture;
  CHECK(decoder.decode(layout, bands, picture) == DecodedRows::some);
  CHECK(bands.at(0).height == 32);
  CHECK(bands.at(1).height == 16);
  CHECK(bands.at(2).height == 32);
  CHECK(bands.at(3).height == 32);
}

TEST_CASE("a frame without entropy-coded bytes has no rows") {
  ByteVector jpeg = encode_plainly(make_bgr(160, 120));
  const std::size_t scan = find_scan(jpeg);
  erase_at(jpeg, scan, jpeg.size() - 2 - scan);
  CHECK(sound_rows(jpeg, decode_plainly(encode_plainly(make_bgr(160, 120)))) == 0);
}

TEST_CASE("after damage the decoder continues with the next frame") {
  const ByteVector good = encode_plainly(make_bgr(160, 120), {.restart = "1"});
  ByteVector bad = good;
  const std::size_t scan = find_scan(bad);
  std::fill_n(bad.begin() + static_cast<std::ptrdiff_t>(scan), 40, std::byte{0});
  BandPool pool(2);
  JpegDecoder decoder(pool);
  Picture picture;
  JpegLayout layout;
  REQUIRE(validate_jpeg(bad, layout) == JpegVerdict::ok);
  CHECK(decoder.decode(layout, picture) != DecodedRows::all);
  REQUIRE(validate_jpeg(good, layout) == JpegVerdict::ok);
  REQUIRE(decoder.decode(layout, picture) == DecodedRows::all);
  CHECK(differing_rows(picture, *decode(good)).empty());
}

TEST_CASE("bytes changed at random never crash, and damaged headers are refused") {
  const auto restart = GENERATE(as<std::string>{}, "", "1", "5B");
  const unsigned seed = GENERATE(range(0U, 40U));
  CAPTURE(restart, seed);
  std::mt19937 random(seed);
  ByteVector jpeg = encode_plainly(make_bgr(97, 75), {.restart = restart});
  const std::size_t begin = seed % 2 == 0 ? 2 : find_scan(jpeg);
  for (int change = 0; change < 5; ++change)
    jpeg[begin + random() % (jpeg.size() - begin)] = static_cast<std::byte>(random());
  const std::optional<Picture> picture = decode(jpeg);
  if (picture)
    CHECK(picture->pixels.size() ==
          raw_size_bytes(PixelFormat::bgr, picture->width, picture->height));
}

TEST_CASE("padding in front of EOI, as some webcams leave it, is not damage") {
  ByteVector jpeg = encode_plainly(make_bgr(160, 120), {.subsampling = TJSAMP_422});
  const Picture expected = decode_plainly(jpeg);
  insert_at(jpeg, jpeg.size() - 2, ByteVector(40, std::byte{0x1B}));
  CHECK_THROWS_WITH(decode_plainly(jpeg), Catch::Contains("extraneous"));
  const std::optional<Picture> picture = decode(jpeg);
  REQUIRE(picture);
  CHECK(differing_rows(*picture, expected).empty());
}

TEST_CASE("a frame without Huffman tables decodes with the standard ones") {
  const ByteVector jpeg = encode_plainly(make_bgr(160, 120), {.subsampling = TJSAMP_422});
  const std::optional<Picture> picture = decode(without_segments(jpeg, 0xC4));
  REQUIRE(picture);
  CHECK(differing_rows(*picture, decode_plainly(jpeg)).empty());
}

TEST_CASE("some of a frame's bands are decoded over the rows of the one before") {
  BandPool pool(2);
  JpegEncoder encoder(pool, {});
  JpegDecoder decoder(pool);
  const auto old_frame = encoder.encode(make_picture(PixelFormat::i420, 320, 240, 1));
  const auto new_frame = encoder.encode(make_picture(PixelFormat::i420, 320, 240, 2));
  Picture old_picture;
  Picture new_picture;
  REQUIRE(decoder.decode(old_frame->layout, old_picture) == DecodedRows::all);
  REQUIRE(decoder.decode(new_frame->layout, new_picture) == DecodedRows::all);

  Picture mixed = old_picture;
  Band second = new_frame->layout.band(1);
  REQUIRE(decoder.decode(new_frame->layout, std::span(&second, 1), mixed) == DecodedRows::all);
  const std::size_t row = 3 * 320;
  const auto rows = [&](const Picture& picture, int top, int height) {
    return Bytes(picture.pixels)
        .subspan(static_cast<std::size_t>(top) * row, static_cast<std::size_t>(height) * row);
  };
  CHECK(std::ranges::equal(rows(mixed, 0, 64), rows(old_picture, 0, 64)));
  CHECK(std::ranges::equal(rows(mixed, 64, 64), rows(new_picture, 64, 64)));
  CHECK(std::ranges::equal(rows(mixed, 128, 112), rows(old_picture, 128, 112)));
}

}  // namespace
}  // namespace jpegwire::jpeg_decoder_test
