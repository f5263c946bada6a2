#include "sender/sources/camera_source.hpp"

#include <stdlib.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <thread>

#include "codec/jpeg_layout.hpp"

using namespace jpegwire;
using Catch::Matchers::Contains;
using Catch::Matchers::Equals;
using Clock = std::chrono::steady_clock;

// The hidden cases want a process of their own into which libfakecam.so is preloaded
// (tests/fakecam/README.md), with FAKECAM_CONTROL naming a file that can be written. The library
// reads its settings once, so there is a tag for each:
//   [fakecam]           none
//   [fakecam_yuyv]      FAKECAM_FORMATS=YUYV:640x480@30
//   [fakecam_mjpg]      FAKECAM_FORMATS=MJPG:640x480@30
//   [fakecam_no_dht]    FAKECAM_NO_DHT=1
//   [fakecam_truncate]  FAKECAM_TRUNCATE_EVERY=3
//   [fakecam_broken]    FAKECAM_TRUNCATE_EVERY=1

namespace camera_source_test {
namespace {

constexpr std::chrono::seconds kDeadline(30);  // for what takes far less

/// The fake camera for one test, plugged in at its beginning and at its end.
class FakeCamera {
 public:
  FakeCamera() {
    REQUIRE(std::getenv("FAKECAM_CONTROL") != nullptr);
    put("plugged");
  }
  FakeCamera(const FakeCamera&) = delete;
  FakeCamera& operator=(const FakeCamera&) = delete;
  ~FakeCamera() { put("plugged"); }

