#include "viewer/camera/band_patcher.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

namespace jpegwire::band_patcher_test {
namespace {

constexpr int kWidth = 5;
constexpr int kRows = 8;  // for each letter

/// A picture in which each eight rows contain a letter.
Picture picture_of(const std::string& rows, int width = kWidth) {
  Picture picture;
  picture.width = width;
  picture.height = kRows * static_cast<int>(rows.size());
  for (const char row : rows)
    picture.pixels.insert(picture.pixels.end(), static_cast<std::size_t>(3 * width * kRows),
                          static_cast<std::byte>(row));
  return picture;
}

std::string rows_of(const Picture& picture) {
  std::string rows;
  const auto stride = static_cast<std::size_t>(3 * picture.width * kRows);
  for (std::size_t at = 0; at < picture.pixels.size(); at += stride) {
    rows.push_back(std::to_integer<char>(picture.pixels[at]));
    const std::size_t end = std::min(at + stride, picture.pixels.size());
    for (std::size_t i = at; i < end; ++i) CHECK(picture.pixels[i] == picture.pixels[at]);
  }
  return rows;
}

Band band(int top, int height) {
  return {.top = kRows * top, .height = kRows * height, .bytes = {}};
}

WallTime at(int ms) { return WallTime(milliseconds(1'000'000 + ms)); }

/// In these tests a picture is captured 10 ms before it is decoded.
BandPatcher::Frame frame_of(PictureSize jpeg, int ms, DecodeScale scale = {}) {
  return {.jpeg = jpeg, .scale = scale, .captured = at(ms - 10)};
}

std::shared_ptr<const Picture> shared(const Picture& picture) {
  return std::make_shared<const Picture>(picture);
}

/// A patcher whose first picture, "0" to "7", was complete at time 0.
struct Bench {
  Bench() {
    begin_complete(0);
    patcher.keep(shared(picture_of("01234567")));
  }

  void begin_complete(int ms) {
    patcher.begin(frame_of({kWidth, 8 * kRows}, ms));
    patcher.note(std::vector{band(0, 8)}, at(ms));
  }

  /// The next picture, with "n" in the bands that arrived, after its gaps were filled.
  std::string patch(const std::vector<Band>& bands, int ms = 33) {
    Picture picture = picture_of("nnnnnnnn");
    patcher.begin(frame_of({kWidth, 8 * kRows}, ms));
    patcher.note(bands, at(ms));
    patcher.fill_gaps(picture, at(ms));
    oldest = patcher.oldest_capture();
    patcher.keep(shared(picture));
    return rows_of(picture);
  }

  /// The age of the oldest pixels in the picture that was patched then.
  int oldest_age(const std::vector<Band>& bands, int ms) {
    patch(bands, ms);
    return static_cast<int>((at(ms) - oldest) / milliseconds(1));
  }

