#include "sender/sources/camera_source.hpp"

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>
#include <stdlib.h>

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <vector>

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
//   [fakecam_no_eoi]    FAKECAM_NO_EOI=1
//   [fakecam_no_eoi_but_restarts]
//                       FAKECAM_NO_EOI=1, FAKECAM_RESTART_INTERVAL=40
//   [fakecam_truncate]  FAKECAM_TRUNCATE_EVERY=3, FAKECAM_RESTART_INTERVAL=40
//   [fakecam_broken]    FAKECAM_TRUNCATE_EVERY=1, FAKECAM_RESTART_INTERVAL=40
//   [fakecam_all_flagged]
//                       FAKECAM_ERROR_EVERY=1
//   [fakecam_padded_YUYV], and so on
//                       FAKECAM_FORMATS=YUYV:640x480@30, FAKECAM_ROW_PADDING=32
//   [fakecam_damaged]   FAKECAM_FORMATS=YUYV:640x480@30, FAKECAM_ERROR_EVERY=5,
//                       FAKECAM_SHORT_EVERY=7, FAKECAM_EMPTY_EVERY=11
//   [fakecam_gaps]      FAKECAM_FORMATS=YUYV:640x480@30, FAKECAM_GAP_EVERY=4
//   [fakecam_one_rate]  FAKECAM_ONE_RATE=1
//   [fakecam_no_times]  FAKECAM_FORMATS=YUYV:640x480@30, FAKECAM_UNKNOWN_TIMES=1
//   [fakecam_two]       FAKECAM_SECOND_DEVICE=/dev/video1
//   [fakecam_unusable]  FAKECAM_FORMATS=H264:640x480@30

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
  const int parts = (frame->raw ? 1 : 0) + (frame->lent ? 1 : 0) + (frame->jpeg ? 1 : 0);
  REQUIRE(parts == 1);
  return std::move(*frame);
}

bool is_card(const CapturedFrame& frame) {
  return frame.raw && frame.raw->format == PixelFormat::i420;
}

bool is_camera_picture(const CapturedFrame& frame) { return frame.lent || frame.jpeg; }

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

/// A sample of luma, blue or red in a picture of any raw format; `x` and `y` in luma.
int sample(const RawView& view, int channel, int x, int y) {
  const auto at = [&](std::size_t plane, int row, int offset) {
    return std::to_integer<int>(view.planes[plane].row(row)[offset]);
  };
  const int pair = x / 2;
  switch (view.format) {
    case PixelFormat::yuyv:
      return at(0, y, channel == 0 ? 2 * x : 4 * pair + 2 * channel - 1);
    case PixelFormat::uyvy:
      return at(0, y, channel == 0 ? 2 * x + 1 : 4 * pair + 2 * channel - 2);
    case PixelFormat::nv12:
      return channel == 0 ? at(0, y, x) : at(1, y / 2, 2 * pair + channel - 1);
    case PixelFormat::i420:
      return channel == 0 ? at(0, y, x) : at(static_cast<std::size_t>(channel), y / 2, pair);
    default:
      return at(0, y, x);
  }
}

/// The number that the camera has painted into a row of bits of this width.
int number_in_row(const CapturedFrame& frame, int y, int bit_width) {
  constexpr int kBits = 16;
  int number = 0;
  for (int bit = 0; bit < kBits; ++bit) {
    const int luma = sample(frame.lent.value().view, 0, bit * bit_width + bit_width / 2, y);
    number = 2 * number + (luma > 125 ? 1 : 0);
  }
  return number;
}

int number_in(const CapturedFrame& frame) { return number_in_row(frame, 4, 2); }

/// The same in the last rows.
int number_at_the_end(const CapturedFrame& frame) {
  const RawView& view = frame.lent.value().view;
  return number_in_row(frame, view.height - 1, view.width / 16);
}

/// What tests/fakecam/pattern.cpp draws.
int drawn(int channel, int number, int x, int y) {
  const auto triangle = [](int phase) {
    return phase % 256 < 128 ? phase % 256 : 255 - phase % 256;
  };
  if (channel == 0) return 64 + triangle(4 * number + 2 * y + x);
  const int at = (2 * number + y) % 256 + x / 2;
  return 64 + triangle(channel == 1 ? at : 2 * at);
}

