// The sender with a fake camera (tests/fakecam/README.md).

#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "end_to_end/pictures.hpp"
#include "end_to_end/programs.hpp"
#include "support/temporary_directory.hpp"

using namespace jpegwire;
using Catch::Matchers::Contains;
using nlohmann::json;

namespace camera_test {
namespace {

const std::string kYuyv = "YUYV:640x480@30";
const std::string kMotionJpeg = "MJPG:640x480@30";

/// A camera at /dev/video0 that can be unplugged.
class FakeCamera {
 public:
  explicit FakeCamera(Environment settings) : settings_(std::move(settings)) {
    settings_.emplace_back("FAKECAM_CONTROL", control());
    put("plugged");
  }

  /// Replaces the file by renaming, so that the camera never reads a partial word.
  void put(const std::string& word) const {
    write_file(directory_ / "new", word);
    std::filesystem::rename(directory_ / "new", control());
  }

  Environment environment() const { return with_fake_camera(settings_); }

 private:
  std::string control() const { return directory_ / "control"; }

  TemporaryDirectory directory_;
  Environment settings_;
};

Command camera_options(const Command& more = {}) {
  return Command{"--source", "camera:0", "--size", "640x480", "--summary", "-"} + more;
}

Environment fake_camera(const Environment& settings) { return with_fake_camera(settings); }

json end_of(SenderProgram& sender) {
  sender.send_signal(SIGINT);
  return summary_of(sender);
}

/// Receives frames until one is marked as a card, or as a picture; false if none of 300 is.
bool receives_card(TcpPeer& peer, bool wanted) {
  for (int i = 0; i < 300; ++i)
    if (stamp_of(peer.receive_frame().value())->no_signal == wanted) return true;
  return false;
}

}  // namespace

TEST_CASE("a camera's YUYV frames are encoded") {
  SenderProgram sender(camera_options(), fake_camera({{"FAKECAM_FORMATS", kYuyv}}));
  sender.wait_for("YUYV 640x480 at 30 frames/s");
  {
    TcpPeer peer = TcpPeer::connect(sender.port());
    for (int i = 0; i < 5; ++i) {
      const auto picture = decode(peer.receive_frame().value());
      REQUIRE(picture);
      CHECK(picture->width == 640);
    }
  }
  const json summary = end_of(sender);
  CHECK(summary["encoded"] >= 5);
  CHECK(summary["passthrough"] == 0);
  CHECK_THAT(summary["source"], Contains("/dev/video0"));
}

TEST_CASE("a camera's JPEGs are sent unchanged") {
  const TemporaryDirectory directory;
  std::set<std::string> given;
  for (int grey : {40, 120, 200}) {
    given.insert(make_jpeg(640, 480, grey));
    write_file(directory / (std::to_string(grey) + ".jpg"), make_jpeg(640, 480, grey));
  }
  SenderProgram sender(camera_options(), fake_camera({{"FAKECAM_FORMATS", kMotionJpeg},
                                                      {"FAKECAM_MJPEG_DIR", directory.path()}}));
  {
    TcpPeer peer = TcpPeer::connect(sender.port());
    std::set<std::string> seen;
    for (int i = 0; i < 9; ++i) seen.insert(without_stamp(peer.receive_frame().value()));
    CHECK((seen == given));
  }
  const json summary = end_of(sender);
  CHECK(summary["passthrough"] >= 9);
  CHECK(summary["encoded"] == 0);
}

TEST_CASE("missing Huffman tables in a camera's JPEGs are added") {
  const TemporaryDirectory directory;
  const std::string jpeg = make_jpeg(640, 480, 90);
  write_file(directory / "picture.jpg", jpeg);
  SenderProgram sender(camera_options(), fake_camera({{"FAKECAM_FORMATS", kMotionJpeg},
                                                      {"FAKECAM_MJPEG_DIR", directory.path()},
                                                      {"FAKECAM_NO_DHT", "1"}}));
  const std::string frame = TcpPeer::connect(sender.port()).receive_frame().value();
  CHECK(decode(frame));
  CHECK((entropy_of(frame) == entropy_of(jpeg)));
}

TEST_CASE("the sender reports which format the camera delivers instead of the requested one") {
  SenderProgram sender({"--source", "/dev/video0", "--size", "320x240", "--fps", "60"},
                       fake_camera({{"FAKECAM_FORMATS", kYuyv}}));
  sender.wait_for("YUYV 640x480 at 30 frames/s");
  sender.wait_for("asked for 320x240 at 60");
}

TEST_CASE("a truncated camera frame is dropped and counted") {
  SenderProgram sender(camera_options(), fake_camera({{"FAKECAM_FORMATS", kMotionJpeg},
                                                      {"FAKECAM_RESTART_INTERVAL", "40"},
                                                      {"FAKECAM_TRUNCATE_EVERY", "3"}}));
  ViewerProgram viewer({sender.url(), "--frames", "10", "--summary", "-"});
  CHECK(summary_of(viewer)["corrupt"] == 0);
  const json summary = end_of(sender);
  CHECK(summary["corrupt"] >= 3);
  CHECK(summary["refused"]["truncated"] == summary["corrupt"]);
}

TEST_CASE("a camera frame that is cut off, without restart markers, is shown as far as it goes") {
  SenderProgram sender(camera_options(), fake_camera({{"FAKECAM_FORMATS", kMotionJpeg},
                                                      {"FAKECAM_TRUNCATE_EVERY", "3"}}));
  ViewerProgram viewer({sender.url(), "--frames", "10", "--summary", "-"});
  const json summary = summary_of(viewer);
  CHECK(summary["corrupt"] == 0);
  CHECK(summary["patched"] >= 3);
  CHECK(end_of(sender)["corrupt"] == 0);
}

TEST_CASE("a camera's raw formats are encoded") {
  const std::string format = GENERATE(as<std::string>{}, "YUYV", "UYVY", "NV12", "YU12", "GREY");
  SenderProgram sender(camera_options(), fake_camera({{"FAKECAM_FORMATS", format + ":640x480@30"},
                                                      {"FAKECAM_ROW_PADDING", "64"}}));
  sender.wait_for(format + " 640x480 at 30 frames/s");
  const auto picture = decode(TcpPeer::connect(sender.port()).receive_frame().value());
  REQUIRE(picture);
  CHECK(picture->width == 640);
  CHECK(picture->height == 480);
  // The pattern has neither the padding's luma nor any other above 235.
  CHECK(std::ranges::max(picture->luma) < 240);
  CHECK(end_of(sender)["encoded"] >= 1);
}

TEST_CASE("damaged, short and empty buffers of a camera are dropped and counted") {
  const std::string setting = GENERATE(as<std::string>{}, "FAKECAM_ERROR_EVERY",
                                       "FAKECAM_SHORT_EVERY", "FAKECAM_EMPTY_EVERY");
  SenderProgram sender(camera_options(), fake_camera({{"FAKECAM_FORMATS", kYuyv}, {setting, "3"}}));
  ViewerProgram viewer({sender.url(), "--frames", "10", "--summary", "-"});
  CHECK(summary_of(viewer)["frames"] == 10);
  CHECK(end_of(sender)["corrupt"] >= 3);
}

TEST_CASE("frames that a camera lost are counted") {
  SenderProgram sender(camera_options(),
                       fake_camera({{"FAKECAM_FORMATS", kYuyv}, {"FAKECAM_GAP_EVERY", "3"}}));
  ViewerProgram viewer({sender.url(), "--frames", "10", "--summary", "-"});
  CHECK(summary_of(viewer)["frames"] == 10);
  const json summary = end_of(sender);
  CHECK(summary["missed"] >= 3);
  CHECK(summary["corrupt"] == 0);
}

TEST_CASE("a camera whose JPEGs are passed through gives the rate asked for") {
  SenderProgram sender(camera_options({"--fps", "7"}),
                       fake_camera({{"FAKECAM_FORMATS", kMotionJpeg}, {"FAKECAM_ONE_RATE", "1"}}));
  sender.wait_for("at 7 of the camera's 30 frames/s, passed through");
  {
    TcpPeer peer = TcpPeer::connect(sender.port());
    const WallTime first = stamp_of(peer.receive_frame().value())->capture_time;
    WallTime last = first;
    for (int i = 0; i < 14; ++i) last = stamp_of(peer.receive_frame().value())->capture_time;
    CHECK(last - first > std::chrono::milliseconds(1900));
    if (!is_slowed_down()) CHECK(last - first < std::chrono::milliseconds(2400));
  }
  const json summary = end_of(sender);
  CHECK(summary["passthrough"] >= 15);
  CHECK(summary["skipped_capture"] >= 30);
}

TEST_CASE("a camera that offers no usable format is named, with what to do") {
  SenderProgram compressed(camera_options(), fake_camera({{"FAKECAM_FORMATS", "H264:640x480@30"}}));
  CHECK_THAT(failure_of(compressed), Contains("/dev/video0 offers only H264") &&
                                         Contains("ffmpeg") && Contains("--source rtp://"));
  SenderProgram raw(camera_options(), fake_camera({{"FAKECAM_FORMATS", "RGB3:640x480@30"}}));
  CHECK_THAT(failure_of(raw),
             Contains("/dev/video0 offers only RGB3") && Contains("--source opencv:N"));
}

TEST_CASE("OpenCV opens a camera on request") {
  SenderProgram sender({"--source", "opencv:0", "--size", "640x480", "--summary", "-"},
                       fake_camera({{"FAKECAM_FORMATS", kYuyv}}));
  sender.wait_for("source: camera 0, opened by OpenCV: 640x480");
  CHECK(decode(TcpPeer::connect(sender.port()).receive_frame().value()));
  CHECK(end_of(sender)["encoded"] >= 1);
}

TEST_CASE("a camera that OpenCV opens is thinned to the rate asked for") {
  SenderProgram sender(
      {"--source", "opencv:0", "--size", "640x480", "--fps", "7", "--summary", "-"},
      fake_camera({{"FAKECAM_FORMATS", kYuyv}, {"FAKECAM_ONE_RATE", "1"}}));
  sender.wait_for("opened by OpenCV: 640x480 at 30 frames/s");
  {
    TcpPeer peer = TcpPeer::connect(sender.port());
    for (int i = 0; i < 7; ++i) CHECK(peer.receive_frame());
  }
  const json summary = end_of(sender);
  CHECK(summary["skipped_capture"] > 2 * summary["captured"].get<int>());
}

TEST_CASE("an unplugged camera's stream shows a card until the camera is back") {
  const FakeCamera camera({{"FAKECAM_FORMATS", GENERATE(kYuyv, kMotionJpeg)}});
  SenderProgram sender(camera_options(), camera.environment());
  ViewerProgram viewer({sender.url(), "--summary", "-"});
  TcpPeer peer = TcpPeer::connect(sender.port());
  CHECK(peer.receive_frame());
  camera.put("unplugged");
  WallTime last = stamp_of(peer.receive_frame().value())->capture_time;
  std::chrono::microseconds longest_gap{0};
  for (int i = 0; i < 60; ++i) {
    const WallTime next = stamp_of(peer.receive_frame().value())->capture_time;
    longest_gap = std::max(longest_gap, std::chrono::microseconds(next - last));
    last = next;
  }
  if (!is_slowed_down()) CHECK(longest_gap < std::chrono::seconds(2));
  sender.wait_for("was disconnected; showing \"no signal\"");
  CHECK(receives_card(peer, true));
  camera.put("plugged");
  sender.wait_for("is back: ");
  CHECK(receives_card(peer, false));
  for (int i = 0; i < 10; ++i) CHECK(peer.receive_frame());
  viewer.send_signal(SIGINT);
  const json seen = summary_of(viewer);
  CHECK(seen["reconnects"] == 0);
  CHECK(seen["width"] == 640);
  CHECK(seen["no_signal"] > 0);
  CHECK(seen["no_signal"] < seen["frames"]);
  CHECK(end_of(sender)["reopened"] == 1);
}

TEST_CASE("a camera that hangs is treated as unplugged") {
  const FakeCamera camera({{"FAKECAM_FORMATS", kYuyv}});
  SenderProgram sender(camera_options(), camera.environment());
  TcpPeer peer = TcpPeer::connect(sender.port());
  CHECK(peer.receive_frame());
  camera.put("hung");
  sender.wait_for("delivers no frames");
  for (int i = 0; i < 30; ++i) CHECK(peer.receive_frame());
  camera.put("plugged");
  sender.wait_for("is back: ");
}

TEST_CASE("a camera without permission, or in use, is an error with a remedy") {
  const FakeCamera camera({{"FAKECAM_FORMATS", kYuyv}});
  camera.put("denied");
  SenderProgram denied(camera_options(), camera.environment());
  CHECK_THAT(failure_of(denied),
             Contains("/dev/video0") && Contains("Permission denied") && Contains("group 'video'"));
  camera.put("busy");
  SenderProgram busy(camera_options(), camera.environment());
  CHECK_THAT(failure_of(busy), Contains("/dev/video0") && Contains("another program"));
}

TEST_CASE("without --source the sender tries each camera, and then the test card") {
  const FakeCamera cameras({{"FAKECAM_FORMATS", kYuyv}, {"FAKECAM_SECOND_DEVICE", "/dev/video1"}});
  cameras.put(GENERATE(as<std::string>{}, "busy plugged", "denied plugged"));
  SenderProgram sender({"--size", "640x480"}, cameras.environment());
  sender.wait_for("cannot open /dev/video0: ");
  sender.wait_for("source: camera /dev/video1");
  cameras.put("denied busy");
  SenderProgram without({"--size", "640x480"}, cameras.environment());
  without.wait_for("Permission denied");
  if (std::filesystem::exists("/dev/video2")) return;  // a real camera
  without.wait_for("no camera can be used");
  without.wait_for("source: test card");
}

TEST_CASE("without --source the sender uses the first camera, or else the test card") {
  const FakeCamera camera({{"FAKECAM_FORMATS", kYuyv}});
  SenderProgram with_camera({"--size", "640x480"}, camera.environment());
  with_camera.wait_for("source: camera /dev/video0");
  if (std::filesystem::exists("/dev/video0")) return;  // a real camera
  SenderProgram without_camera({});
  without_camera.wait_for("there is no camera");
  without_camera.wait_for("source: test card");
}

}  // namespace camera_test