  /// Renamed, so that the camera never sees half a word.
  void put(const std::string& word) const {
    const std::string control = std::getenv("FAKECAM_CONTROL"), fresh = control + ".new";
    std::ofstream(fresh) << word;
    std::filesystem::rename(fresh, control);
  }
};

CameraOptions options_for(int width, int height, bool passthrough = true) {
  CameraOptions options;
  if (const char* device = std::getenv("FAKECAM_DEVICE")) options.device = device;
  options.width = width;
  options.height = height;
  options.passthrough = passthrough;
  return options;
}

CapturedFrame read_one(CameraSource& camera) {
  auto frame = camera.read({});
  REQUIRE(frame);
  REQUIRE((frame->raw != nullptr) != (frame->jpeg != nullptr));
  return std::move(*frame);
}

bool is_card(const CapturedFrame& frame) {
  return frame.raw && frame.raw->format == PixelFormat::i420;
}

CapturedFrame read_until(CameraSource& camera,
                         const std::function<bool(const CapturedFrame&)>& wanted) {
  const auto deadline = Clock::now() + kDeadline;
  while (Clock::now() < deadline) {
    CapturedFrame frame = read_one(camera);
    if (wanted(frame)) return frame;
  }
  FAIL("the frame that was waited for did not come");
  return {};
}

/// The number that the camera has painted into the upper left of a yuyv frame.
int number_in(const CapturedFrame& frame) {
  constexpr int kBits = 16, kBitWidth = 2, kRow = 4;
  int number = 0;
  for (int bit = 0; bit < kBits; ++bit) {
    const auto pixel = static_cast<std::size_t>(kRow * frame.raw->width + bit * kBitWidth);
    number = 2 * number + (std::to_integer<int>(frame.raw->pixels.at(2 * pixel)) > 125 ? 1 : 0);
  }
  return number;
}

/// By the frames' numbers, whatever their stamps say.
microseconds taken_between(const CapturedFrame& first, const CapturedFrame& second) {
  return (number_in(second) - number_in(first)) * microseconds(1'000'000) / 30;
}

std::string error_of(const CameraOptions& options) {
  try {
    const CameraSource camera(options);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("a camera that does not exist is refused with a sentence", "[camera_source]") {
  CameraOptions options;
  options.device = "/dev/video_that_is_not_there";
  CHECK_THAT(error_of(options), Contains("cannot open /dev/video_that_is_not_there: No such file"));
}

TEST_CASE("a device that is not a camera is refused with a sentence", "[camera_source]") {
  CameraOptions options;
  options.device = "/dev/null";
  CHECK_THAT(error_of(options), Contains("/dev/null is not a video capture device"));
}

TEST_CASE("a camera's own JPEGs are passed on unchanged", "[.fakecam]") {
  const FakeCamera fake;
  CameraSource camera(options_for(1280, 720));
  CHECK_THAT(camera.description(), Contains(": MJPG 1280x720 at 30 frames/s, passed through"));
  CHECK_THAT(camera.description(), !Contains("asked for"));
  WallTime last{};
  for (int i = 0; i < 10; ++i) {
    const CapturedFrame frame = read_one(camera);
    REQUIRE(frame.jpeg);
    CHECK(frame.jpeg->layout.width == 1280);
    CHECK(frame.jpeg->layout.height == 720);
    CHECK(frame.jpeg->layout.has_huffman_tables);
    CHECK(frame.capture_time > last);
    CHECK(frame.capture_time <= wall_now());
    last = frame.capture_time;
  }
  CHECK(camera.corrupt() == 0);
  CHECK(camera.reopened() == 0);
}

TEST_CASE("without passthrough a camera delivers raw frames if it can", "[.fakecam]") {
  const FakeCamera fake;
  CameraSource camera(options_for(640, 480, false));
  CHECK_THAT(camera.description(), Contains(": YUYV 640x480 at 30 frames/s"));
  const CapturedFrame frame = read_one(camera);
  REQUIRE(frame.raw);
  CHECK(frame.raw->format == PixelFormat::yuyv);
  CHECK(frame.raw->width == 640);
  CHECK(frame.raw->height == 480);
  CHECK(frame.raw->pixels.size() == raw_size_bytes(PixelFormat::yuyv, 640, 480));
  const CapturedFrame next = read_one(camera);
  REQUIRE(next.raw);
  CHECK(next.raw != frame.raw);
  CHECK(next.raw->pixels != frame.raw->pixels);
}

TEST_CASE("a camera without JPEGs delivers raw frames", "[.fakecam_yuyv]") {
  const FakeCamera fake;
  CameraSource camera(options_for(1280, 720));
  CHECK_THAT(camera.description(),
             Contains(": YUYV 640x480 at 30 frames/s (asked for 1280x720 at 30)"));
  const CapturedFrame frame = read_one(camera);
  REQUIRE(frame.raw);
  CHECK(frame.raw->format == PixelFormat::yuyv);
  CHECK(frame.raw->width == 640);
}

TEST_CASE("a camera that supports only JPEGs delivers them", "[.fakecam_mjpg]") {
  const FakeCamera fake;
  CameraSource camera(options_for(640, 480, false));
  CHECK_THAT(camera.description(), !Contains("passed through"));
  CHECK(read_one(camera).jpeg);
}

TEST_CASE("a camera that does not support the request says so", "[.fakecam]") {
  const FakeCamera fake;
  CameraOptions options = options_for(1920, 1080);
  options.frames_per_second = 60;
  CameraSource camera(options);
  CHECK_THAT(camera.description(), Contains("MJPG 1280x720 at 30 frames/s, passed through") &&
                                       Contains("(asked for 1920x1080 at 60)"));
  CHECK(read_one(camera).jpeg->layout.width == 1280);
}

TEST_CASE("the standard Huffman tables are added to JPEGs without any", "[.fakecam_no_dht]") {
  const FakeCamera fake;
  CameraSource camera(options_for(640, 480));
  for (int i = 0; i < 5; ++i) CHECK(read_one(camera).jpeg->layout.has_huffman_tables);
  CHECK(camera.corrupt() == 0);
}

TEST_CASE("a camera's broken JPEGs are dropped and counted", "[.fakecam_truncate]") {
  const FakeCamera fake;
  CameraSource camera(options_for(640, 480));
  for (int i = 0; i < 10; ++i) {
    const CapturedFrame frame = read_one(camera);
    REQUIRE(frame.jpeg);
    CHECK(validate(*frame.jpeg) == JpegVerdict::ok);
  }
  CHECK(camera.corrupt() >= 2);
}

// A pause of seconds is what a stopped process makes, or a machine that slept.
TEST_CASE("a camera that was not read for a while returns its newest frame", "[.fakecam]") {
  const auto pause = GENERATE(milliseconds(500), milliseconds(3000));
  const FakeCamera fake;
  CameraSource camera(options_for(640, 480, false));
  for (int i = 0; i < 3; ++i) read_one(camera);
  const CapturedFrame before = read_one(camera);
  std::this_thread::sleep_for(pause);
  // The buffers' content is from the beginning of the pause.
  for (int i = 0; i < 4; ++i) {
    const CapturedFrame after = read_one(camera);
    CHECK(taken_between(before, after) > pause - milliseconds(100));
    const auto stamped = after.capture_time - before.capture_time;
    CHECK(to_milliseconds(stamped - taken_between(before, after)) == Approx(0).margin(10));
  }
}

TEST_CASE("an unplugged camera is replaced by a card and taken again", "[.fakecam]") {
  const FakeCamera fake;
  CameraSource camera(options_for(640, 480));
  read_one(camera);
  fake.put("unplugged");
  const CapturedFrame card = read_until(camera, is_card);
  CHECK(card.raw->width == 640);
  CHECK(card.raw->height == 480);
  for (int i = 0; i < 30; ++i) CHECK(is_card(read_one(camera)));  // longer than between two tries
  CHECK(camera.reopened() == 0);

  SECTION("at the same size") {
    fake.put("plugged");
    CHECK(read_until(camera, std::not_fn(is_card)).jpeg->layout.width == 640);
    CHECK(camera.reopened() == 1);
  }
  SECTION("several times") {
    for (std::uint64_t times = 1; times <= 3; ++times) {
      fake.put("plugged");
      read_until(camera, std::not_fn(is_card));
      CHECK(camera.reopened() == times);
      fake.put("unplugged");
      read_until(camera, is_card);
    }
  }
}

TEST_CASE("a camera that hangs is replaced by a card until it continues", "[.fakecam]") {
  const FakeCamera fake;
  CameraSource camera(options_for(640, 480));
  read_one(camera);
  fake.put("hung");
  read_until(camera, is_card);
  // Trying to take it again, which takes a second, does not keep the card from going on.
  WallTime last = wall_now();
  int gaps = 0;
  for (int i = 0; i < 90; ++i) {
    const CapturedFrame frame = read_one(camera);
    CHECK(is_card(frame));
    if (frame.capture_time - last > milliseconds(900)) ++gaps;
    last = frame.capture_time;
  }
  CHECK(gaps <= 1);
  fake.put("plugged");
  CHECK(read_until(camera, std::not_fn(is_card)).jpeg);
}

TEST_CASE("a camera that hangs from the beginning shows the card", "[.fakecam]") {
  const FakeCamera fake;
  fake.put("hung");
  CameraSource camera(options_for(640, 480));
  CHECK(is_card(read_one(camera)));
}

TEST_CASE("a camera that delivers only damaged JPEGs shows the card", "[.fakecam_broken]") {
  const FakeCamera fake;
  CameraSource camera(options_for(640, 480));
  CHECK(is_card(read_one(camera)));
  CHECK(camera.corrupt() > 1);
}

TEST_CASE("a camera that cannot be opened is refused with a sentence", "[.fakecam]") {
  const FakeCamera fake;
  const CameraOptions options = options_for(640, 480);
  const std::string device = options.device;
  SECTION("denied") {
    fake.put("denied");
    CHECK_THAT(error_of(options),
               Equals("cannot open " + device +
                      ": Permission denied; add yourself to the group 'video' (sudo usermod -aG "
                      "video $USER) and log in again"));
  }
  SECTION("busy") {
    fake.put("busy");
    CHECK_THAT(error_of(options), Contains("busy") && Contains("another program uses it"));
  }
  SECTION("missing") {
    fake.put("unplugged");
    CHECK_THAT(error_of(options),
               Contains("cannot open " + device + ": No such file or directory"));
  }
}

TEST_CASE("the first camera is found", "[.fakecam]") {
  const FakeCamera fake;
  CHECK(first_camera() == "/dev/video0");
  fake.put("unplugged");
  CHECK(first_camera() != "/dev/video0");
}

TEST_CASE("a camera ends when it is stopped", "[.fakecam]") {
  const FakeCamera fake;
  CameraSource camera(options_for(640, 480));
  std::stop_source stop;
  REQUIRE(camera.read(stop.get_token()));
  SECTION("while it gives frames") {}
  SECTION("while it is away") {
    fake.put("unplugged");
    read_until(camera, is_card);
  }
  stop.request_stop();
  CHECK_FALSE(camera.read(stop.get_token()));
}

}  // namespace camera_source_test