std::uint64_t refused_as(const CameraSource& camera, JpegVerdict verdict) {
  return camera.refused().frames[static_cast<std::size_t>(verdict)];
}

/// What is logged while it lives.
class LogCapture {
 public:
  LogCapture() : before_(spdlog::default_logger()) {
    spdlog::set_default_logger(std::make_shared<spdlog::logger>(
        "test", std::make_shared<spdlog::sinks::ostream_sink_mt>(text_)));
  }
  LogCapture(const LogCapture&) = delete;
  LogCapture& operator=(const LogCapture&) = delete;
  ~LogCapture() { spdlog::set_default_logger(before_); }

  std::string text() const { return text_.str(); }

 private:
  std::ostringstream text_;
  std::shared_ptr<spdlog::logger> before_;
};

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
  REQUIRE(frame.lent);
  CHECK(frame.pixels().format == PixelFormat::yuyv);
  CHECK(frame.pixels().width == 640);
  CHECK(frame.pixels().height == 480);
  const CapturedFrame next = read_one(camera);
  REQUIRE(next.lent);
  CHECK(next.pixels().planes[0].bytes != frame.pixels().planes[0].bytes);
  CHECK(number_in(next) > number_in(frame));
}

TEST_CASE("a camera without JPEGs delivers raw frames", "[.fakecam_yuyv]") {
  const FakeCamera fake;
  CameraSource camera(options_for(1280, 720));
  CHECK_THAT(camera.description(),
             Contains(": YUYV 640x480 at 30 frames/s (asked for 1280x720 at 30)"));
  const CapturedFrame frame = read_one(camera);
  REQUIRE(frame.lent);
  CHECK(frame.pixels().format == PixelFormat::yuyv);
  CHECK(frame.pixels().width == 640);
}

TEST_CASE("raw frames are read as the camera has drawn them, without padding",
          "[.fakecam_padded_YUYV][.fakecam_padded_UYVY][.fakecam_padded_NV12]"
          "[.fakecam_padded_YU12][.fakecam_padded_GREY]") {
  const FakeCamera fake;
  CameraSource camera(options_for(640, 480));
  for (int i = 0; i < 3; ++i) {
    const CapturedFrame frame = read_one(camera);
    REQUIRE(frame.lent);
    const RawView& view = frame.lent->view;
    const int channels = view.format == PixelFormat::grey ? 1 : 3;
    const int number = number_in(frame);
    std::vector<std::array<int, 3>> wrong;  // channel, x and y of samples
    for (int channel = 0; channel < channels; ++channel)
      for (int y = 8; y < 480 * 7 / 8; y += 2)
        for (const int x : {0, 2, 318, 638})
          if (sample(view, channel, x, y) != drawn(channel, number, x, y))
            wrong.push_back({channel, x, y});
    CHECK(wrong.empty());
  }
}

TEST_CASE("damaged, short and empty buffers are dropped and counted", "[.fakecam_damaged]") {
  const FakeCamera fake;
  CameraSource camera(options_for(640, 480));
  const int first = number_in(read_one(camera));
  const std::uint64_t before = camera.corrupt() + camera.skipped() + camera.missed();
  int last = first;
  int frames = 0;
  for (; frames < 40; ++frames) {
    const CapturedFrame frame = read_one(camera);
    last = number_in(frame);
    CHECK(number_at_the_end(frame) == last);  // no row is from an older frame
    for (const int every : {5, 7, 11}) CHECK((last + 1) % every != 0);
  }
  CHECK(camera.corrupt() > 5);
  const std::uint64_t lost = camera.corrupt() + camera.skipped() + camera.missed() - before;
  CHECK(lost + static_cast<std::uint64_t>(frames) == static_cast<std::uint64_t>(last - first));
}

TEST_CASE("frames that the camera lost are counted", "[.fakecam_gaps]") {
  const FakeCamera fake;
  CameraSource camera(options_for(640, 480));
  const int first = number_in(read_one(camera));
  const std::uint64_t before = camera.skipped() + camera.missed();
  int last = first;
  for (int i = 0; i < 20; ++i) last = number_in(read_one(camera));
  CHECK(camera.missed() >= 5);
  CHECK(camera.missed() + camera.skipped() - before + 20 ==
        static_cast<std::uint64_t>(last - first));
  CHECK(camera.corrupt() == 0);
}

