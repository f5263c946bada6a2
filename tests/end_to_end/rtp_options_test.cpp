// RTP frames arrive whole and as they were encoded, for all packet sizes and kinds of JPEG.

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "end_to_end/pictures.hpp"
#include "end_to_end/rtp_streams.hpp"

using namespace jpegwire;
using nlohmann::json;

namespace rtp_options_test {
namespace {

/// The frames that the viewer of a sender on this port saves.
std::vector<std::string> saved_frames(std::uint16_t port, const std::string& count) {
  const TemporaryDirectory directory;
  ViewerProgram viewer({rtp_url(port), "--timeout", "30", "--frames", count, "--save",
                        directory / "frames", "--summary", "-"});
  const json summary = summary_of(viewer);
  CHECK(summary["corrupt"] == 0);
  return jpegs_in(directory / "frames");
}

/// Four pictures of a camera, encoded with these options of cjpeg.
std::set<std::string> write_camera_pictures(const TemporaryDirectory& directory,
                                            const Command& options) {
  std::set<std::string> pictures;
  for (const std::string colour : {"red", "green", "blue", "white"}) {
    const std::string picture = directory / (colour + ".ppm"), jpeg = directory / (colour + ".jpg");
    output_of({"convert", "-size", "640x480", "plasma:black-" + colour, picture});
    output_of(Command{"cjpeg"} + options + Command{"-outfile", jpeg, picture});
    pictures.insert(read_file(jpeg));
  }
  return pictures;
}

void check_passed_on(const std::vector<std::string>& received, const std::set<std::string>& sent) {
  std::set<std::string> scans;
  for (const std::string& jpeg : sent) scans.insert(entropy_of(jpeg));
  const std::set<std::string> planes = planes_of(sent);
  CHECK_FALSE(received.empty());
  for (const std::string& jpeg : received) {
    CHECK(scans.contains(entropy_of(jpeg)));
    CHECK(planes.contains(planes_of(jpeg)));
  }
}

/// The frames received by RTP are those of the sender, with these options.
void check_same_with(const Command& options) {
  INFO(options[0] << " " << (options.size() > 1 ? options[1] : ""));
  const LoopedVideo video;
  const std::uint16_t port = free_udp_ports();
  SenderProgram sender(video.options(Command{"--rtp", rtp_address(port)} + options));
  const auto sent = frames_over_tcp(sender);
  check_all_sent(saved_frames(port, "10"), sent, 10);
}

}  // namespace

TEST_CASE("RTP frames are the same for all packet sizes") {
  check_same_with(GENERATE(values<Command>({{"--pace"},
                                            {"--mtu", "256"},
                                            {"--mtu", "500"},
                                            {"--mtu", "8972"},
                                            {"--mtu", "256", "--fec", "30"},
                                            {"--mtu", "8972", "--fec", "30", "--nack"},
                                            {"--interface", "lo"},
                                            {"--fps", "60", "--pace"}})));
}

TEST_CASE("RTP frames are the same for all encodings") {
  check_same_with(GENERATE(values<Command>({{"--quality", "100"},
                                            {"--quality", "1"},
                                            {"--bands", "1"},
                                            {"--bands", "15"},
                                            {"--threads", "1"},
                                            {"--size", "328x248"},
                                            {"--size", "16x16", "--quality", "50"}})));
}

TEST_CASE("the largest picture that RTP carries arrives whole") {
  const LoopedVideo video;
  const std::uint16_t port = free_udp_ports();
  SenderProgram sender(video.options({"--size", "2040x2040", "--fps", "2", "--pace", "--quality",
                                      "40", "--rtp", rtp_address(port)}));
  const std::vector<std::string> received = saved_frames(port, "2");
  REQUIRE_FALSE(received.empty());
  const auto picture = decode(received[0]);
  REQUIRE(picture);
  CHECK(picture->width == 2040);
  CHECK(picture->height == 2040);
}

TEST_CASE("a camera's JPEGs are sent by RTP unchanged") {
  const auto options = GENERATE(values<Command>({{"-sample", "2x1"},
                                                 {"-sample", "2x2"},
                                                 {"-sample", "2x1", "-restart", "1"},
                                                 {"-sample", "2x1", "-quality", "100"}}));
  INFO(options[1] << " " << (options.size() > 2 ? options[2] : ""));
  const TemporaryDirectory directory;
  const auto pictures = write_camera_pictures(directory, options);
  const std::uint16_t port = free_udp_ports();
  SenderProgram sender(
      {"--source", "camera:0", "--size", "640x480", "--summary", "-", "--rtp", rtp_address(port)},
      with_fake_camera(
          {{"FAKECAM_FORMATS", "MJPG:640x480@30"}, {"FAKECAM_MJPEG_DIR", directory.path()}}));
  wait_until_sending(sender);
  check_passed_on(saved_frames(port, "8"), pictures);
  const json summary = interrupt(sender);
  CHECK(summary["passthrough"] >= 8);
  CHECK(summary["encoded"] == 0);
}

TEST_CASE("a JPEG file is sent by RTP unchanged") {
  const TemporaryDirectory directory;
  const std::string jpeg = make_jpeg(320, 240, 77);
  write_file(directory / "picture.jpg", jpeg);
  const std::uint16_t port = free_udp_ports();
  SenderProgram sender({"--source", directory / "picture.jpg", "--rtp", rtp_address(port)});
  wait_until_sending(sender);
  check_passed_on(saved_frames(port, "3"), {jpeg});
}

TEST_CASE("a relay sends by RTP what it receives over TCP") {
  const LoopedVideo video;
  const std::uint16_t port = free_udp_ports();
  SenderProgram origin(video.options());
  const auto sent = frames_over_tcp(origin);
  SenderProgram relay({"--source", origin.url(), "--rtp", rtp_address(port), "--size", "320x240"});
  wait_until_sending(relay);
  relay.wait_for("connected");
  const auto received = saved_frames(port, "10");
  std::size_t same = 0;
  for (const std::string& jpeg : received) same += sent.contains(jpeg);
  CHECK(same >= 5);  // the first frames may show the card for a source that is away
}

}  // namespace rtp_options_test
