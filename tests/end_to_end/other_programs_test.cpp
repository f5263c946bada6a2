// Other programs as sender or viewer, and as readers of the files that jpegwire writes.

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "end_to_end/pictures.hpp"
#include "end_to_end/programs.hpp"
#include "support/temporary_directory.hpp"

using namespace jpegwire;

namespace other_programs_test {
namespace {

Command ffmpeg(const Command& arguments) {
  return Command{"ffmpeg", "-hide_banner", "-nostdin", "-loglevel", "warning"} + arguments;
}

Command ffmpeg_test_picture(const std::string& to) {
  return ffmpeg({"-re", "-f", "lavfi", "-i", "testsrc=size=320x240:rate=10", "-c:v", "mjpeg", "-f",
                 "mpjpeg", to});
}

/// A stitched frame of several bands, as it was received.
std::string stitched_jpeg() {
  SenderProgram sender(test_card({"--bands", "5"}));
  return TcpPeer::connect(sender.port()).receive_frame().value();
}

}  // namespace

TEST_CASE("the viewer shows what ffmpeg serves") {
  const std::string url = tcp_url(free_port());
  Process sender(ffmpeg_test_picture(url + "?listen=1"));
  ViewerProgram viewer({url, "--timeout", "30", "--frames", "5", "--summary", "-"});
  check_shown(summary_of(viewer));
}

TEST_CASE("the viewer shows what ffmpeg serves over HTTP, in chunks") {
  const std::string format = GENERATE("mpjpeg", "mjpeg");
  const std::string url = "http://127.0.0.1:" + std::to_string(free_port());
  Process sender(ffmpeg({"-re", "-f", "lavfi", "-i", "testsrc=size=320x240:rate=10", "-c:v",
                         "mjpeg", "-f", format, "-listen", "1", url}));
  ViewerProgram viewer({url, "--timeout", "30", "--frames", "5", "--summary", "-"});
  check_shown(summary_of(viewer));
}

TEST_CASE("the viewer that listens shows what ffmpeg sends") {
  const std::string url = tcp_url(free_port());
  ViewerProgram viewer({"--listen", url, "--timeout", "30", "--frames", "5", "--summary", "-"});
  viewer.wait_for("waiting for");
  Process sender(ffmpeg_test_picture(url));
  check_shown(summary_of(viewer));
}

TEST_CASE("the viewer shows what GStreamer serves") {
  const std::string port = std::to_string(free_port());
  Process sender({"gst-launch-1.0", "-q", "videotestsrc", "is-live=true", "!",
                  "video/x-raw,width=320,height=240,framerate=10/1", "!", "jpegenc", "!",
                  "multipartmux", "!", "tcpserversink", "host=127.0.0.1", "port=" + port});
  ViewerProgram viewer(
      {"tcp://127.0.0.1:" + port, "--timeout", "30", "--frames", "5", "--summary", "-"});
  check_shown(summary_of(viewer));
}

TEST_CASE("ffmpeg decodes our stream without a warning") {
  const TemporaryDirectory directory;
  SenderProgram sender(test_card());
  Process capture(python("python_viewer.py", {"127.0.0.1", std::to_string(sender.port()), "be32",
                                              directory.path(), "5"}));
  REQUIRE(capture.wait() == 0);
  Process decoder(ffmpeg({"-i", directory / "%06d.jpg", "-f", "null", "-"}));
  CHECK(decoder.wait() == 0);
  CHECK(decoder.err().empty());
}

TEST_CASE("djpeg and ImageMagick read a frame of several bands without a warning") {
  const TemporaryDirectory directory;
  const std::string file = directory / "stitched.jpg";
  write_file(file, stitched_jpeg());
  for (const Command& reader : {Command{"djpeg", "-outfile", directory / "djpeg.ppm", file},
                                Command{"convert", file, directory / "convert.ppm"}}) {
    Process process(reader);
    const int code = process.wait();
    INFO(process.describe());
    CHECK(code == 0);
    CHECK(process.err().empty());
  }
  CHECK(read_file(directory / "djpeg.ppm").size() > 320 * 240 * 3);
  CHECK(read_file(directory / "convert.ppm").size() > 320 * 240 * 3);
}

}  // namespace other_programs_test