  BandPatcher patcher;
  WallTime oldest{};
};

TEST_CASE("missing rows are taken from the previous picture") {
  CHECK(Bench().patch({band(0, 2), band(4, 4)}) == "nn23nnnn");
  CHECK(Bench().patch({band(2, 2)}) == "01nn4567");
  CHECK(Bench().patch({band(6, 2), band(2, 1), band(0, 1)}) == "n1n345nn");
}

TEST_CASE("a complete picture is not changed") {
  CHECK(Bench().patch({band(0, 4), band(4, 4)}) == "nnnnnnnn");
  CHECK(Bench().patch({band(4, 4), band(0, 4)}) == "nnnnnnnn");
}

TEST_CASE("a picture without any band equals the previous one") {
  CHECK(Bench().patch({}) == "01234567");
}

TEST_CASE("rows that were decoded more than a second ago become grey") {
  Bench bench;
  CHECK(bench.patch({band(0, 4)}, 600) == "nnnn4567");
  CHECK(bench.patch({band(4, 2)}, 1000) == "nnnnnn67");
  CHECK(bench.patch({}, 1001) == "nnnnnn\x80\x80");
  CHECK(bench.patch({}, 1601) == "\x80\x80\x80\x80nn\x80\x80");
}

TEST_CASE("the oldest pixels are those of the oldest picture that is still in view") {
  Bench bench;
  CHECK(bench.oldest_age({band(0, 8)}, 33) == 10);
  CHECK(bench.oldest_age({band(0, 4)}, 66) == 33 + 10);
  CHECK(bench.oldest_age({band(0, 2)}, 99) == 66 + 10);  // the same rows again
  CHECK(bench.oldest_age({band(2, 6)}, 132) == 33 + 10);
  CHECK(bench.oldest_age({}, 165) == 66 + 10);
  CHECK(bench.oldest_age({band(0, 8)}, 198) == 10);
}

TEST_CASE("grey rows count from the capture of what they showed last") {
  Bench bench;
  CHECK(bench.patch({band(0, 4)}, 1200) == "nnnn\x80\x80\x80\x80");
  CHECK(bench.oldest_age({band(0, 4)}, 1300) == 1310);
  CHECK(bench.oldest_age({band(0, 6)}, 5000) == 5010);
  CHECK(bench.oldest_age({band(4, 4), band(0, 4)}, 5033) == 10);
}

TEST_CASE("rows that never arrived count from the first picture of their size and source") {
  Bench bench;
  SECTION("of a new source") {
    bench.patcher.forget();
    CHECK(bench.oldest_age({band(0, 4)}, 500) == 10);
    CHECK(bench.oldest_age({band(0, 4)}, 800) == 310);
    CHECK(bench.oldest_age({band(0, 6)}, 9000) == 8510);
  }
  SECTION("a change of scale leaves their age as it is") {
    Picture picture;
    picture.resize(PixelFormat::bgr, 3, 4 * kRows);
    bench.patcher.begin(frame_of({kWidth, 8 * kRows}, 400, {4}));
    bench.patcher.note(std::vector{band(0, 4)}, at(400));
    bench.patcher.fill_gaps(picture, at(400));
    CHECK(bench.patcher.oldest_capture() == at(-10));
  }
}

TEST_CASE("an earlier picture fills the gaps of the one that was begun") {
  BandPatcher patcher;
  Picture picture = picture_of("nnnn");
  patcher.begin(frame_of({kWidth, 4 * kRows}, 100));
  patcher.note(std::vector{band(0, 2)}, at(100));
  patcher.keep_earlier(frame_of({kWidth, 4 * kRows}, 60), shared(picture_of("0123")), at(60));
  patcher.fill_gaps(picture, at(100));
  CHECK(rows_of(picture) == "nn23");
  CHECK(patcher.oldest_capture() == at(50));

  patcher.begin(frame_of({kWidth, 4 * kRows}, 100));
  patcher.keep_earlier(frame_of({kWidth, 8 * kRows}, 60), shared(picture_of("01234567")), at(60));
  patcher.fill_gaps(picture, at(100));
  CHECK(rows_of(picture) == "\x80\x80\x80\x80");  // it has another size
}

TEST_CASE("gaps are grey without a previous picture of the same size and source") {
  Bench bench;
  const auto patched = [&](int width) {
    Picture picture = picture_of("nnnn", width);
    bench.patcher.begin(frame_of({width, 4 * kRows}, 0));
    bench.patcher.note(std::vector{band(1, 1)}, at(0));
    bench.patcher.fill_gaps(picture, at(0));
    return rows_of(picture);
  };
  CHECK(patched(kWidth) == "\x80n\x80\x80");  // another height
  bench.patcher.keep(shared(picture_of("0123")));
  CHECK(patched(kWidth + 1) == "\x80n\x80\x80");
  bench.patcher.keep(shared(picture_of("0123", kWidth + 1)));
  bench.patcher.forget();
  CHECK(patched(kWidth + 1) == "\x80n\x80\x80");
}

TEST_CASE("a discarded picture fills no gaps, whatever its size, source and age") {
  Bench bench;
  SECTION("after a change of size") {
    bench.patcher.begin(frame_of({400, 400 * kRows}, 1));
    bench.patcher.note(std::vector{band(0, 400)}, at(1));
    CHECK(bench.patch({}, 2) == "\x80\x80\x80\x80\x80\x80\x80\x80");
  }
  SECTION("after a change of source") {
    bench.patcher.forget();
    bench.begin_complete(1);
    CHECK(bench.patch({}, 2) == "\x80\x80\x80\x80\x80\x80\x80\x80");
  }
  SECTION("with newer rows than the picture that is shown") {
    bench.begin_complete(900);
    CHECK(bench.patch({band(0, 4)}, 1001) == "nnnn\x80\x80\x80\x80");
  }
}

TEST_CASE("a last part of fewer than eight rows is filled too") {
  BandPatcher patcher;
  Picture older = picture_of("01");
  older.height = 13;
  older.pixels.resize(static_cast<std::size_t>(3 * kWidth * 13));
  Picture picture = older;
  patcher.begin(frame_of({kWidth, 13}, 0));
  patcher.note(std::vector{Band{.top = 0, .height = 13, .bytes = {}}}, at(0));
  patcher.keep(shared(older));
  patcher.begin(frame_of({kWidth, 13}, 0));
  std::ranges::fill(picture.pixels, std::byte{'n'});
  patcher.fill_gaps(picture, at(1));
  CHECK(rows_of(picture) == "01");
}

TEST_CASE("a scaled picture is patched at the scaled rows of its bands") {
  // Eight rows of the JPEG are two rows of the picture; the JPEG's last part has five rows, which
  // are one row here.
  const PictureSize jpeg{40, 29};
  const DecodeScale scale{2};
  const auto filled_with = [&](char letter) {
    Picture picture;
    picture.resize(PixelFormat::bgr, scale.of(jpeg.width), scale.of(jpeg.height));
    std::ranges::fill(picture.pixels, static_cast<std::byte>(letter));
    return picture;
  };
  const auto letters_of = [](const Picture& picture) {
    std::string letters;
    for (int row = 0; row < picture.height; ++row)
      letters.push_back(
          std::to_integer<char>(picture.pixels[static_cast<std::size_t>(3 * picture.width * row)]));
    return letters;
  };
  BandPatcher patcher;
  patcher.begin(frame_of(jpeg, 0, scale));
  patcher.note(std::vector{Band{.top = 0, .height = 29, .bytes = {}}}, at(0));
  patcher.keep(shared(filled_with('o')));
  Picture picture = filled_with('n');
  patcher.begin(frame_of(jpeg, 0, scale));
  patcher.note(std::vector{Band{.top = 8, .height = 8, .bytes = {}}}, at(1));
  patcher.fill_gaps(picture, at(1));
  CHECK(letters_of(picture) == "oonnoooo");
}

TEST_CASE("after a change of scale there is no previous picture") {
  BandPatcher patcher;
  patcher.begin(frame_of({kWidth, 4 * kRows}, 0));
  patcher.note(std::vector{band(0, 4)}, at(0));
  patcher.keep(shared(picture_of("0123")));
  Picture picture;
  picture.resize(PixelFormat::bgr, 3, 16);
  patcher.begin(frame_of({kWidth, 4 * kRows}, 1, {4}));
  patcher.fill_gaps(picture, at(1));
  for (const std::byte value : picture.pixels) CHECK(value == std::byte{0x80});
}

}  // namespace
}  // namespace jpegwire::band_patcher_test
