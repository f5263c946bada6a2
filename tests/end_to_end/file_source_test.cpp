// Video and image files as the source.

#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>

#include "end_to_end/pictures.hpp"
#include "end_to_end/programs.hpp"
#include "support/temporary_directory.hpp"

using namespace jpegwire;
using nlohmann::json;

namespace file_source_test {
namespace {

constexpr int kVideoFrames = 12;

void make_video(const std::string& file, const std::string& codec) {
  output_of({"ffmpeg", "-loglevel", "error", "-nostdin", "-f", "lavfi", "-i",
             "testsrc=size=320x240:rate=10", "-frames:v", std::to_string(kVideoFrames), "-c:v",
             codec, "-pix_fmt", codec == "mjpeg" ? "yuvj420p" : "yuv420p", file});
}

/// The sequence numbers received until the stream ends.
std::vector<std::uint32_t> sequence_numbers(TcpPeer& peer) {
  std::vector<std::uint32_t> numbers;
  while (const auto frame = peer.receive_frame()) numbers.push_back(stamp_of(*frame)->sequence);
  return numbers;
}

}  // namespace

TEST_CASE("a video file is sent once, from its first frame") {
  const auto [name, codec] =
      GENERATE(table<std::string, std::string>({{"video.avi", "mjpeg"}, {"video.mp4", "mpeg4"}}));
  INFO(name);
  const TemporaryDirectory directory;
  make_video(directory / name, codec);
  SenderProgram sender({"--source", directory / name, "--summary", "-"});
  TcpPeer peer = TcpPeer::connect(sender.port());
  const auto numbers = sequence_numbers(peer);
  const json summary = summary_of(sender);
  CHECK(summary["captured"] == kVideoFrames);
  REQUIRE_FALSE(numbers.empty());
  CHECK(numbers.front() == 0);
  CHECK(std::ranges::is_sorted(numbers, std::ranges::less_equal()));
  // A slow machine skips frames, and counts them.
  INFO(summary.dump());
  CHECK(numbers.size() + summary["viewers"][0]["skipped"].get<std::size_t>() +
            summary["skipped_capture"].get<std::size_t>() +
            summary["skipped_encode"].get<std::size_t>() +
            summary["skipped_link"].get<std::size_t>() ==
        kVideoFrames);
}

TEST_CASE("a video file of variable rate is sent at its own times") {
  const TemporaryDirectory directory;
  const std::string file = directory / "video.mp4";
  // Three frames 50 ms apart, and a fourth a second later.
  output_of({"ffmpeg", "-loglevel", "error", "-nostdin", "-f", "lavfi", "-i",
             "testsrc=size=320x240:rate=20", "-vf", "setpts=(N+19*gte(N\\,3))/20/TB", "-vsync",
             "vfr", "-frames:v", "4", "-c:v", "mpeg4", file});
  SenderProgram sender({"--source", file});
  TcpPeer peer = TcpPeer::connect(sender.port());
  std::map<std::uint32_t, WallTime> times;  // a slow machine may skip a frame
  while (const auto frame = peer.receive_frame())
    times[stamp_of(*frame)->sequence] = stamp_of(*frame)->capture_time;
  REQUIRE(times.size() >= 2);
  REQUIRE(times.contains(3));
  // A frame is never early. At the mean rate the last one would come after 862 ms.
  const auto& [first, begin] = *times.begin();
  CHECK(times[3] - begin >= std::chrono::milliseconds(1099 - 50 * static_cast<int>(first)));
}

TEST_CASE("the option --loop repeats a video file") {
  const TemporaryDirectory directory;
  make_video(directory / "video.avi", "mjpeg");
  SenderProgram sender({"--source", directory / "video.avi", "--loop", "--fps", "60"});
  sender.wait_for("waits for the first viewer");
  TcpPeer peer = TcpPeer::connect(sender.port());
  for (int i = 0; i < 3 * kVideoFrames; ++i) CHECK(peer.receive_frame());
  CHECK_FALSE(sender.has_ended());
}

TEST_CASE("a JPEG is sent unchanged except for its stamp") {
  const TemporaryDirectory directory;
  const std::string jpeg = make_jpeg(320, 240, 77);
  write_file(directory / "picture.jpg", jpeg);
  // With --adapt auto a viewer on a slow machine may be sent a smaller encoding.
  SenderProgram sender({"--source", directory / "picture.jpg", "--adapt", "off", "--summary", "-"});
  TcpPeer peer = TcpPeer::connect(sender.port());
  for (int i = 0; i < 3; ++i) CHECK((without_stamp(peer.receive_frame().value()) == jpeg));
  peer.close();
  sender.send_signal(SIGINT);
  const json summary = summary_of(sender);
  CHECK(summary["passthrough"] >= 3);
  CHECK(summary["encoded"] == 0);
}

TEST_CASE("the option --passthrough off encodes a JPEG again") {
  const TemporaryDirectory directory;
  const std::string jpeg = make_jpeg(320, 240, 77);
  write_file(directory / "picture.jpg", jpeg);
  SenderProgram sender({"--source", directory / "picture.jpg", "--passthrough", "off"});
  const std::string frame = TcpPeer::connect(sender.port()).receive_frame().value();
  CHECK((without_stamp(frame) != jpeg));
  CHECK(decode(frame));
}

TEST_CASE("a picture of another format is encoded, and scaled with --size") {
  const TemporaryDirectory directory;
  output_of({"convert", "-size", "200x100", "xc:orange", directory / "picture.png"});
  SenderProgram sender({"--source", directory / "picture.png", "--size", "320x240"});
  const auto picture = decode(TcpPeer::connect(sender.port()).receive_frame().value());
  REQUIRE(picture);
  CHECK(picture->width == 320);
  CHECK(picture->height == 240);
}

}  // namespace file_source_test
