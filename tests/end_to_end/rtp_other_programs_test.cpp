// Other RTP/JPEG programs as sender or viewer.

#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "end_to_end/pictures.hpp"
#include "end_to_end/rtp_streams.hpp"

using namespace jpegwire;
using nlohmann::json;

namespace rtp_other_programs_test {
namespace {

constexpr std::size_t kPlanesSizeBytes = 320 * 240 * 3 / 2;
constexpr double kSamePicture = 45;  // dB: decoders may round differently

Command ffmpeg(const Command& arguments) {
  return Command{"ffmpeg", "-hide_banner", "-nostdin", "-loglevel", "warning"} + arguments;
}

Command gstreamer(const Command& pipeline) { return Command{"gst-launch-1.0", "-q"} + pipeline; }

std::string text_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

/// Checks that each file has the pixels of a JPEG that was sent.
void check_same_pixels(const std::vector<std::string>& received, const std::set<std::string>& sent,
                       std::size_t least) {
  const std::set<std::string> planes = planes_of(sent);
  CHECK(received.size() >= least);
  for (const std::string& jpeg : received) CHECK(planes.contains(planes_of(jpeg)));
}

/// A video whose frames another program sends unchanged, and these frames as files.
class VideoForRtp {
 public:
  VideoForRtp() {
    const Command encode{"-c:v",     "mjpeg",    "-q:v",
                         "3",        "-huffman", "default",
                         "-pix_fmt", "yuvj420p", "-force_duplicated_matrix",
                         "1"};
    output_of(
        ffmpeg(Command{"-f", "lavfi", "-i", "testsrc=size=320x240:rate=10", "-frames:v", "12"} +
               encode + Command{file()}));
    std::filesystem::create_directory(directory_ / "frames");
    output_of(ffmpeg({"-i", file(), "-c", "copy", directory_ / "frames/%06d.jpg"}));
  }

  std::string file() const { return directory_ / "video.avi"; }

  std::set<std::string> frames() const {
    const std::vector<std::string> jpegs = jpegs_in(directory_ / "frames");
    return {jpegs.begin(), jpegs.end()};
  }

  Command sent_by_ffmpeg(const std::string& sdp_file, const std::string& to) const {
    return ffmpeg({"-re", "-stream_loop", "-1", "-i", file(), "-c", "copy", "-sdp_file", sdp_file,
                   "-f", "rtp", to});
  }

