// Other programs as clients of the sender's HTTP server.

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "end_to_end/http_sender.hpp"
#include "end_to_end/pictures.hpp"

using namespace jpegwire;
using Catch::Matchers::Contains;

namespace http_clients_test {
namespace {

Command curl(const Command& arguments) {
  return Command{"curl", "--silent", "--show-error", "--max-time", "30"} + arguments;
}

/// What curl prints about the response with --write-out.
std::string told_by_curl(const std::string& format, const Command& arguments) {
  return output_of(curl(Command{"--output", "/dev/null", "--write-out", format} + arguments));
}

void check_decodes(const std::string& jpeg) {
  const auto picture = decode(jpeg);
  REQUIRE(picture);
  CHECK(picture->width == 320);
  CHECK(picture->height == 240);
}

}  // namespace

TEST_CASE("curl gets the matching status for each request") {
  HttpSender sender(test_card());
  const auto status = [&](const std::string& path, const Command& arguments = {}) {
    return told_by_curl("%{http_code}", Command{sender.http_url(path)} + arguments);
  };
  CHECK(status("/") == "200");
  CHECK(status("/snapshot") == "200");
  CHECK(status("/?action=snapshot") == "200");
  CHECK(status("/state") == "200");
  CHECK(status("/nothing") == "404");
  CHECK(status("/../stats.json", {"--path-as-is"}) == "404");
  CHECK(status("/", {"--request", "DELETE"}) == "405");
  CHECK(status("/", {"--data", "a=b"}) == "413");
  CHECK(status("/", {"--data", "a=b", "--header", "Transfer-Encoding: chunked"}) == "413");
  CHECK(status("/", {"--header", "X: " + std::string(9000, 'x')}) == "431");
  CHECK(status("/", {"--header", "Host: evil.example"}) == "421");
  CHECK(status("/", {"--header", "Host:"}) == "400");
  CHECK(status("/", {"--http1.0"}) == "200");
}

TEST_CASE("curl makes several requests on one connection") {
  HttpSender sender(test_card());
  const std::string connects = output_of(
      curl({"--write-out", "%{num_connects}\n", "--output", "/dev/null", sender.http_url("/"),
            "--output", "/dev/null", sender.http_url("/snapshot"), "--output", "/dev/null",
            sender.http_url("/nothing"), "--output", "/dev/null", sender.http_url("/metrics")}));
  CHECK(connects == "1\n0\n0\n0\n");
}

TEST_CASE("curl --head gets the head only") {
  HttpSender sender(test_card());
  for (const std::string path : {"/", "/snapshot", "/stream", "/stats.json"}) {
    CAPTURE(path);
    const std::string head = output_of(curl({"--head", sender.http_url(path)}));
    CHECK_THAT(head, Catch::StartsWith("HTTP/1.1 200 OK\r\n") && Catch::EndsWith("\r\n\r\n"));
  }
  CHECK_THAT(output_of(curl({"--head", sender.http_url("/stream")})),
             Contains("Content-Type: multipart/x-mixed-replace; boundary=frame\r\n"));
  CHECK(nlohmann::json::parse(fetch(sender, "/stats.json").body)["encoded"] == 0);
}

TEST_CASE("curl saves a snapshot that can be decoded") {
  const TemporaryDirectory directory;
  HttpSender sender(test_card());
  output_of(curl({"--output", directory / "snapshot.jpg", sender.http_url("/snapshot")}));
  check_decodes(read_file(directory / "snapshot.jpg"));
}

TEST_CASE("ffmpeg decodes the sender's HTTP stream without a warning") {
  HttpSender sender(test_card());
  const TemporaryDirectory directory;
  Process ffmpeg({"ffmpeg", "-hide_banner", "-nostdin", "-loglevel", "warning", "-f", "mpjpeg",
                  "-i", sender.http_url("/stream"), "-frames:v", "5", "-c:v", "copy",
                  directory / "%06d.jpg", "-frames:v", "5", "-f", "null", "-"});
  const int code = ffmpeg.wait();
  INFO(ffmpeg.describe());
  CHECK(code == 0);
  CHECK(ffmpeg.err().empty());
  const auto names = files_in(directory.path());
  CHECK(names.size() == 5);
  for (const std::string& name : names) check_decodes(read_file(directory / name));
}

TEST_CASE("GStreamer decodes the sender's HTTP stream") {
  const TemporaryDirectory directory;
  HttpSender sender(test_card());
  Process gstreamer(
      {"gst-launch-1.0", "-q", "souphttpsrc", "location=" + sender.http_url("/stream"),
       "is-live=true", "!", "multipartdemux", "!", "jpegdec", "!", "identity", "eos-after=6", "!",
       "jpegenc", "!", "multifilesink", "location=" + (directory / "%06d.jpg")},
      environment_of_programs());
  const int code = gstreamer.wait();
  INFO(gstreamer.describe());
  CHECK(code == 0);
  const auto names = files_in(directory.path());
  CHECK(names.size() >= 5);
  for (const std::string& name : names) check_decodes(read_file(directory / name));
}

TEST_CASE("Python's http.client reads the stream by its part lengths") {
  const TemporaryDirectory directory;
  HttpSender sender(test_card());
  Process script(python("python_http_viewer.py",
                        {"stream", std::to_string(sender.http_port()), directory.path(), "5"}));
  const int code = script.wait();
  INFO(script.describe());
  REQUIRE(code == 0);
  CHECK_THAT(script.out(), Contains("5 frames"));
  for (const std::string& name : files_in(directory.path())) {
    const std::string jpeg = read_file(directory / name);
    CHECK(stamp_of(jpeg));
    check_decodes(jpeg);
  }
}

TEST_CASE("Python's http.client makes several requests on one connection") {
  HttpSender sender(test_card());
  Process script(
      python("python_http_viewer.py", {"keep_alive", std::to_string(sender.http_port())}));
  const int code = script.wait();
  INFO(script.describe());
  CHECK(code == 0);
  CHECK_THAT(script.out(), Contains("one connection"));
}

}  // namespace http_clients_test
