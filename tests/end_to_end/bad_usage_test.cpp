// Each error at startup is reported in one line.

#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "app/option_owners.hpp"
#include "end_to_end/pictures.hpp"
#include "end_to_end/programs.hpp"
#include "end_to_end/tiny_disk.hpp"
#include "support/temporary_directory.hpp"

using namespace jpegwire;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace bad_usage_test {
namespace {

std::string wrong_usage_of(const std::string& program, const Command& options) {
  Process process(Command{program} + options, environment_of_programs());
  return failure_of(process, 2);
}

std::string wrong_sender_usage(const Command& options) {
  return wrong_usage_of(JPEGWIRE_SENDER, options);
}

std::string wrong_viewer_usage(const Command& options) {
  return wrong_usage_of(JPEGWIRE_VIEWER, options);
}

std::string failure_of_sender(const Command& options) {
  SenderProgram sender(options);
  return failure_of(sender);
}

/// The last line of a program that fails.
std::string failure_after(Process& program) {
  const int code = program.wait();
  INFO(program.describe());
  REQUIRE(code == 1);
  const auto complaints = complaints_of(program);
  REQUIRE_FALSE(complaints.empty());
  return complaints.back();
}

}  // namespace

TEST_CASE("unknown options and invalid values are usage errors") {
  CHECK_THAT(wrong_sender_usage({"--no-such-option"}), StartsWith("jpegwire-sender: ") &&
                                                           Contains("--no-such-option") &&
                                                           Contains("see jpegwire-sender --help"));
  CHECK_THAT(wrong_sender_usage({"surplus"}), Contains("surplus"));
  CHECK_THAT(wrong_sender_usage({"--size", "wide"}), Contains("--size") && Contains("1280x720"));
  CHECK_THAT(wrong_sender_usage({"--size", "8x8"}), Contains("16x16"));
  CHECK_THAT(wrong_sender_usage({"--quality", "101"}), Contains("--quality") && Contains("100"));
  CHECK_THAT(wrong_sender_usage({"--quality", "good"}), Contains("--quality"));
  CHECK_THAT(wrong_sender_usage({"--fps", "-1"}), Contains("--fps"));
  CHECK_THAT(wrong_sender_usage({"--bands", "0"}), Contains("--bands"));
  CHECK_THAT(wrong_sender_usage({"--framing", "be64"}), Contains("--framing") && Contains("be32"));
  CHECK_THAT(wrong_sender_usage({"--tcp", "127.0.0.1:70000"}), Contains("70000"));
  CHECK_THAT(wrong_sender_usage({"--tcp", "::1"}), Contains("[::1]:2500"));
  CHECK_THAT(wrong_sender_usage({"--tcp", "off", "--http", "off"}), Contains("--connect"));
  CHECK_THAT(wrong_sender_usage({"--connect", "udp://localhost:1"}), Contains("tcp://HOST:PORT"));
  CHECK_THAT(wrong_sender_usage({"--frames", "0"}), Contains("--frames"));
  CHECK_THAT(wrong_sender_usage({"--source", "camera:front"}), Contains("camera:0"));
  CHECK_THAT(wrong_sender_usage({"--source", "ftp://host/a"}), Contains("tcp://HOST"));
}

TEST_CASE("an option of the other program is named as such") {
  const auto options_of = [](const std::string& program) {
    Process help({program, "--help"}, environment_of_programs());
    REQUIRE(help.wait() == 0);
    static const std::regex option("\n  (--[a-z-]+)");
    const std::string text = help.out();
    std::set<std::string> names;
    for (std::sregex_iterator found(text.begin(), text.end(), option), end; found != end; ++found)
      names.insert((*found)[1]);
    return names;
  };
  const auto check = [&](const std::string& owner, const std::string& other,
                         const std::set<std::string>& owned, const std::set<std::string>& others) {
    CHECK(owned.size() > 20);
    for (const std::string& option : owned) {
      CAPTURE(option, other);
      if (!others.contains(option)) CHECK(other_owner_of(option, other) == owner);
    }
  };
  const std::set<std::string> sender = options_of(JPEGWIRE_SENDER);
  const std::set<std::string> viewer = options_of(JPEGWIRE_VIEWER);
  check("jpegwire-sender", "jpegwire-viewer", sender, viewer);
  check("jpegwire-viewer", "jpegwire-sender", viewer, sender);
  CHECK_THAT(wrong_viewer_usage({"--size", "4k"}),
             Contains("--size is an option of jpegwire-sender"));
}

TEST_CASE("an address of an unknown kind is a usage error that names the known ones") {
  for (const auto& [url, advice] : {std::pair("tpc://camera", "did you mean tcp://camera?"),
                                    std::pair("https://camera/", "use http://"),
                                    std::pair("rtsp://camera/live", "over http://")}) {
    CHECK_THAT(wrong_viewer_usage({"tcp://camera", url}), Contains(advice));
    CHECK_THAT(wrong_sender_usage({"--source", url}), Contains("--source") && Contains(advice));
    CHECK_THAT(wrong_viewer_usage({"--list", url}), Contains(advice));
  }
}

TEST_CASE("no message shows a password") {
  for (const std::string url :
       {"http://me:se#cret@camera/stream", "http://me:se/cret@camera/stream",
        "tcp://me:secret@camera:2500", "htpp://me:secret@camera/", "https://me:secret@camera/",
        "rtp://me:secret@239.1.2.3:5004", "me:se#cret@camera/stream"}) {
    CAPTURE(url);
    CHECK_THAT(wrong_viewer_usage({url}), !Contains("cret"));
    CHECK_THAT(wrong_viewer_usage({"--fetch", "a.jpg", url}), !Contains("cret"));
    CHECK_THAT(wrong_sender_usage({url}), !Contains("cret"));
    CHECK_THAT(wrong_sender_usage({"--connect", url}), !Contains("cret"));
  }
  CHECK_THAT(wrong_sender_usage({"--source", "http://me:se/cret@camera/"}),
             !Contains("cret") && Contains("%2F"));
  CHECK_THAT(failure_of_sender({"--source", "me:secret@camera/stream"}),
             !Contains("cret") && Contains("http://HOST"));
}

TEST_CASE("invalid values of the HTTP options are usage errors") {
  CHECK_THAT(wrong_sender_usage({"--http", "127.0.0.1:70000"}), Contains("70000"));
  CHECK_THAT(wrong_sender_usage({"--http", "::1"}), Contains("--http") && Contains("brackets"));
  CHECK_THAT(wrong_sender_usage({"--http", "http://localhost"}), Contains("--http"));
  CHECK_THAT(wrong_sender_usage({"--http-host"}), Contains("--http-host"));
  CHECK_THAT(wrong_sender_usage({"--http-connections", "0"}), Contains("--http-connections"));
  CHECK_THAT(wrong_sender_usage({"--http-per-address", "-1"}), Contains("--http-per-address"));
  CHECK_THAT(wrong_sender_usage({"--http-head", "255"}),
             Contains("--http-head") && Contains("256"));
  CHECK_THAT(wrong_sender_usage({"--http-timeout", "0"}), Contains("--http-timeout"));
}

TEST_CASE("the viewer's unknown options and invalid values are usage errors") {
  CHECK_THAT(wrong_viewer_usage({"--no-such-option"}),
             StartsWith("jpegwire-viewer: ") && Contains("--no-such-option"));
  CHECK_THAT(wrong_viewer_usage({"--connect", "x"}), Contains("--connect"));
  CHECK_THAT(wrong_viewer_usage({"-s", "camera:81"}), Contains("-s") && Contains("-p PORT"));
  CHECK_THAT(wrong_viewer_usage({"tcp://localhost:0"}), Contains("port 0"));
  CHECK_THAT(wrong_viewer_usage({"--timeout", "soon"}), Contains("--timeout"));
  CHECK_THAT(wrong_viewer_usage({"--max-frame", "1"}), Contains("--max-frame"));
  CHECK_THAT(wrong_viewer_usage({"--snapshot", "last.png"}), Contains(".jpg"));
  CHECK_THAT(wrong_viewer_usage({"--frames", "-3"}), Contains("--frames"));
  CHECK_THAT(wrong_viewer_usage({"-p", "70000"}), Contains("-p"));
  CHECK_THAT(wrong_viewer_usage({"--warm-up", "3", "--seconds", "3"}),
             Contains("--warm-up must be shorter than --seconds"));
}

TEST_CASE("a port in use is named in the error") {
  SenderProgram first(test_card());
  const std::string port = std::to_string(first.port());
  CHECK_THAT(failure_of_sender(test_card({"--tcp", port})),
             Contains("127.0.0.1:" + port) && Contains("another program uses the port") &&
                 Contains("--tcp PORT"));
  CHECK_THAT(failure_of_sender(test_card({"--http", port})),
             Contains("127.0.0.1:" + port) && Contains("--http PORT"));
  ViewerProgram viewer({"--listen", "tcp://127.0.0.1:" + port});
  CHECK_THAT(failure_of(viewer), Contains("in use") && Contains("--listen PORT"));
}

TEST_CASE("listening on another machine's address is an error") {
  CHECK_THAT(
      failure_of_sender(test_card({"--tcp", "203.0.113.1:2500"})),
      Contains("203.0.113.1:2500") && Contains("no interface") && Contains("--tcp ADDR:PORT"));
}

TEST_CASE("an unknown host is named in the error") {
  ViewerProgram viewer({"tcp://no-such-host.invalid:2500", "--timeout", "30"});
  CHECK_THAT(failure_of(viewer), Contains("no-such-host.invalid"));
  CHECK_THAT(failure_of_sender(test_card({"--tcp", "no-such-host.invalid:2500"})),
             Contains("no-such-host.invalid"));
}

TEST_CASE("the error for an unreachable sender names it and the reason") {
  const std::string url = tcp_url(free_port());
  ViewerProgram viewer({url, "--timeout", "1"});
  CHECK_THAT(failure_of(viewer), Contains("no frame from " + url + " within 1 s") &&
                                     Contains("Connection refused") && Contains("--tcp [ADDR:]"));
}

TEST_CASE("a viewer that got no frame within --seconds fails, and names the reason") {
  const std::string url = tcp_url(free_port());
  for (const Command& more : {Command{}, Command{"--reconnect"}, Command{"--timeout", "0.3"}}) {
    ViewerProgram viewer(Command{url, "--seconds", "0.5"} + more);
    CHECK_THAT(failure_after(viewer),
               Contains("no frame from " + url) && Contains("Connection refused"));
  }
  ViewerProgram awaited({"--listen", "tcp://127.0.0.1:0", "--seconds", "0.2"});
  CHECK_THAT(failure_after(awaited), Contains("no frame from"));
}

TEST_CASE("the error for a source that cannot be opened names it and the reason") {
  const TemporaryDirectory directory;
  write_file(directory / "broken.jpg", "this is no picture");
  write_file(directory / "broken.mp4", "this is no video");
  write_file(directory / "empty.avi", "");
  const auto failure = [](const std::string& source) {
    return failure_of_sender({"--source", source});
  };
  CHECK_THAT(failure(directory / "missing.mp4"),
             Contains("missing.mp4") && Contains("No such file") && Contains("auto, test,") &&
                 Contains("opencv:N"));
  CHECK_THAT(failure(directory / "broken.jpg"), Contains("broken.jpg") && Contains("neither"));
  CHECK_THAT(failure(directory / "broken.mp4"), Contains("broken.mp4") && Contains("neither"));
  CHECK_THAT(failure(directory / "empty.avi"), Contains("empty.avi") && Contains("neither"));
  CHECK_THAT(failure(directory.path()), Contains("directory"));
  CHECK_THAT(failure("/dev/video62"), Contains("/dev/video62"));
}

TEST_CASE("a directory that cannot be written to is reported at startup") {
  const TemporaryDirectory directory;
  write_file(directory / "file", "");
  for (const Command& output :
       {Command{"--save", directory / "file/frames"}, Command{"--save", "/proc/frames"},
        Command{"--save", "/dev/full"}, Command{"--snapshot", directory / "missing/last.jpg"},
        Command{"--summary", directory / "missing/summary.json"}}) {
    ViewerProgram viewer(output);
    CHECK_THAT(failure_of(viewer), Contains("missing") || Contains(output[1]));
  }
  CHECK_THAT(failure_of_sender(test_card({"--summary", directory / "missing/summary.json"})),
             Contains("missing/summary.json") && Contains("--summary FILE"));
}

TEST_CASE("a full disk ends the viewer, and the files saved before are whole") {
  const TinyDisk disk("64k");
  if (!disk.is_mounted()) {
    WARN("skipped: only root may mount a small disk to fill");
    return;
  }
  SenderProgram sender(test_card());
  ViewerProgram viewer({sender.url(), "--save", disk.path()});
  CHECK_THAT(failure_of(viewer), Contains(disk.path()) && Contains("No space left on device"));
  const auto names = files_in(disk.path());
  CHECK_FALSE(names.empty());
  for (const std::string& name : names) CHECK(decode(read_file(disk.path() + "/" + name)));
}

TEST_CASE("a window that cannot be opened is reported with a remedy") {
  const auto failure = [](const std::string& display) {
    Environment environment = environment_of_programs();
    environment.emplace_back("DISPLAY", display);
    Process viewer({JPEGWIRE_VIEWER}, environment);
    return failure_of(viewer);
  };
  CHECK_THAT(failure(""), Contains("DISPLAY is not set") && Contains("--headless"));
  CHECK_THAT(failure(":77"), Contains("':77' does not answer") && Contains("--headless"));
  Process clock({JPEGWIRE_VIEWER, "--clock"}, environment_of_programs());
  CHECK_THAT(failure_of(clock), Contains("desktop session") && !Contains("--headless"));
}

}  // namespace bad_usage_test