 private:
  TemporaryDirectory directory_;
};

}  // namespace

TEST_CASE("ffmpeg shows our RTP stream from its SDP file") {
  const LoopedVideo video;
  const TemporaryDirectory directory;
  const std::uint16_t port = free_udp_ports();
  const std::string sdp = directory / "stream.sdp";
  SenderProgram sender(video.options({"--rtp", rtp_address(port), "--sdp", sdp}));
  const std::set<std::string> sent = planes_of(frames_over_tcp(sender));
  output_of(ffmpeg({"-protocol_whitelist", "file,udp,rtp", "-i", sdp, "-frames:v", "8", "-pix_fmt",
                    "yuvj420p", "-f", "rawvideo", directory / "frames.yuv"}));
  const std::string frames = read_file(directory / "frames.yuv");
  REQUIRE(frames.size() == 8 * kPlanesSizeBytes);
  for (std::size_t at = 0; at < frames.size(); at += kPlanesSizeBytes)
    CHECK(best_psnr(frames.substr(at, kPlanesSizeBytes), sent) > kSamePicture);
}

TEST_CASE("GStreamer receives our RTP stream") {
  const LoopedVideo video;
  const TemporaryDirectory directory;
  const std::uint16_t port = free_udp_ports();
  SenderProgram sender(video.options({"--rtp", rtp_address(port)}));
  const auto sent = frames_over_tcp(sender);
  Process receiver(gstreamer(
      {"udpsrc", "address=127.0.0.1", "port=" + std::to_string(port), "buffer-size=4194304",
       "caps=application/x-rtp,media=video,encoding-name=JPEG,payload=26,clock-rate=90000", "!",
       "rtpjpegdepay", "!", "multifilesink", "location=" + (directory / "%06d.jpg")}));
  CHECK(eventually([&] { return count_files(directory.path()) > 10; }));
  receiver.send_signal(SIGINT);
  receiver.wait();
  std::vector<std::string> received = jpegs_in(directory.path());
  received.resize(10);  // the last file may be truncated
  check_same_pixels(received, sent, 10);
}

TEST_CASE("a Python script receives our RTP stream, with each packet within one band") {
  const LoopedVideo video;
  const TemporaryDirectory directory;
  Process receiver(python("rtp_receiver.py", {"0", "20", directory / "frames"}));
  SenderProgram sender(video.options({"--rtp", rtp_address(port_of(receiver))}));
  const auto sent = frames_over_tcp(sender);
  const json statistics = summary_of(receiver);
  CHECK(statistics["frames"] == 20);
  CHECK(statistics["malformed"] == 0);
  CHECK(statistics["bands_straddled"] == 0);
  check_same_pixels(jpegs_in(directory / "frames"), sent, 20);
}

TEST_CASE("the viewer shows what ffmpeg sends by RTP") {
  const VideoForRtp video;
  const TemporaryDirectory directory;
  const std::uint16_t port = free_udp_ports();
  ViewerProgram viewer({rtp_url(port), "--timeout", "30", "--frames", "10", "--save",
                        directory / "frames", "--summary", "-"});
  viewer.wait_for("waiting for");
  Process sender(video.sent_by_ffmpeg(directory / "ffmpeg.sdp", rtp_url(port)));
  const json summary = summary_of(viewer);
  CHECK(summary["frames"] == 10);
  CHECK(summary["corrupt"] == 0);
  CHECK(summary["age_ms"].is_null());
  check_same_pixels(jpegs_in(directory / "frames"), video.frames(), 10);
}

TEST_CASE("the viewer shows the stream of ffmpeg's SDP") {
  const VideoForRtp video;
  const TemporaryDirectory directory;
  const std::uint16_t port = free_udp_ports();
  const std::string sdp = directory / "ffmpeg.sdp";
  Process sender(video.sent_by_ffmpeg(sdp, rtp_url(port)));
  REQUIRE(eventually([&] { return text_of(sdp).find("\nb=AS:") != std::string::npos; }));
  ViewerProgram viewer(
      {sdp, "--timeout", "30", "--frames", "10", "--save", directory / "frames", "--summary", "-"});
  CHECK(summary_of(viewer)["frames"] == 10);
  check_same_pixels(jpegs_in(directory / "frames"), video.frames(), 10);
}

TEST_CASE("the viewer shows what ffmpeg encodes with one quantization table") {
  const TemporaryDirectory directory;
  const std::uint16_t port = free_udp_ports();
  ViewerProgram viewer({rtp_url(port), "--timeout", "30", "--frames", "10", "--summary", "-"});
  viewer.wait_for("waiting for");
  Process sender(ffmpeg({"-re", "-f", "lavfi", "-i", "testsrc=size=320x240:rate=10", "-c:v",
                         "mjpeg", "-pix_fmt", "yuvj420p", "-huffman", "default", "-sdp_file",
                         directory / "ffmpeg.sdp", "-f", "rtp", rtp_url(port)}));
  const json summary = summary_of(viewer);
  CHECK(summary["frames"] == 10);
  CHECK(summary["corrupt"] == 0);
  CHECK(summary["refused_packets"] == json::object());
}

TEST_CASE("the viewer names what it cannot show of ffmpeg's RTP") {
  const auto [codec, format, reason] = GENERATE(table<std::string, std::string, std::string>(
      {{"mpeg4", "rtp", "payload type 96, not RTP/JPEG (26)"},
       {"mpeg4", "rtp_mpegts", "payload type 33, not RTP/JPEG (26)"}}));
  CAPTURE(format);
  const TemporaryDirectory directory;
  const std::uint16_t port = free_udp_ports();
  ViewerProgram viewer({rtp_url(port), "--timeout", "60", "--summary", "-"});
  viewer.wait_for("waiting for");
  Process sender(ffmpeg({"-re", "-f", "lavfi", "-i", "testsrc=size=320x240:rate=10", "-c:v", codec,
                         "-f", format, rtp_url(port)}));
  viewer.wait_for(reason);
  CHECK(interrupt(viewer)["refused_packets"]["other_payload_type"] > 0);
}

TEST_CASE("the viewer shows what GStreamer sends by RTP") {
  const TemporaryDirectory directory;
  const std::uint16_t port = free_udp_ports();
  std::filesystem::create_directory(directory / "sent");
  ViewerProgram viewer({rtp_url(port), "--timeout", "30", "--frames", "10", "--save",
                        directory / "shown", "--summary", "-"});
  viewer.wait_for("waiting for");
  Process sender(gstreamer({"videotestsrc",
                            "is-live=true",
                            "pattern=ball",
                            "!",
                            "video/x-raw,format=I420,width=320,height=240,framerate=10/1",
                            "!",
                            "jpegenc",
                            "!",
                            "tee",
                            "name=both",
                            "!",
                            "queue",
                            "!",
                            "rtpjpegpay",
                            "!",
                            "udpsink",
                            "host=127.0.0.1",
                            "port=" + std::to_string(port),
                            "both.",
                            "!",
                            "queue",
                            "!",
                            "multifilesink",
                            "location=" + (directory / "sent/%06d.jpg")}));
  const json summary = summary_of(viewer);
  CHECK(summary["frames"] == 10);
  CHECK(summary["corrupt"] == 0);
  std::this_thread::sleep_for(std::chrono::milliseconds(200));  // another thread writes the files
  sender.send_signal(SIGINT);
  sender.wait();
  const auto sent = jpegs_in(directory / "sent");
  check_same_pixels(jpegs_in(directory / "shown"), {sent.begin(), sent.end()}, 10);
}

TEST_CASE("the viewer shows a JPEG that a Python script sends by RTP") {
  const auto options = GENERATE(values<Command>(
      {{"-sample", "2x2"}, {"-sample", "2x1"}, {"-restart", "1"}, {"-restart", "3B"}}));
  INFO(options[0] << " " << options[1]);
  const TemporaryDirectory directory;
  const std::uint16_t port = free_udp_ports();
  output_of({"convert", "-size", "320x240", "plasma:red-blue", directory / "picture.ppm"});
  output_of(Command{"cjpeg", "-quality", "85"} + options +
            Command{"-outfile", directory / "picture.jpg", directory / "picture.ppm"});
  ViewerProgram viewer({rtp_url(port), "--timeout", "30", "--frames", "3", "--save",
                        directory / "shown", "--summary", "-"});
  viewer.wait_for("waiting for");
  Process sender(python("rtp_sender.py", {directory / "picture.jpg", "127.0.0.1",
                                          std::to_string(port), "--count", "1000"}));
  CHECK(summary_of(viewer)["frames"] == 3);
  check_same_pixels(jpegs_in(directory / "shown"), {read_file(directory / "picture.jpg")}, 3);
}

}  // namespace rtp_other_programs_test
