#include "viewer/band_patcher.hpp"

#include <catch2/catch.hpp>
#include <string>

namespace jpegwire {
namespace {

constexpr int kWidth = 5;

/// A picture whose every row is the row's letter.
Picture picture_of(const std::string& rows, int width = kWidth) {
  Picture picture;
  picture.width = width;
  picture.height = static_cast<int>(rows.size());
  for (const char row : rows)
    picture.pixels.insert(picture.pixels.end(), static_cast<std::size_t>(3 * width),
                          static_cast<std::byte>(row));
  return picture;
}

std::string rows_of(const Picture& picture) {
  std::string rows;
  const auto stride = static_cast<std::size_t>(3 * picture.width);
  for (std::size_t at = 0; at < picture.pixels.size(); at += stride) {
    rows.push_back(std::to_integer<char>(picture.pixels[at]));
    for (std::size_t i = 0; i < stride; ++i) CHECK(picture.pixels[at + i] == picture.pixels[at]);
  }
  return rows;
}

Band band(int top, int height) { return {.top = top, .height = height, .bytes = {}}; }

/// The rows of a new picture, all "n", after its gaps are filled from one of "0" to "7".
std::string patched(std::vector<Band> bands) {
  BandPatcher patcher;
  patcher.begin();
  patcher.note(bands);
  Picture picture = picture_of("nnnnnnnn");
  const Picture older = picture_of("01234567");
  patcher.fill_gaps(&older, picture);
  return rows_of(picture);
}

TEST_CASE("rows that never came are those of the picture before") {
  CHECK(patched({band(0, 2), band(4, 4)}) == "nn23nnnn");
  CHECK(patched({band(2, 2)}) == "01nn4567");
  CHECK(patched({band(6, 2), band(2, 1), band(0, 1)}) == "n1n345nn");
}

TEST_CASE("a picture that has all its bands stays as it is") {
  CHECK(patched({band(0, 4), band(4, 4)}) == "nnnnnnnn");
  CHECK(patched({band(4, 4), band(0, 4)}) == "nnnnnnnn");
}

TEST_CASE("a picture of which nothing came is the one before") { CHECK(patched({}) == "01234567"); }

TEST_CASE("bands may be told bit by bit") {
  BandPatcher patcher;
  patcher.begin();
  patcher.note(std::vector{band(6, 2)});
  patcher.note({});
  patcher.note(std::vector{band(0, 2), band(4, 2)});
  Picture picture = picture_of("nnnnnnnn");
  const Picture older = picture_of("01234567");
  patcher.fill_gaps(&older, picture);
  CHECK(rows_of(picture) == "nn23nnnn");
}

TEST_CASE("a new picture knows nothing of the bands before") {
  BandPatcher patcher;
  patcher.begin();
  patcher.note(std::vector{band(0, 8)});
  patcher.begin();
  patcher.note(std::vector{band(4, 4)});
  Picture picture = picture_of("nnnnnnnn");
  const Picture older = picture_of("01234567");
  patcher.fill_gaps(&older, picture);
  CHECK(rows_of(picture) == "0123nnnn");
}

TEST_CASE("where there is no picture before, or one of another size, the gaps are grey") {
  BandPatcher patcher;
  patcher.begin();
  patcher.note(std::vector{band(2, 1)});
  const Picture wider = picture_of("0123", kWidth + 1);
  const Picture lower = picture_of("012");
  const Picture* const older = GENERATE_COPY(values<const Picture*>({nullptr, &wider, &lower}));
  Picture picture = picture_of("nnnn");
  patcher.fill_gaps(older, picture);
  CHECK(rows_of(picture) == "\x80\x80n\x80");
}

}  // namespace
}  // namespace jpegwire