TEST_CASE("a camera that has no lower rate is thinned to the rate wanted", "[.fakecam_one_rate]") {
  const bool passthrough = GENERATE(true, false);
  const FakeCamera fake;
  CameraOptions options = options_for(640, 480, passthrough);
  options.frames_per_second = 7;
  CameraSource camera(options);
  CHECK_THAT(camera.description(),
             Contains("640x480 at 7 of the camera's 30 frames/s") && !Contains("asked for"));
  const WallTime first = read_one(camera).capture_time;
  WallTime last = first;
  for (int i = 0; i < 14; ++i) last = read_one(camera).capture_time;
  CHECK(last - first > milliseconds(1900));
  CHECK(last - first < milliseconds(3000));
  CHECK(camera.skipped() + camera.missed() >= 14 * 3);
}

TEST_CASE("without the driver's time a frame's time is that of its reading",
          "[.fakecam_no_times]") {
  const FakeCamera fake;
  CameraSource camera(options_for(640, 480));
  for (int i = 0; i < 3; ++i) {
    const WallTime before = wall_now();
    const CapturedFrame frame = read_one(camera);
    CHECK(frame.capture_time >= before);
    CHECK(frame.capture_time <= wall_now());
  }
}

TEST_CASE("a frame keeps its pixels while newer ones come", "[.fakecam_yuyv]") {
  const FakeCamera fake;
  auto camera = std::make_unique<CameraSource>(options_for(640, 480));
  const CapturedFrame kept = read_one(*camera);
  const int number = number_in(kept);
  for (int i = 0; i < 12; ++i) CHECK(number_in(read_one(*camera)) > number);
  SECTION("from the camera") {}
  SECTION("and after the camera was lost") {
    fake.put("unplugged");
    read_until(*camera, is_card);
  }
  SECTION("and after the camera was closed") { camera.reset(); }
  CHECK(number_in(kept) == number);
  CHECK(number_at_the_end(kept) == number);
}

TEST_CASE("while all buffers are on loan the camera is waited for", "[.fakecam_yuyv]") {
  const FakeCamera fake;
  CameraSource camera(options_for(640, 480));
  std::vector<CapturedFrame> held;
  for (int i = 0; i < 5; ++i) held.push_back(read_one(camera));
  const std::jthread release([&held] {
    std::this_thread::sleep_for(milliseconds(1500));  // longer than a silent camera's time
    held.clear();
  });
  CHECK(read_one(camera).lent);
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
  CHECK(refused_as(camera, JpegVerdict::truncated) == camera.corrupt());
}

