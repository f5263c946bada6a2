// The viewer and a relay as clients of an HTTP camera.

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "end_to_end/programs.hpp"

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

}  // namespace http_client_test
