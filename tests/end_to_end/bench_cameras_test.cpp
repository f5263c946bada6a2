// jpegwire-bench with cameras whose pictures show the time, and with other programs as peers.

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "end_to_end/bench_program.hpp"
#include "end_to_end/viewer_window.hpp"

using namespace jpegwire;
using Catch::Matchers::Contains;
using nlohmann::json;

namespace bench_cameras_test {
namespace {

/// A directory at the front of PATH with programs of these names.
class OtherPrograms {
 public:
  void write(const std::string& name, const std::string& shell) const {
    write_file(directory_ / name, "#!/bin/sh\n" + shell + "\n");
    std::filesystem::permissions(directory_ / name, std::filesystem::perms::owner_all);
  }

  Environment environment() const {
    Environment environment = environment_of_programs();
    environment.emplace_back("PATH", directory_.path().string() + ":" + std::getenv("PATH"));
    return environment;
  }

 private:
  TemporaryDirectory directory_;
};

const json& case_of(const json& measured, const std::string& sender) {
  for (const json& one : measured["cases"])
    if (one["case"].value("sender", "jpegwire") == sender) return one;
  FAIL("no case of " + sender);
  return measured;
}

bool has_age(const json& one) { return one["figures"]["age_p50_ms"]["median"] > 0; }

}  // namespace

TEST_CASE(
    "the age is read from the pictures of a camera that sees the clock in the viewer's window") {
  const TemporaryDirectory directory;
  const XServer server({"-fbdir", directory.path()});
  const Window clock(server, {"--clock"});
  Environment camera = environment_of_programs();
  camera.emplace_back("LD_PRELOAD", JPEGWIRE_FAKECAM);
  camera.emplace_back("FAKECAM_SCREEN", directory / "Xvfb_screen0");
  camera.emplace_back("FAKECAM_FORMATS", "YUYV:640x480@20");
  const json measured = measured_by(
      {"--optical", "--source", "/dev/video0", "--size", "640x480", "--seconds", "1"}, 0, camera);
  const json& one = case_of(measured, "jpegwire");
  INFO(one.dump());
  CHECK(has_age(one));
  CHECK(one["runs"][0]["viewers"][0]["frames"] > 0);
}

TEST_CASE("viewers with windows display what they receive") {
  const XServer server;
  const json measured = measured_by({"--window", "--seconds", "1"}, 0, server.environment());
  const json& one = case_of(measured, "jpegwire");
  INFO(one.dump());
  CHECK(one["runs"][0]["viewers"][0]["displayed"] > 0);
  CHECK(one["figures"]["cpu_display_ms"]["median"] > 0);
}

TEST_CASE("without a clock in the picture no age is reported, and the report says so") {
  const json measured = measured_by({"--optical"}, 1);
  CHECK_THAT(measured["cases"][0]["failure"], Contains("jpegwire-viewer --clock"));
}

TEST_CASE("other senders are measured with the same camera and the same viewers") {
  const auto* source = GENERATE("fake:yuyv", "fake:mjpg");
  const json measured =
      measured_by({"--peers", "--source", source, "--size", "320x240", "--seconds", "1"});
  for (const char* sender : {"jpegwire", "ustreamer", "GStreamer", "ffmpeg", "OpenCV+Python"}) {
    const json& one = case_of(measured, sender);
    INFO(one.dump());
    CHECK(one["failure"].is_null());
    CHECK(has_age(one));
    CHECK(one["figures"]["sender_cpu_ms"]["median"] > 0);
    CHECK(one["verdict"].is_null() == (std::string(sender) != "jpegwire"));
  }
  CHECK(measured["beside_peers"][0]["ratio"]["median"] > 0);
}

TEST_CASE("peers that crash, hang or send nothing are named, and the others are measured") {
  OtherPrograms programs;
  programs.write("ustreamer", "[ $1 = --version ] || { echo no such camera >&2; exit 3; }");
  programs.write("gst-inspect-1.0", "exit 0");
  programs.write("gst-launch-1.0", "sleep 1000");
  programs.write("ffmpeg",
                 "[ $1 = -version ] || exec python3 -c '"
                 "import re, socket, sys, time;"
                 "port = int(re.search(r\":([0-9]+)[?]\", sys.argv[-1])[1]);"
                 "server = socket.create_server((\"127.0.0.1\", port));"
                 "time.sleep(1000)' \"$@\"");
  const json measured = measured_by({"--peers"}, 1, programs.environment());
  CHECK_THAT(case_of(measured, "ustreamer")["failure"],
             Contains("ustreamer ended with exit code 3 (no such camera)"));
  CHECK_THAT(case_of(measured, "GStreamer")["failure"],
             Contains("gst-launch-1.0 did not start listening"));
  CHECK_THAT(case_of(measured, "ffmpeg")["failure"], Contains("ffmpeg sent no frame"));
  CHECK(has_age(case_of(measured, "jpegwire")));
  CHECK(has_age(case_of(measured, "OpenCV+Python")));
}

TEST_CASE("a peer that stops during a run is named") {
  OtherPrograms programs;
  programs.write("ustreamer", "exit 127");
  programs.write("gst-inspect-1.0", "exit 1");
  const std::string ffmpeg = output_of({"which", "ffmpeg"}, environment_of_programs());
  programs.write("ffmpeg",
                 "[ $1 = -version ] && echo 'ffmpeg version 5.1.9 Copyright' ||\n"
                 "exec timeout -s STOP 5 " +
                     ffmpeg.substr(0, ffmpeg.find('\n')) + " \"$@\"");
  const json measured = measured_by({"--peers", "--seconds", "10"}, 1, programs.environment());
  CHECK_THAT(case_of(measured, "ffmpeg")["failure"], Contains("ffmpeg stopped in the middle"));
  CHECK(measured["versions"]["ffmpeg"] == "5.1.9");
  CHECK(has_age(case_of(measured, "OpenCV+Python")));
}

TEST_CASE("the optical age equals the stamps' age where the camera's stamps are correct") {
  TemporaryDirectory directory;
  SenderProgram sender({"--source", "/dev/video0", "--size", "320x240"},
                       {{"LD_PRELOAD", JPEGWIRE_FAKECAM},
                        {"FAKECAM_CLOCK", "1"},
                        {"FAKECAM_FORMATS", "YUYV:320x240@30"}});
  const Command viewer{
      JPEGWIRE_VIEWER, tcp_url(sender.port()), "--headless", "--frames", "60", "--summary", "-"};
  Process by_clock(viewer + Command{"--optical"}, environment_of_programs());
  Process by_stamps(viewer, environment_of_programs());
  const double clock_ms = summary_of(by_clock)["age_ms"]["p50"];
  const double stamps_ms = summary_of(by_stamps)["age_ms"]["p50"];
  CHECK(clock_ms == Approx(stamps_ms).epsilon(1).margin(20));
}

TEST_CASE("a peer that is not installed is reported as skipped") {
  OtherPrograms programs;
  programs.write("ustreamer", "exit 127");
  programs.write("gst-inspect-1.0", "exit 1");
  programs.write("ffmpeg", "exit 127");
  const json measured = measured_by({"--peers"}, 0, programs.environment());
  REQUIRE(measured["skipped"].size() == 3);
  CHECK_THAT(measured["skipped"][0], Contains("ustreamer is skipped: it is not installed"));
  CHECK(measured["cases"].size() == 2);
}

TEST_CASE("invalid options for cameras and peers are refused before any run") {
  CHECK_THAT(bench_failure({"--peers", "--source", "test"}, 2), Contains("is not a camera"));
  CHECK_THAT(bench_failure({"--peers", "--source", "/dev/video0"}, 2),
             Contains("/dev/video0:mjpg"));
  CHECK_THAT(bench_failure({"--peers", "--fps", "12.5"}, 2), Contains("whole number"));
  CHECK_THAT(bench_failure({"--source", "fake:yuyv", "--size", "641x480"}, 2), Contains("641x480"));
  CHECK_THAT(bench_failure({"--source", "fake:yuyv", "--size", "64x64"}, 2), Contains("96x96"));
  CHECK_THAT(bench_failure({"--source", "fake:yuyv", "--viewer-host", "localhost"}, 2),
             Contains("--viewer-host"));
  CHECK_THAT(bench_failure({"--peers", "--size", "own"}, 2), Contains("--size"));
  CHECK_THAT(bench_failure({"--source", "fake:yuyv", "--fps", "0"}, 2), Contains("--fps"));
  CHECK_THAT(bench_failure({"--source", "fake:yuyv,test"}, 2), Contains("in a separate run"));
}

}  // namespace bench_cameras_test
