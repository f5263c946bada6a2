// Programs whose output nobody reads: the stream goes on, and a signal ends them as usual.

#include <catch2/catch.hpp>
#include <csignal>
#include <nlohmann/json.hpp>

#include "end_to_end/pictures.hpp"
#include "end_to_end/programs.hpp"
#include "support/full_pipe.hpp"

using namespace jpegwire;
using Catch::Contains;
using nlohmann::json;

namespace full_pipe_test {
namespace {

/// The command with standard output, standard error or both ("1", "2", "12") in the pipe.
Command into(const FullPipe& pipe, const std::string& streams, const Command& command) {
  std::string redirections;
  for (const char stream : streams) redirections += fmt::format(" {}>'{}'", stream, pipe.path());
  return Command{"sh", "-c", "exec \"$@\"" + redirections, "sh"} + command;
}

Command sender(std::uint16_t port, const Command& options = {}) {
  return Command{JPEGWIRE_SENDER, "--http", "off", "--tcp", std::to_string(port)} +
         test_card({"--fps", "10", "--stats"}) + options;
}

json summary_in(const std::string& file) { return json::parse(read_file(file)); }

}  // namespace

TEST_CASE("a sender whose output nobody reads goes on, and ends on a signal") {
  const auto [streams, signal] = GENERATE(
      table<std::string, int>({{"1", SIGINT}, {"2", SIGTERM}, {"12", SIGINT}, {"12", SIGTERM}}));
  const TemporaryDirectory directory;
  const FullPipe pipe;
  const std::uint16_t port = free_port();
  const Process program(
      into(pipe, streams, sender(port, {"--summary", directory / "summary.json"})),
      environment_of_programs());
  TcpPeer viewer = TcpPeer::connect(port);
  CHECK(TcpPeer::connect(port).receive_frame());  // visitors come and go, which is logged
  constexpr int kFrames = 22;  // of more than two seconds, with a line of statistics in each
  for (int i = 0; i < kFrames; ++i) REQUIRE(viewer.receive_frame());
  CHECK(TcpPeer::connect(port).receive_frame());
  program.send_signal(signal);
  while (viewer.receive_frame()) continue;
  viewer.close();
  CHECK(program.wait() == 0);
  const json summary = summary_in(directory / "summary.json");
  CHECK(summary["captured"] >= kFrames);
  CHECK(summary["viewers_max"] == 2);
}

TEST_CASE("a viewer whose output nobody reads shows all frames, and ends by itself") {
  const TemporaryDirectory directory;
  const FullPipe pipe;
  SenderProgram sender(test_card({"--fps", "10"}));
  const Process viewer(
      into(pipe, "12",
           {JPEGWIRE_VIEWER, "--headless", sender.url(), "--frames", "25", "--timeout", "30",
            "--explain", "--summary", directory / "summary.json"}),
      environment_of_programs());
  CHECK(viewer.wait() == 0);
  const json summary = summary_in(directory / "summary.json");
  CHECK(summary["frames"] == 25);
  CHECK(summary["displayed"] >= 20);  // the main thread, which prints, also displays
}

TEST_CASE("a signal ends a viewer whose output nobody reads") {
  const int signal = either_signal();
  const TemporaryDirectory directory;
  const FullPipe pipe;
  TcpListener listener;
  const Process viewer(into(pipe, "12",
                            {JPEGWIRE_VIEWER, "--headless", listener.url(), "--summary",
                             directory / "summary.json"}),
                       environment_of_programs());
  TcpPeer peer = listener.accept();
  peer.send(with_size(make_jpeg(320, 240)));
  viewer.send_signal(signal);
  peer.receive_to_end();
  peer.close();
  CHECK(viewer.wait() == 0);
  CHECK(summary_in(directory / "summary.json")["frames"] <= 1);
}

TEST_CASE("a summary that nobody reads is an error and not a wait without end") {
  const FullPipe pipe;
  const std::uint16_t port = free_port();
  const Process program(into(pipe, "1", sender(port, {"--seconds", "0.1", "--summary", "-"})),
                        environment_of_programs());
  CHECK(program.wait() == 1);
  CHECK_THAT(program.err(),
             Contains("cannot write the summary to 'standard output': nobody reads it"));
}

TEST_CASE("a reader that goes on sees how many lines it has missed, and then the newest") {
  FullPipe pipe;
  const std::uint16_t port = free_port();
  const Process viewer(
      into(pipe, "2",
           {JPEGWIRE_VIEWER, "--headless", "--listen", tcp_url(port), "--timeout", "120"}),
      environment_of_programs());
  TcpPeer sender = TcpPeer::connect(port);
  sender.send(with_size(make_jpeg(320, 240)));
  viewer.wait_for("frames/s");  // from now on the viewer refuses others, and logs each
  constexpr int kRefused = 4500;
  for (int i = 0; i < kRefused; ++i) TcpPeer::connect(port).receive_to_end();
  const std::string text = pipe.read_until("this output]\njpegwire-viewer: refused ");
  CHECK_THAT(text, Contains(" lines dropped here, because nobody read this output]"));
  sender.send(big_endian_size(0));
  sender.close();
  CHECK(viewer.wait() == 0);
}

TEST_CASE("a list waits for its reader, unless a signal ends the program") {
  const TemporaryDirectory directory;
  write_file(directory / "a.mkv", "recording");
  const std::uint16_t port = free_port();
  const Process sender({JPEGWIRE_SENDER, "--http", std::to_string(port), "--tcp", "0", "--source",
                        "test", "--share", directory.path()},
                       environment_of_programs());
  sender.wait_for("share:");
  FullPipe pipe;
  const Command list =
      into(pipe, "1", {JPEGWIRE_VIEWER, "--list", fmt::format("127.0.0.1:{}", port)});
  const Process interrupted(list, environment_of_programs());
  CHECK(eventually([&] {
    interrupted.send_signal(SIGINT);
    return interrupted.has_ended();
  }));
  const Process patient(list, environment_of_programs());
  CHECK_THAT(pipe.read_until("a.mkv"), Contains("a.mkv"));
  CHECK(patient.wait() == 0);
}

}  // namespace full_pipe_test
