#include "app/picture_size.hpp"

#include <catch2/catch.hpp>
#include <stdexcept>

namespace jpegwire::picture_size_test {
namespace {

TEST_CASE("a size is two numbers around a cross, or a name") {
  const auto [text, size] = GENERATE(table<std::string, PictureSize>({{"1280x720", {1280, 720}},
                                                                      {"1280X720", {1280, 720}},
                                                                      {"1280×720", {1280, 720}},
                                                                      {"16x16", {16, 16}},
                                                                      {"480p", {640, 480}},
                                                                      {"720p", {1280, 720}},
                                                                      {"1080P", {1920, 1080}},
                                                                      {"1440p", {2560, 1440}},
                                                                      {"4k", {3840, 2160}},
                                                                      {"4K", {3840, 2160}},
                                                                      {"8k", {7680, 4320}}}));
  CAPTURE(text);
  CHECK(parse_picture_size(text) == size);
}

TEST_CASE("anything else is not a size") {
  const std::string text = GENERATE("", "x", "1280", "1280x", "x720", "1280*720", "1280x720x3",
                                    "12 x 7", "5k", "-16x16", "15x16", "7681x4320");
  CAPTURE(text);
  CHECK_THROWS_AS(parse_picture_size(text), std::invalid_argument);
}

}  // namespace
}  // namespace jpegwire::picture_size_test
