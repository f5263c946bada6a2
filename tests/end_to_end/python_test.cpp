// Scripts with only Python's standard library as sender or viewer.

#include <catch2/catch.hpp>
#include <csignal>
#include <nlohmann/json.hpp>

#include "end_to_end/pictures.hpp"
#include "end_to_end/programs.hpp"

using namespace jpegwire;
using Catch::Matchers::Contains;
using nlohmann::json;

namespace python_test {
namespace {

void show_in_viewer(const std::string& script, const std::string& kind) {
  INFO(script << " " << kind);
  const TemporaryDirectory directory;
  const Command files = save_frames(directory);
  Process sender(python(script, Command{"0", kind} + files));
  ViewerProgram viewer({tcp_url(port_of(sender)), "--save", directory / "shown", "--summary", "-"});
  const json summary = summary_of(viewer);
  CHECK(summary["frames"].get<int>() + summary["skipped_decode"].get<int>() +
            summary["skipped_waited"].get<int>() ==
        3);
  CHECK(summary["corrupt"] == 0);
  CHECK(sender.wait() == 0);
  check_saved(directory, files);
}

}  // namespace

TEST_CASE("a Python script receives from our sender with each framing") {
  const std::string framing = GENERATE("be32", "le32", "ascii16");
  INFO(framing);
  const TemporaryDirectory directory;
  SenderProgram sender(test_card({"--framing", framing}));
  Process script(python("python_viewer.py", {"127.0.0.1", std::to_string(sender.port()), framing,
                                             directory.path(), "5"}));
  const int code = script.wait();
  INFO(script.describe());
  REQUIRE(code == 0);
  CHECK_THAT(script.out(), Contains("5 frames"));
  for (const std::string& name : files_in(directory.path())) {
    const std::string jpeg = read_file(directory / name);
    CHECK(stamp_of(jpeg));
    CHECK(decode(jpeg));
  }
}

TEST_CASE("a Python script sees the stream end cleanly with each framing") {
  const std::string framing = GENERATE("be32", "le32", "ascii16");
  INFO(framing);
  const TemporaryDirectory directory;
  SenderProgram sender(test_card({"--framing", framing}));
  Process script(python("python_viewer.py",
                        {"127.0.0.1", std::to_string(sender.port()), framing, directory.path()}));
  REQUIRE(eventually([&] { return files_in(directory.path()).size() >= 3; }));
  sender.send_signal(SIGINT);
  const int code = script.wait();
  INFO(script.describe());
  CHECK(code == 0);
  CHECK_THAT(script.out(), Contains("end of stream"));
  CHECK(sender.wait() == 0);
}

TEST_CASE("our viewer shows what a Python script sends with each framing") {
  show_in_viewer("python_sender.py", GENERATE("be32", "le32", "ascii16"));
}

TEST_CASE("our viewer shows what a Python script sends as multipart") {
  show_in_viewer("python_multipart_sender.py", GENERATE("length", "delimited", "http"));
}

TEST_CASE("a frame without a stamp has no age, and the viewer sends no reports") {
  TcpListener listener;
  ViewerProgram viewer({listener.url(), "--summary", "-"});
  TcpPeer sender = listener.accept();
  sender.send(with_size(make_jpeg(320, 240)) + with_size(make_jpeg(320, 240)));
  sender.send(big_endian_size(0));
  sender.end_sending();
  CHECK(sender.receive_to_end().empty());
  const json summary = summary_of(viewer);
  CHECK(summary["age_ms"].is_null());
  CHECK(summary["lost"] == 0);
}

}  // namespace python_test
