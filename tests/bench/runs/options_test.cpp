#include "bench/runs/options.hpp"

#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "bench/runs/commands.hpp"
#include "support/command_lines.hpp"
#include "support/temporary_directory.hpp"

namespace jpegwire::options_test {
namespace {

using Catch::Matchers::Contains;

BenchOptions parsed(std::vector<std::string> words) {
  return test::parse_options("jpegwire-bench", add_bench_options, std::move(words));
}

std::string refusal_of(std::vector<std::string> words) {
  return test::usage_error_of([&] { parsed(std::move(words)); });
}

TEST_CASE("lists are split at commas, and repeated values are ignored") {
  const Matrix matrix = parsed({"--size", "640x480,1280x720,own", "--fps", "30,0,30", "--quality",
                                "70,80", "--transport", "rtp,tcp", "--viewers", "1,16", "--threads",
                                "1,2", "--source", "test,film.mkv"})
                            .matrix;
  CHECK(matrix.sizes ==
        std::vector<std::optional<PictureSize>>{PictureSize{640, 480}, PictureSize{1280, 720}, {}});
  CHECK(matrix.frame_rates == std::vector<double>{30, 0});
  CHECK(matrix.transports == std::vector<Transport>{Transport::rtp, Transport::tcp});
  CHECK(matrix.viewers == std::vector<int>{1, 16});
  CHECK(matrix.sources == std::vector<std::string>{"test", "film.mkv"});
}

TEST_CASE("options for the programs are split as by a shell") {
  const BenchOptions options = parsed({"--sender-options", "--fec 10 --share 'my films'"});
  CHECK(options.sender_options == std::vector<std::string>{"--fec", "10", "--share", "my films"});
}

TEST_CASE("invalid values are rejected with the name of the option") {
  CHECK_THAT(refusal_of({"--size", "0"}), Contains("--size") && Contains("1280x720"));
  CHECK_THAT(refusal_of({"--size", "0x0"}), Contains("16x16"));
  CHECK_THAT(refusal_of({"--size", "640x480,"}), Contains("--size"));
  CHECK_THAT(refusal_of({"--fps", "-1"}), Contains("'-1'"));
  CHECK_THAT(refusal_of({"--fps", "nan"}), Contains("'nan'"));
  CHECK_THAT(refusal_of({"--quality", "101"}), Contains("1 to 100"));
  CHECK_THAT(refusal_of({"--transport", "udp"}), Contains("not one of tcp, http, rtp"));
  CHECK_THAT(refusal_of({"--viewers", "0"}), Contains("--viewers"));
  CHECK_THAT(refusal_of({"--viewers", "99999999999999"}), Contains("--viewers"));
  CHECK_THAT(refusal_of({"--threads", "65"}), Contains("--threads"));
  CHECK_THAT(refusal_of({"--source", "test,,film.mkv"}), Contains("missing"));
  CHECK_THAT(refusal_of({"--seconds", "0"}), Contains("--seconds"));
  CHECK_THAT(refusal_of({"--repetitions", "0"}), Contains("--repetitions"));
  CHECK_THAT(refusal_of({"surplus"}), Contains("surplus"));
}

TEST_CASE("congestion controls are a list, and need a link") {
  const Matrix matrix = parsed({"--link", "20mbit", "--congestion", "cubic,bbr,cubic"}).matrix;
  CHECK(matrix.congestion_controls == std::vector<std::string>{"cubic", "bbr"});
  CHECK(parsed({"--link", "20mbit"}).matrix.congestion_controls == std::vector<std::string>{""});
  CHECK_THAT(refusal_of({"--congestion", "cubic"}), Contains("--congestion") && Contains("--link"));
  CHECK_THAT(refusal_of({"--link", "20mbit", "--congestion", "cubic,"}), Contains("missing"));
}

TEST_CASE("the rate of a link must not change after the run's end") {
  const std::string link = "20mbit@0s,5mbit@8s";
  CHECK(parsed({"--link", link, "--seconds", "9"}).matrix.link == link);
  CHECK_THAT(refusal_of({"--link", link, "--seconds", "8"}),
             Contains("--seconds") && Contains("changes after 8 s, but a run takes 8 s"));
  CHECK_THAT(refusal_of({"--link", "20mbit@1s"}), Contains("--link") && Contains("at 0s"));
}

TEST_CASE("viewers keep a timeline if the rate of the link changes") {
  const auto command = [](const std::string& link) {
    return to_shell(viewer_command("v", {.link = link}, "tcp://h:1", {}, {}));
  };
  CHECK_THAT(command("20mbit@0s,5mbit@8s"), Contains("--timeline"));
  CHECK_THAT(command("20mbit"), !Contains("--timeline"));
  CHECK_THAT(command(""), !Contains("--timeline"));
}

TEST_CASE("the sender's command contains all values of a case") {
  const TemporaryDirectory directory;
  const std::string film = directory / "my film.mkv";
  std::ofstream(film) << "film";
  const Case one{.size = PictureSize{640, 480},
                 .frames_per_second = 12.5,
                 .quality = 70,
                 .transport = Transport::tcp,
                 .viewers = 3,
                 .threads = 2,
                 .source = film};
  const std::string line = to_shell(sender_command("jpegwire-sender", one, {}, {"--pace"}));
  CHECK(line == "jpegwire-sender --source '" + film +
                    "' --loop --size 640x480 --fps 12.5 --quality 70 "
                    "--threads 2 --tcp 127.0.0.1:0 --http 127.0.0.1:0 --summary - --pace");
}

TEST_CASE("only a file is played in a loop") {
  for (const char* source : {"test", "auto", "/dev/video0", "camera:0", "tcp://camera"})
    CHECK_THAT(to_shell(sender_command("s", {.source = source}, {}, {})), !Contains("--loop"));
}

TEST_CASE("an RTP sender has a target per viewer, and other senders accept all viewers") {
  Case one{.transport = Transport::rtp, .viewers = 2};
  SenderEnds ends;
  ends.rtp_ports = {5004, 5008};
  CHECK_THAT(to_shell(sender_command("s", one, ends, {})),
             Contains("--tcp off") && Contains("--rtp 127.0.0.1:5004 --rtp 127.0.0.1:5008"));
  one.transport = Transport::http;
  one.viewers = 100;
  CHECK_THAT(to_shell(sender_command("s", one, {}, {})),
             Contains("--http-connections 108 --http-per-address 108"));
  one.transport = Transport::tcp;
  CHECK_THAT(to_shell(sender_command("s", one, {}, {})),
             Contains("--tcp-connections 100 --tcp-per-address 100"));
}

TEST_CASE("a viewer runs until it is interrupted, or for the given time") {
  const Case one{.threads = 2};
  CHECK(to_shell(viewer_command("v", one, "tcp://h:1", {.warm_up_seconds = 0.5}, {})) ==
        "v tcp://h:1 --threads 2 --warm-up 0.5 --timeout 30 --summary - --headless");
  CHECK_THAT(to_shell(viewer_command("v", one, "tcp://h:1", {1, 7}, {"--whole-frames"})),
             Contains("--warm-up 1 --seconds 7") && Contains("--whole-frames"));
}

TEST_CASE("a report has the address of a source, and not the password") {
  const Case one{.source = "http://me:secret@camera/stream"};
  CHECK(sender_command("s", one, {}, {}).at(2) == one.source);
  CHECK_THAT(to_shell(sender_command("s", one, {}, {})),
             Contains("@camera/stream") && !Contains("secret"));
  CHECK_THAT(to_json(one).dump(), Contains("@camera/stream") && !Contains("secret"));
}

TEST_CASE("words are quoted if a shell would change them") {
  CHECK(to_shell({"a b", "it's", "", "$HOME"}) == R"('a b' 'it'\''s' '' '$HOME')");
}

}  // namespace
}  // namespace jpegwire::options_test
