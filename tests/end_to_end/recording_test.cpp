// What is recorded, how recordings survive failures, and how they are played.

#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "end_to_end/pictures.hpp"
#include "end_to_end/programs.hpp"
#include "end_to_end/rtp_streams.hpp"
#include "end_to_end/tiny_disk.hpp"
#include "end_to_end/udp_peer.hpp"
#include "support/temporary_directory.hpp"

using namespace jpegwire;
using Catch::Matchers::Contains;
using nlohmann::json;
namespace fs = std::filesystem;

namespace recording_test {
namespace {

/// The JPEGs as ffmpeg extracts them.
std::vector<std::string> jpegs_of(const std::string& recording) {
  const TemporaryDirectory directory;
  output_of({"ffmpeg", "-loglevel", "error", "-nostdin", "-i", recording, "-c", "copy", "-f",
             "image2", directory / "%06d.jpg"});
  return jpegs_in(directory.path());
}

/// In seconds, as ffprobe prints them.
std::vector<double> times_of(const std::string& recording) {
  std::istringstream lines(output_of({"ffprobe", "-loglevel", "error", "-show_entries",
                                      "packet=pts_time", "-of", "csv=p=0", recording}));
  std::vector<double> times;
  for (std::string line; std::getline(lines, line);)
    if (!line.empty()) times.push_back(std::stod(line));
  return times;
}

std::vector<std::string> without_stamps(std::vector<std::string> jpegs) {
  for (std::string& jpeg : jpegs) jpeg = without_stamp(jpeg);
  return jpegs;
}

/// The capture times of stamped JPEGs, in seconds after the first one.
std::vector<double> capture_times(const std::vector<std::string>& jpegs) {
  std::vector<double> times;
  const WallTime first = stamp_of(jpegs.at(0))->capture_time;
  for (const std::string& jpeg : jpegs)
    times.push_back(std::chrono::duration<double>(stamp_of(jpeg)->capture_time - first).count());
  return times;
}

void check_times(const std::vector<double>& times, const std::vector<double>& wanted) {
  constexpr double kTick = 1.0 / 600;  // the coarsest one, AVI's
  REQUIRE(times.size() == wanted.size());
  for (std::size_t i = 0; i < times.size(); ++i)
    CHECK(times[i] - times[0] == Approx(wanted[i]).margin(kTick));
}

/// Every frame can be decoded without a warning and is not uniform.
void check_playable(const std::string& recording) {
  INFO(recording);
  const auto jpegs = jpegs_of(recording);
  CHECK_FALSE(jpegs.empty());
  for (const std::string& jpeg : jpegs) CHECK(decode(jpeg));
  output_of({"ffmpeg", "-loglevel", "error", "-nostdin", "-i", recording, "-f", "null", "-"});
}

/// A sender that sends exactly these frames and then ends.
void send_all(TcpPeer& peer, const std::vector<std::string>& jpegs) {
  for (const std::string& jpeg : jpegs) {
    const auto size = static_cast<std::uint32_t>(jpeg.size());
    std::string prefix;
    for (const int shift : {24, 16, 8, 0}) prefix += static_cast<char>(size >> shift & 0xff);
    peer.send(prefix + jpeg);
  }
  peer.send(std::string(4, '\0'));
}

/// Has a viewer with these options receive the frames and end cleanly.
json recorded_by_viewer(const std::vector<std::string>& jpegs, const Command& options) {
  TcpListener listener;
  ViewerProgram viewer(Command{listener.url(), "--summary", "-"} + options);
  TcpPeer peer = listener.accept();
  send_all(peer, jpegs);
  return summary_of(viewer);
}

std::string stamped(const std::string& jpeg, std::chrono::milliseconds after) {
  const WallTime taken = WallTime(std::chrono::hours(500'000)) + after;
  return with_stamp(jpeg, {.stream_id = 7, .capture_time = taken, .send_time = taken});
}

/// A sender that only records.
SenderProgram recording_sender(const Command& options) {
  return SenderProgram(Command{"--tcp", "off", "--summary", "-"} + options);
}

std::string recorded_test_card(const TemporaryDirectory& directory, const std::string& name) {
  SenderProgram sender =
      recording_sender(test_card({"--frames", "30", "--fps", "100", "--record", directory / name}));
  CHECK(summary_of(sender)["recorded"] > 0);
  return directory / name;
}

const std::vector<std::string> kEndings{".mkv", ".mov", ".avi"};

}  // namespace

TEST_CASE("a recording holds what --save writes, at its capture times") {
  const std::string ending = GENERATE(from_range(kEndings));
  INFO(ending);
  const TemporaryDirectory directory;
  const std::string recording = directory / ("recording" + ending);
  SenderProgram sender(test_card());
  ViewerProgram viewer({sender.url(), "--frames", "40", "--save", directory / "saved", "--record",
                        recording, "--summary", "-"});
  const json summary = summary_of(viewer);
  CHECK(summary["skipped_record"] == 0);
  CHECK(viewer.has_written("recorded 40 frames in '" + recording + "'"));
  const auto saved = jpegs_in(directory / "saved");
  CHECK(summary["recorded"] == saved.size());
  CHECK((jpegs_of(recording) == saved));
  check_times(times_of(recording), capture_times(saved));
}

TEST_CASE("a recording has its date and time") {
  const TemporaryDirectory directory;
  const Command clock{"date", "--utc", "+%Y-%m-%dT%H:%M:%S"};
  const std::string before = output_of(clock);
  const std::string recording = recorded_test_card(directory, "recording.mkv");
  const std::string after = output_of(clock);
  const json format = json::parse(output_of(
      {"ffprobe", "-loglevel", "error", "-show_format", "-of", "json", recording}))["format"];
  const std::string taken = format["tags"]["creation_time"];
  CHECK(taken.substr(0, 19) >= before.substr(0, 19));
  CHECK(taken.substr(0, 19) <= after.substr(0, 19));
}

TEST_CASE("frames received over RTP are recorded as they are saved") {
  const TemporaryDirectory directory;
  const std::uint16_t port = free_udp_ports();
  ViewerProgram viewer({rtp_url(port), "--timeout", "30", "--frames", "10", "--save",
                        directory / "saved", "--record", directory / "recording.mkv"});
  SenderProgram sender(test_card({"--rtp", rtp_address(port)}));
  CHECK(viewer.wait() == 0);
  CHECK((jpegs_of(directory / "recording.mkv") == jpegs_in(directory / "saved")));
}

TEST_CASE("a killed program leaves a recording that can be played") {
  const std::string ending = GENERATE(from_range(kEndings));
  INFO(ending);
  const TemporaryDirectory directory;
  const std::string recording = directory / ("recording" + ending);
  SenderProgram sender(test_card());
  ViewerProgram viewer({sender.url(), "--record", recording});
  REQUIRE(eventually([&] { return fs::exists(recording) && fs::file_size(recording) > 200'000; }));
  viewer.send_signal(SIGKILL);
  viewer.wait();
  check_playable(recording);
}

TEST_CASE("a full disk ends a recording with an error, and the recorded part can be played") {
  const std::string ending = GENERATE(from_range(kEndings));
  const TinyDisk disk("400k");
  if (!disk.is_mounted()) {
    WARN("skipped: only root may mount a small disk to fill");
    return;
  }
  const std::string recording = disk.path() + "/recording" + ending;
  const TemporaryDirectory directory;
  SenderProgram sender(test_card());
  ViewerProgram viewer(
      {sender.url(), "--record", recording, "--summary", directory / "summary.json"});
  CHECK_THAT(failure_of(viewer), Contains(recording) && Contains("No space left on device"));
  check_playable(recording);
  const json summary = json::parse(read_file(directory / "summary.json"));
  CHECK(summary["recorded"] == times_of(recording).size());
}

TEST_CASE("a full disk while recording does not affect a sender's viewers") {
  const TinyDisk disk("400k");
  if (!disk.is_mounted()) {
    WARN("skipped: only root may mount a small disk to fill");
    return;
  }
  SenderProgram sender(test_card({"--record", disk.path() + "/recording.mkv"}));
  sender.wait_for("No space left on device");
  CHECK(TcpPeer::connect(sender.port()).receive_frame());
  sender.send_signal(SIGINT);
  CHECK_THAT(failure_of(sender), Contains("recording.mkv"));
}

TEST_CASE("a change of the picture size starts another file") {
  const TemporaryDirectory directory;
  const std::vector<std::string> small{make_jpeg(320, 240, 10), make_jpeg(320, 240, 20)};
  const std::vector<std::string> large{make_jpeg(640, 480, 30), make_jpeg(640, 480, 40)};
  const json summary = recorded_by_viewer({small[0], small[1], large[0], large[1], small[0]},
                                          {"--record", directory / "recording.mkv"});
  CHECK(summary["recorded"] == 5);
  CHECK((jpegs_of(directory / "recording.mkv") == small));
  CHECK((jpegs_of(directory / "recording-2.mkv") == large));
  CHECK((jpegs_of(directory / "recording-3.mkv") == std::vector{small[0]}));
}

TEST_CASE("the terminal shows REC only while a recording is written") {
  const TemporaryDirectory directory;
  SenderProgram sender(test_card());
  ViewerProgram viewer({sender.url(), "--reconnect", "--record", directory / "recording.mkv"});
  viewer.wait_for(", REC 0:01");
  CHECK(count_written(viewer, "recording: no frames") == 0);
  sender.send_signal(SIGINT);
  viewer.wait_for(", recording: no frames");
}

TEST_CASE("the option --record-split starts another file after the given time") {
  const TemporaryDirectory directory;
  const std::string jpeg = make_jpeg(320, 240);
  std::vector<std::string> jpegs;
  for (const int after : {0, 500, 599, 600, 1100, 1300, 2100})
    jpegs.push_back(stamped(jpeg, std::chrono::milliseconds(after)));
  recorded_by_viewer(jpegs, {"--record", directory / "recording.mov", "--record-split", "0.01"});
  check_times(times_of(directory / "recording.mov"), {0, 0.5, 0.599});
  check_times(times_of(directory / "recording-2.mov"), {0, 0.5});
  check_times(times_of(directory / "recording-3.mov"), {0});
  check_times(times_of(directory / "recording-4.mov"), {0});
  CHECK(files_in(directory.path()).size() == 4);
}

TEST_CASE("a recording keeps its duration at a frame rate beyond its container's resolution") {
  const TemporaryDirectory directory;
  SenderProgram sender = recording_sender({"--source", "test", "--size", "64x64", "--fps", "0",
                                           "--seconds", "2", "--record", directory / "fast.avi"});
  const json summary = summary_of(sender);
  const std::vector<double> times = times_of(directory / "fast.avi");
  CHECK(summary["recorded"] == times.size());
  CHECK(times.back() - times.front() <= summary["seconds"].get<double>() + 0.1);
}

TEST_CASE("a sender records while no viewer is connected, and records what it sends") {
  const TemporaryDirectory directory;
  SenderProgram sender(
      test_card({"--record", directory / "recording.mkv", "--frames", "90", "--summary", "-"}));
  sender.wait_for("recording to");
  TcpPeer peer = TcpPeer::connect(sender.port());
  std::vector<std::string> sent;
  while (const auto frame = peer.receive_frame()) sent.push_back(without_stamp(*frame));
  const json summary = summary_of(sender);
  CHECK(summary["unwatched"] == 0);
  CHECK(summary["skipped_record"] == 0);
  CHECK(summary["recorded"] == summary["encoded"]);
  const auto recorded = jpegs_of(directory / "recording.mkv");
  CHECK(summary["recorded"] == recorded.size());
  for (const std::string& jpeg : sent) CHECK((std::ranges::find(recorded, jpeg) != recorded.end()));
}

TEST_CASE("a sender plays a recording byte for byte, with its original timing") {
  const std::string ending = GENERATE(from_range(kEndings));
  INFO(ending);
  const TemporaryDirectory directory;
  const std::string recording = directory / ("recording" + ending);
  std::vector<std::string> jpegs;
  for (const int after : {0, 30, 70, 300, 310, 700})
    jpegs.push_back(
        stamped(make_jpeg(320, 240, 50 + after / 10), std::chrono::milliseconds(after)));
  recorded_by_viewer(jpegs, {"--record", recording});
  SenderProgram sender =
      recording_sender({"--source", recording, "--record", directory / "copy.mov"});
  const json summary = summary_of(sender);
  CHECK(summary["passthrough"] == jpegs.size());
  CHECK(summary["encoded"] == 0);
  CHECK((jpegs_of(directory / "copy.mov") == without_stamps(jpegs)));
  check_times(times_of(directory / "copy.mov"), {0, 0.03, 0.07, 0.3, 0.31, 0.7});
}

TEST_CASE("playback starts when a viewer connects, and the viewer gets the recorded JPEGs") {
  const TemporaryDirectory directory;
  const std::string recording = recorded_test_card(directory, "recording.mkv");
  const auto jpegs = jpegs_of(recording);
  SenderProgram sender({"--source", recording, "--fps", "10", "--adapt", "off", "--summary", "-"});
  TcpPeer peer = TcpPeer::connect(sender.port());
  std::vector<std::string> came;
  while (const auto frame = peer.receive_frame()) came.push_back(without_stamp(*frame));
  const json summary = summary_of(sender);
  CHECK(summary["passthrough"] == jpegs.size());
  // A slow machine skips frames, and counts them; the others come in order.
  CHECK(came.size() + summary["viewers"][0]["skipped"].get<std::size_t>() == jpegs.size());
  REQUIRE_FALSE(came.empty());
  CHECK((came.front() == jpegs.front()));
  auto next = jpegs.begin();
  for (const std::string& jpeg : came) {
    next = std::find(next, jpegs.end(), jpeg);
    REQUIRE(next != jpegs.end());
    ++next;
  }
}

TEST_CASE("the option --loop plays a recording again") {
  const TemporaryDirectory directory;
  const std::string recording = recorded_test_card(directory, "recording.avi");
  const std::size_t frames = jpegs_of(recording).size();
  SenderProgram sender({"--source", recording, "--loop", "--fps", "60"});
  TcpPeer peer = TcpPeer::connect(sender.port());
  for (std::size_t i = 0; i < 2 * frames; ++i) CHECK(peer.receive_frame());
  CHECK_FALSE(sender.has_ended());
}

TEST_CASE("the option --passthrough off encodes a recording again") {
  const TemporaryDirectory directory;
  const std::string recording = recorded_test_card(directory, "recording.mkv");
  SenderProgram sender({"--source", recording, "--passthrough", "off"});
  const std::string frame = TcpPeer::connect(sender.port()).receive_frame().value();
  CHECK((without_stamp(frame) != jpegs_of(recording)[0]));
  CHECK(decode(frame));
}

TEST_CASE("a recording overwrites no file") {
  const TemporaryDirectory directory;
  write_file(directory / "recording.mkv", "precious");
  ViewerProgram viewer({"--record", directory / "recording.mkv"});
  CHECK_THAT(failure_of(viewer), Contains("recording.mkv") && Contains("overwrites nothing"));
  SenderProgram sender(test_card({"--record", directory / "recording.mkv"}));
  CHECK_THAT(failure_of(sender), Contains("recording.mkv") && Contains("overwrites nothing"));
  CHECK(read_file(directory / "recording.mkv") == "precious");
  ViewerProgram lost({"--record", directory / "missing/recording.mkv"});
  CHECK_THAT(failure_of(lost), Contains("missing"));
}

TEST_CASE("a recording without frames leaves no file") {
  const TemporaryDirectory directory;
  ViewerProgram viewer(
      {tcp_url(free_port()), "--timeout", "1", "--record", directory / "recording.mkv"});
  CHECK_THAT(failure_of(viewer), Contains("no frame"));
  CHECK(files_in(directory.path()).empty());
}

TEST_CASE("a recording's file name must have a known extension") {
  for (const Command& command :
       {Command{JPEGWIRE_VIEWER, "--record", "film.mp4"}, Command{JPEGWIRE_SENDER, "--record", "x"},
        Command{JPEGWIRE_VIEWER, "--headless", "--record", "/dev/full"}}) {
    Process program(command, environment_of_programs());
    CHECK_THAT(failure_of(program, 2), Contains(command.back()) && Contains(".mkv, .mov or .avi"));
  }
  for (const Command& command : {Command{JPEGWIRE_VIEWER, "--headless", "--record-split", "1"},
                                 Command{JPEGWIRE_SENDER, "--record-split", "1"}}) {
    Process program(command, environment_of_programs());
    CHECK_THAT(failure_of(program, 2), Contains("--record FILE"));
  }
}

TEST_CASE("a damaged recording plays up to the damage or is reported as an error") {
  const std::string ending = GENERATE(from_range(kEndings));
  const TemporaryDirectory directory;
  const std::string whole = read_file(recorded_test_card(directory, "recording" + ending));
  const std::string damaged = directory / ("damaged" + ending);
  std::string scribbled = whole;
  for (std::size_t at = 300; at < scribbled.size(); at += 1009) scribbled[at] = '\x5a';
  std::string zeroed = whole;
  zeroed.replace(whole.size() / 3, 5000, std::string(5000, '\0'));
  for (const std::string& bytes :
       {whole.substr(0, 20), whole.substr(0, 700), whole.substr(0, whole.size() / 2),
        whole.substr(0, whole.size() - 10), whole.substr(1000), scribbled, zeroed,
        std::string(20'000, 'x'), std::string()}) {
    write_file(damaged, bytes);
    fs::remove(directory / "copy.mkv");
    SenderProgram sender =
        recording_sender({"--source", damaged, "--fps", "0", "--record", directory / "copy.mkv"});
    const int code = sender.wait();
    INFO(sender.describe());
    CHECK((code == 0 || code == 1));
    CHECK(complaints_of(sender).size() == static_cast<std::size_t>(code));
    if (code == 1) CHECK_THAT(sender.err(), Contains(damaged));
  }
}

}  // namespace recording_test
