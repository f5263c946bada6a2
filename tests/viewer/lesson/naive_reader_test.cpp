#include "viewer/lesson/naive_reader.hpp"

#include <catch2/catch.hpp>

#include "codec/jpeg_layout.hpp"
#include "support/arrivals.hpp"
#include "support/jpegs.hpp"

namespace jpegwire::naive_reader_test {
namespace {

using namespace test;

constexpr int kGrey = 128;

/// A white picture in three bands; a test chooses how much of it one read returns.
struct Stage {
  explicit Stage(const char* restart = "1") {
    Picture white;
    white.resize(PixelFormat::bgr, 32, 48);
    std::ranges::fill(white.pixels, std::byte{0xFF});
    frame.jpeg.storage.push_back(encode_plainly(white, {.restart = restart}));
    REQUIRE(validate(frame.jpeg) == JpegVerdict::ok);
  }

  std::size_t size() const { return frame.bytes().size(); }

  void decode(std::size_t jpeg_bytes, std::size_t bytes_before = 0) {
    frame.arrival = jpeg_bytes == size() ? make_reads({4 + size()}, bytes_before)
                                         : make_reads({4 + jpeg_bytes, size() - jpeg_bytes});
    describe_arrival(frame, 0, arrival);
    reader.decode(frame, arrival, decoder, picture);
  }

  int at(int y) const {
    return static_cast<int>(picture.pixels[static_cast<std::size_t>(y) * 32 * 3]);
  }

  ReceivedFrame frame;
  FrameArrival arrival;
  BandPool pool{1};
  JpegDecoder decoder{pool};
  NaiveReader reader;
  Picture picture;
};

TEST_CASE("a frame received in one read is shown completely") {
  Stage stage;
  stage.decode(stage.size());
  CHECK(NaiveReader::gets_whole(stage.arrival));
  CHECK(stage.arrival.naive_mistake().empty());
  for (const int y : {0, 20, 47}) CHECK(stage.at(y) > 250);
}

TEST_CASE("the part of a frame after the first read is grey") {
  Stage stage;
  const std::size_t first_band = static_cast<std::size_t>(&stage.frame.jpeg.layout.bands[0].back() -
                                                          stage.frame.bytes().data() + 1);
  stage.decode(first_band);
  CHECK_FALSE(NaiveReader::gets_whole(stage.arrival));
  CHECK(stage.at(0) > 250);
  CHECK(stage.at(20) == kGrey);
  CHECK(stage.at(47) == kGrey);
  CHECK_THAT(stage.arrival.naive_mistake(),
             Catch::StartsWith("recv returned ") && Catch::Contains("bytes take one more read"));
}

TEST_CASE("a read of one byte less than the frame is incomplete") {
  Stage stage;
  stage.decode(stage.size() - 1);
  CHECK_FALSE(NaiveReader::gets_whole(stage.arrival));
  CHECK(stage.at(0) > 250);
}

TEST_CASE("without the complete header, or after bytes of another frame, the picture is grey") {
  Stage stage;
  stage.decode(100);
  for (const int y : {0, 47}) CHECK(stage.at(y) == kGrey);
  stage.decode(stage.size(), 9);
  CHECK_FALSE(NaiveReader::gets_whole(stage.arrival));
  for (const int y : {0, 47}) CHECK(stage.at(y) == kGrey);
  CHECK_THAT(stage.arrival.naive_mistake(), Catch::Contains("9 bytes"));
}

TEST_CASE("a frame cut at any byte decodes to a picture of full size") {
  Stage stage;
  for (std::size_t size = 1; size < stage.size(); ++size) {
    stage.decode(size);
    CHECK(stage.picture.pixels.size() == std::size_t{32} * 48 * 3);
  }
}

}  // namespace
}  // namespace jpegwire::naive_reader_test
