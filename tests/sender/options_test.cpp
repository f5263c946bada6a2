#include "sender/options.hpp"

#include <catch2/catch.hpp>

#include "support/command_lines.hpp"

namespace jpegwire::sender_options_test {
namespace {

using Catch::Contains;

SenderOptions parsed(std::vector<std::string> words) {
  return test::parse_options("jpegwire-sender", add_sender_options, std::move(words));
}

std::string refusal_of(std::vector<std::string> words) {
  return test::usage_error_of([&] { parsed(std::move(words)); });
}

TEST_CASE("each listening option has its own default port", "[sender_options]") {
  CHECK(parsed({"--http", "0.0.0.0"}).http == Endpoint{"0.0.0.0", 8080});
  CHECK(parsed({"--tcp", "0.0.0.0"}).tcp == Endpoint{"0.0.0.0", 2500});
}

TEST_CASE("options that contradict each other are refused", "[sender_options]") {
  CHECK_THAT(refusal_of({"-p", "2600", "--tcp", "2601"}), Contains("--tcp and -p contradict"));
  CHECK_THAT(refusal_of({"-s", "0.0.0.0", "--tcp", "2601"}), Contains("--tcp and -s contradict"));
  CHECK(parsed({"-s", "0.0.0.0", "-p", "2601"}).tcp == Endpoint{"0.0.0.0", 2601});
  CHECK_THAT(refusal_of({"--rtp", "10.0.0.1:5004", "--sdp", "-"}),
             Contains("--sdp") && Contains("'-' is not the name of a file"));
}

TEST_CASE("the ports of --tcp and --http differ", "[sender_options]") {
  CHECK_THAT(refusal_of({"--tcp", "2700", "--http", "2700"}),
             Contains("--tcp and --http cannot share port 2700"));
  CHECK_THAT(refusal_of({"--tcp", "0.0.0.0:2700", "--http", "2700"}), Contains("cannot share"));
  CHECK(refusal_of({"--tcp", "127.0.0.1:2700", "--http", "127.0.0.2:2700"}).empty());
  CHECK(refusal_of({"--tcp", "0", "--http", "0"}).empty());
  CHECK(refusal_of({"--tcp", "8080"}).empty());
}

TEST_CASE("--memory takes bytes, with a unit or without", "[sender_options]") {
  constexpr std::size_t kMebi = std::size_t{1} << 20;
  CHECK(parsed({}).memory_bytes == 256 * kMebi);
  CHECK(parsed({"--memory", "2000000"}).memory_bytes == 2'000'000);
  CHECK(parsed({"--memory", "2048K"}).memory_bytes == 2 * kMebi);
  CHECK(parsed({"--memory", "64M"}).memory_bytes == 64 * kMebi);
  CHECK(parsed({"--memory", "2G"}).memory_bytes == 2048 * kMebi);
  for (const char* wrong :
       {"M", "-1M", "1", "1025G", "99999999999999999999G", "64 M", "64MB", "1.5M"})
    CHECK_THAT(refusal_of({"--memory", wrong}), Contains("--memory") && Contains("256M"));
}

TEST_CASE("--http-timeout bounds idle connections too", "[sender_options]") {
  CHECK(parsed({"--http-timeout", "10"}).http_settings.idle_timeout == milliseconds(2000));
}

TEST_CASE("a host is a source, as for the viewer", "[sender_options]") {
  CHECK(parsed({"--source", "localhost"}).source == "tcp://localhost:2500");
  CHECK(parsed({"--source", "camera.lan:81"}).source == "tcp://camera.lan:81");
  CHECK(parsed({"--source", "10.0.0.7"}).source == "tcp://10.0.0.7:2500");
  CHECK(parsed({"--source", "::1"}).source == "tcp://[::1]:2500");
  CHECK(parsed({"--source", " tcp://camera "}).source == "tcp://camera");
  for (const char* other : {"camera:0", "opencv:1", "film.mp4", "test", "auto", "/dev/video0"})
    CHECK(parsed({"--source", other}).source == other);
  CHECK_THAT(refusal_of({"--source", "ftp://camera/"}),
             Contains("tcp://HOST") && Contains("auto, test,") && Contains("opencv:N"));
  CHECK_THAT(refusal_of({"--source"}), Contains("--source needs a value"));
}

TEST_CASE("only a file is played in a loop", "[sender_options]") {
  for (const char* source : {"auto", "test", "camera:0", "opencv:0", "/dev/video0", "tcp://a"})
    CHECK_THAT(refusal_of({"--source", source, "--loop"}), Contains("--source FILE"));
  CHECK_THAT(refusal_of({"--loop"}), Contains("--source FILE"));
  CHECK(parsed({"--source", "film.mp4", "--loop"}).loop);
}

}  // namespace
}  // namespace jpegwire::sender_options_test
