// The sender with a fake camera (tests/fakecam/README.md).

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
                                                      {"FAKECAM_TRUNCATE_EVERY", "3"}}));
  ViewerProgram viewer({sender.url(), "--frames", "10", "--summary", "-"});
  CHECK(summary_of(viewer)["corrupt"] == 0);
  CHECK(end_of(sender)["corrupt"] >= 3);
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
