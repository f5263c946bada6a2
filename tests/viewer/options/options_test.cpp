#include "viewer/options/options.hpp"

#include <catch2/catch.hpp>
#include <fstream>

#include "support/command_lines.hpp"
#include "support/temporary_directory.hpp"

namespace jpegwire::viewer_options_test {
namespace {

using Catch::Contains;

ViewerOptions parsed(std::vector<std::string> words) {
  return test::parse_options("jpegwire-viewer", add_viewer_options, std::move(words));
}

std::string refusal_of(std::vector<std::string> words) {
  return test::usage_error_of([&] { parsed(std::move(words)); });
}

TEST_CASE("a viewer that listens has no URL", "[viewer_options]") {
  for (const char* url : {"localhost", "tcp://localhost:2500", "http://camera/stream"})
    CHECK_THAT(refusal_of({"--listen", "2601", url}), Contains("--listen") && Contains("remove"));
  CHECK(refusal_of({"--listen", "2601"}).empty());
}

TEST_CASE("a file is sent, not watched", "[viewer_options]") {
  const TemporaryDirectory directory;
  std::ofstream(directory / "film.mp4") << "film";
  CHECK_THAT(refusal_of({directory / "film.mp4"}),
             Contains("jpegwire-sender --source " + (directory / "film.mp4")));
}

TEST_CASE("a sender is named once", "[viewer_options]") {
  CHECK_THAT(refusal_of({"-s", "127.0.0.1", "localhost:2999"}),
             Contains("-s and tcp://localhost:2999 contradict each other"));
  CHECK_THAT(refusal_of({"-s", "127.0.0.1", "localhost"}), Contains("contradict"));
  CHECK_THAT(refusal_of({"-p", "2600", "localhost:2999"}), Contains("contradict"));
  CHECK_THAT(refusal_of({"-p", "2600", "http://camera/"}), Contains("contradict"));
  CHECK_THAT(refusal_of({"-p", "2600", "--listen", "2601"}), Contains("contradict"));
  CHECK(parsed({"camera", "-p", "2600"}).addresses()[0].text == "tcp://camera:2600");
  CHECK(parsed({"-s", "camera", "-p", "2600"}).addresses()[0].text == "tcp://camera:2600");
}

TEST_CASE("options that contradict each other are refused", "[viewer_options]") {
  CHECK_THAT(refusal_of({"--reconnect", "--no-reconnect"}),
             Contains("--reconnect and --no-reconnect contradict each other"));
  for (const char* option : {"--save", "--trace-file"})
    CHECK_THAT(refusal_of({option, "-"}), Contains(option) && Contains("'-' is not the name of"));
}

}  // namespace
}  // namespace jpegwire::viewer_options_test