TEST_CASE("the JPEGs of a camera that writes no EOI are ended by one",
          "[.fakecam_no_eoi][.fakecam_no_eoi_but_restarts]") {
  const FakeCamera fake;
  CameraSource camera(options_for(640, 480));
  for (int i = 0; i < 5; ++i) {
    const CapturedFrame frame = read_one(camera);
    REQUIRE(frame.jpeg);
    const Bytes last = frame.jpeg->layout.bands.back();
    JpegLayout layout;
    CHECK(validate_jpeg(frame.jpeg->storage.back(), layout) == JpegVerdict::ok);
    CHECK(last.data() + last.size() <=
          frame.jpeg->storage.back().data() + frame.jpeg->storage.back().size());
  }
  CHECK(camera.corrupt() == 0);
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
    CHECK(read_until(camera, is_camera_picture).jpeg->layout.width == 640);
    CHECK(camera.reopened() == 1);
  }
  SECTION("several times") {
    for (std::uint64_t times = 1; times <= 3; ++times) {
      fake.put("plugged");
      read_until(camera, is_camera_picture);
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
  CHECK(read_until(camera, is_camera_picture).jpeg);
}

TEST_CASE("a camera that hangs from the beginning shows the card", "[.fakecam]") {
  const FakeCamera fake;
  fake.put("hung");
  CameraSource camera(options_for(640, 480));
  CHECK(is_card(read_one(camera)));
}

TEST_CASE("a camera whose JPEGs are all refused shows the card and names the reason",
          "[.fakecam_broken]") {
  const FakeCamera fake;
  const LogCapture log;
  CameraSource camera(options_for(640, 480));
  CHECK(is_card(read_one(camera)));
  const std::uint64_t refused = refused_as(camera, JpegVerdict::truncated);
  CHECK(refused > 1);
  CHECK(camera.corrupt() == refused);
  CHECK_FALSE(camera.is_online());
  CHECK_THAT(log.text(), Contains(std::to_string(refused) +
                                  " frames refused: truncated JPEG; showing \"no signal\""));
  CHECK(camera.refused_since_shown().frames == refused);
  // Those of the trials are counted, too.
  read_until(camera, [&](const CapturedFrame&) { return camera.corrupt() > refused; });
  CHECK(camera.refused_since_shown().latest == JpegVerdict::truncated);
  CHECK(is_card(read_one(camera)));
}

TEST_CASE("a camera whose buffers are all damaged shows the card and says so",
          "[.fakecam_all_flagged]") {
  const FakeCamera fake;
  const LogCapture log;
  CameraSource camera(options_for(640, 480));
  CHECK(is_card(read_one(camera)));
  CHECK(camera.corrupt() > 1);
  CHECK(refused_as(camera, JpegVerdict::truncated) == 0);
  CHECK_THAT(log.text(), Contains(" delivers only damaged frames; showing \"no signal\""));
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

TEST_CASE("a camera without a format that can be used is refused by the formats' names",
          "[.fakecam_unusable]") {
  const FakeCamera fake;
  CHECK_THAT(error_of(options_for(640, 480)), Contains("/dev/video0 offers only H264") &&
                                                  Contains("ffmpeg") &&
                                                  Contains("--source rtp://127.0.0.1:5004"));
}

TEST_CASE("possible cameras are those that take pictures or cannot be opened", "[.fakecam]") {
  const FakeCamera fake;
  const auto has_it = [] {
    const std::vector<std::string> paths = possible_cameras();
    return std::ranges::find(paths, "/dev/video0") != paths.end();
  };
  CHECK(has_it());
  fake.put("denied");
  CHECK(has_it());
  fake.put("unplugged");
  CHECK_FALSE(has_it());
}

TEST_CASE("a camera that comes back under another number is found", "[.fakecam_two]") {
  const FakeCamera fake;
  fake.put("plugged unplugged");
  CameraSource camera(options_for(640, 480));
  read_one(camera);
  fake.put("unplugged unplugged");
  read_until(camera, is_card);
  SECTION("by its bus and name") {
    fake.put("unplugged plugged");
    read_until(camera, is_camera_picture);
    CHECK(camera.reopened() == 1);
    fake.put("plugged unplugged");  // back again
    read_until(camera, is_card);
    read_until(camera, is_camera_picture);
    CHECK(camera.reopened() == 2);
  }
  SECTION("even if another camera has its number now") {
    fake.put("other plugged");
    read_until(camera, is_camera_picture);
    fake.put("other unplugged");  // so it was the second one
    read_until(camera, is_card);
  }
  SECTION("but another camera under another number is not taken") {
    fake.put("unplugged other");
    for (int i = 0; i < 60; ++i) CHECK(is_card(read_one(camera)));
    CHECK(camera.reopened() == 0);
  }
  SECTION("while another camera under its number is taken") {
    fake.put("other unplugged");
    read_until(camera, is_camera_picture);
    CHECK(camera.reopened() == 1);
  }
}

TEST_CASE("a camera ends when it is stopped", "[.fakecam]") {
  const FakeCamera fake;
  CameraSource camera(options_for(640, 480));
  std::stop_source stop;
  REQUIRE(camera.read(stop.get_token()));
  SECTION("while it gives frames") {}
  SECTION("while it hangs") { fake.put("hung"); }
  SECTION("while it is away") {
    fake.put("unplugged");
    read_until(camera, is_card);
  }
  stop.request_stop();
  CHECK_FALSE(camera.read(stop.get_token()));
}

}  // namespace camera_source_test
