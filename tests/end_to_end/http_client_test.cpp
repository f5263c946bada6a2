// The viewer and a relay as clients of an HTTP camera.

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "end_to_end/http_sender.hpp"

using namespace jpegwire;
using Catch::Matchers::Contains;
using nlohmann::json;

namespace http_client_test {
namespace {

struct HttpCamera : Process {
  explicit HttpCamera(const std::string& kind, const Command& files = {})
      : Process(python("python_http_camera.py", Command{kind} + files)) {}

  std::string url(const std::string& credentials = "", const std::string& path = "/stream?name=a") {
    return "http://" + credentials + "127.0.0.1:" + std::to_string(port_of(*this)) + path;
  }
};

void watch_camera(const std::string& kind, const std::string& credentials = "") {
  CAPTURE(kind);
  const TemporaryDirectory directory;
  const Command files = save_frames(directory);
  HttpCamera camera(kind, files);
  ViewerProgram viewer(
      {camera.url(credentials), "--frames", "3", "--save", directory / "shown", "--summary", "-"});
  const json summary = summary_of(viewer);
  CHECK(summary["corrupt"] == 0);
  CHECK(summary["url"] == camera.url());
  check_saved(directory, files);
}

}  // namespace

TEST_CASE("the viewer shows an HTTP camera, with and without Content-Length in its parts") {
  watch_camera(GENERATE("plain", "no_length"));
}

TEST_CASE("the viewer authenticates to an HTTP camera") {
  watch_camera(GENERATE("basic", "md5", "sha256"), "me:s3cret@");
}

TEST_CASE("an HTTP server without a stream is reported, and no password is printed") {
  struct Case {
    std::string kind;
    std::string credentials;
    std::string reason;
  };
  const auto refused = GENERATE(values<Case>({
      {"basic", "", "requires a user and a password"},
      {"md5", "me:wr0ng@", "does not accept that user and password"},
      {"missing", "me:s3cret@", "answers with status 404"},
      {"page", "", "text/html, which is not a stream of JPEGs"},
  }));
  CAPTURE(refused.kind);
  HttpCamera camera(refused.kind);
  ViewerProgram viewer({camera.url(refused.credentials)});
  const std::string failure = failure_of(viewer);
  CHECK_THAT(failure, Contains(refused.reason) && Contains(camera.url()));
  CHECK_THAT(viewer.err(), !Contains("s3cret") && !Contains("wr0ng"));
}

TEST_CASE("an HTTP camera is relayed without decoding") {
  const TemporaryDirectory directory;
  const Command files = save_frames(directory);
  Command many;
  for (int i = 0; i < 100; ++i) many = many + files;
  HttpCamera camera("plain", many);
  SenderProgram relay({"--source", camera.url()});
  ViewerProgram viewer({relay.url(), "--frames", "3", "--summary", "-"});
  const json summary = summary_of(viewer);
  CHECK(summary["frames"] == 3);
  CHECK(summary["corrupt"] == 0);
}

TEST_CASE("the viewer shows cameras whatever their heads, bodies and parts are like") {
  const TemporaryDirectory directory;
  const Command files = save_frames(directory);
  Process list(python("odd_http_camera.py", {"--list"}));
  REQUIRE(list.wait() == 0);
  std::istringstream oddities(list.out());
  int count = 0;
  for (std::string oddity; std::getline(oddities, oddity); ++count) {
    CAPTURE(oddity);
    Process camera(python("odd_http_camera.py", Command{oddity} + files + files + files + files));
    const std::string url = "http://127.0.0.1:" + std::to_string(port_of(camera)) + "/stream";
    const std::string shown = directory / std::to_string(count);
    ViewerProgram viewer({url, "--frames", "3", "--save", shown});
    CHECK(viewer.wait() == 0);
    REQUIRE(files_in(shown).size() >= 3);
    for (std::size_t i = 0; i < 3; ++i)
      CHECK((read_file(shown + "/" + files_in(shown)[i]) == read_file(files[i])));
  }
  CHECK(count > 30);
}

TEST_CASE("a URL that gives one picture per request is requested repeatedly") {
  const TemporaryDirectory directory;
  HttpCamera camera("snapshot", save_frames(directory));
  ViewerProgram viewer({camera.url(), "--frames", "9", "--summary", "-"});
  const json summary = summary_of(viewer);
  CHECK(summary["frames"] == 9);
  CHECK(summary["reconnects"] == 0);
  CHECK(count_written(viewer, "connected to") == 1);
}

TEST_CASE("a relay fetches single pictures at the rate of --fps") {
  const TemporaryDirectory directory;
  HttpCamera camera("snapshot", save_frames(directory));
  SenderProgram relay({"--source", camera.url(), "--fps", "4"});
  ViewerProgram viewer({relay.url(), "--frames", "8", "--summary", "-"});
  const json summary = summary_of(viewer);
  CHECK(summary["frames"] == 8);
  CHECK(summary["seconds"] > 1.0);
}

TEST_CASE("the viewer follows a redirect on the same host, and names the address on another") {
  const TemporaryDirectory directory;
  const Command files = save_frames(directory);
  HttpCamera camera("moved", files);
  ViewerProgram viewer({camera.url(), "--frames", "3"});
  CHECK(viewer.wait() == 0);
  HttpCamera elsewhere("elsewhere", files);
  ViewerProgram lost({elsewhere.url()});
  CHECK_THAT(failure_of(lost), Contains("has moved to another host; watch http://camera.example/"));
}

TEST_CASE("a nonce that has expired is answered again without a word") {
  const TemporaryDirectory directory;
  HttpCamera camera("stale", save_frames(directory));
  ViewerProgram viewer({camera.url("me:s3cret@"), "--frames", "3"});
  CHECK(viewer.wait() == 0);
  CHECK(count_written(viewer, "connected to") == 1);
}

TEST_CASE("the text of an error answer is shown, and it cannot control the terminal") {
  HttpCamera camera("busy");
  ViewerProgram viewer({camera.url()});
  const std::string failure = failure_of(viewer);
  CHECK_THAT(failure,
             Contains("answers with status 503 Busy: Too many [2J viewers. Try again later"));
  CHECK(failure.find('\x1B') == std::string::npos);
}

TEST_CASE("the address of a jpegwire sender's page leads to its stream") {
  const std::string path = GENERATE("", "/");
  HttpSender sender(test_card());
  ViewerProgram viewer(
      {"http://127.0.0.1:" + std::to_string(sender.http_port()) + path, "--frames", "3"});
  CHECK(viewer.wait() == 0);
}

TEST_CASE("an HTTP server behind tcp:// and a TCP sender behind http:// are recognized") {
  HttpSender sender(test_card());
  ViewerProgram tcp({"tcp://127.0.0.1:" + std::to_string(sender.http_port()), "--frames", "3"});
  CHECK(tcp.wait() == 0);
  CHECK_THAT(tcp.err(), Contains("speaks HTTP; watching http://127.0.0.1:"));
  ViewerProgram http({"http://127.0.0.1:" + std::to_string(sender.port()), "--frames", "3"});
  CHECK(http.wait() == 0);
  CHECK_THAT(http.err(), Contains("ing tcp://127.0.0.1:"));
}

}  // namespace http_client_test
