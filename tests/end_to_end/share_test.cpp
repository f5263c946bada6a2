// What a sender shares, as a user lists and fetches it.

#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "end_to_end/cutting_proxy.hpp"
#include "end_to_end/share_stage.hpp"
#include "net/share/file_messages.hpp"

using namespace jpegwire;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace share_test {
namespace {

std::string as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string as_text(const FileRequest& request) { return as_text(write_file_request(request)); }

FileRequest parsed(const std::string& request) {
  return parse_file_request(std::as_bytes(std::span(request))).value();
}

std::uint64_t offset_of(const std::string& request) {
  return std::get<FetchRequest>(parsed(request)).offset;
}

/// The next answer behind the frames that come before it; lent by `bytes`.
std::optional<FileMessage> next_answer(TcpPeer& sender, std::string& bytes) {
  while (const std::optional<std::string> message = sender.receive_frame()) {
    bytes = *message;
    const Bytes span = std::as_bytes(std::span(bytes));
    if (is_file_message(span)) return parse_file_message(span);
  }
  return std::nullopt;
}

Refusal refusal_of(std::uint16_t port, const std::string& request) {
  TcpPeer sender = TcpPeer::connect(port);
  sender.send(request);
  std::string bytes;
  const auto answer = next_answer(sender, bytes);
  REQUIRE(answer);
  REQUIRE(std::holds_alternative<Refusal>(*answer));
  return std::get<Refusal>(*answer);
}

}  // namespace

TEST_CASE("the viewer lists what a sender shares, and nothing else") {
  const Stage stage;
  write_long_ago(stage.there("monday.mkv"), noise(1'234'567));
  write_long_ago(stage.there("caf\xC3\xA9.jpg"), "x");
  write_long_ago(stage.there(".hidden.jpg"), "x");
  write_long_ago(stage.there("notes.txt"), "x");
  write_long_ago(stage.there("tuesday.mkv.part"), "x");
  fs::create_symlink("/etc/passwd", stage.there("passwd.jpg"));
  SenderProgram sender(stage.sender());
  const std::string table = run_to_end(stage.in_here({"--list", sender.url()}));
  CHECK_THAT(table, Contains("NAME") && Contains("monday.mkv   1.2 MB  20") &&
                        Contains("caf\xC3\xA9.jpg        1 B  20"));
  CHECK(std::ranges::count(table, '\n') == 3);
}

TEST_CASE("where nothing is shared, or there is nothing, the viewer says so") {
  const Stage stage;
  SenderProgram sharing(stage.sender());
  CHECK_THAT(run_to_end(stage.in_here({"--list", sharing.url()})),
             Contains("shares no recordings or pictures yet"));
  CHECK_THAT(failure_of_command(stage.in_here({"--fetch", "a.jpg", sharing.url()})),
             Contains("does not share 'a.jpg'") && Contains("--list"));
  SenderProgram other(test_card());
  for (const Command& what : {Command{"--list"}, Command{"--fetch", "a.jpg"}})
    CHECK_THAT(failure_of_command(stage.in_here(what + Command{other.url()})),
               Contains("shares no files") && Contains("--share DIR"));
  CHECK(files_in(stage.here()).empty());
}

TEST_CASE("a file is fetched as it is, for each framing") {
  const Stage stage;
  const std::string framing = GENERATE("be32", "le32", "ascii16");
  const std::size_t size = GENERATE(0U, 1U, 131'072U, 3'000'000U);
  INFO(framing << ", " << size << " bytes");
  write_long_ago(stage.there("a.mkv"), noise(size));
  const auto past = fs::last_write_time(stage.there("a.mkv")) - std::chrono::hours(100);
  fs::last_write_time(stage.there("a.mkv"), past);
  SenderProgram sender(stage.sender({"--framing", framing}));
  const std::string told = run_to_end(stage.in_here({"--fetch", "a.mkv", sender.url()}));
  stage.check_fetched("a.mkv");
  CHECK(std::chrono::abs(fs::last_write_time(stage.fetched("a.mkv")) - past) <
        std::chrono::microseconds(1));
  CHECK_THAT(told, Contains("'a.mkv' is here"));
  CHECK((size == 0 || told.find("100 %") != std::string::npos));
  CHECK(std::ranges::count(told, '\n') <= 11);  // no terminal, so no bar
  CHECK(told.find('\r') == std::string::npos);
}

TEST_CASE("a fetch goes on where its connection breaks off") {
  const Stage stage;
  write_long_ago(stage.there("a.mkv"), noise(2'000'000));
  SenderProgram sender(stage.sender());
  // Frames may come first, so where exactly it breaks is left open.
  CuttingProxy proxy(sender.port(), {0, 3, 20, 40, 130'000, 200'000, 140'000, 900'000, 300'000});
  run_to_end(stage.in_here({"--fetch", "a.mkv", "--timeout", "30", proxy.url()}));
  stage.check_fetched("a.mkv");
  const std::vector<std::string> requests = proxy.requests();
  REQUIRE(requests.size() == 10);
  CHECK(offset_of(requests[0]) == 0);
  CHECK(offset_of(requests[9]) > 1'000'000);
  CHECK(std::ranges::is_sorted(requests, {}, offset_of));
}

TEST_CASE("a later run goes on where an earlier one failed, and says so") {
  const Stage stage;
  write_long_ago(stage.there("a.mkv"), noise(2'000'000));
  SenderProgram sender(stage.sender());
  {
    std::vector<std::size_t> sizes(1000, 0);
    sizes[0] = 700'000;
    CuttingProxy proxy(sender.port(), sizes);
    const std::string complaint =
        failure_of_command(stage.in_here({"--fetch", "a.mkv", "--timeout", "1", proxy.url()}));
    CHECK_THAT(complaint, Contains("'a.mkv.part' keeps") && Contains("the same command goes on"));
  }
  CHECK(files_in(stage.here()) == std::vector<std::string>{"a.mkv.part"});
  CuttingProxy proxy(sender.port(), {});
  CHECK_THAT(run_to_end(stage.in_here({"--fetch", "a.mkv", proxy.url()})),
             Contains("'a.mkv.part' has") && Contains("'a.mkv' is here"));
  CHECK(offset_of(proxy.requests()[0]) > 100'000);
  stage.check_fetched("a.mkv");
}

TEST_CASE("Ctrl-C leaves what has come and tells how to go on") {
  const Stage stage;
  const int signal = either_signal();
  TcpListener listener;
  Process viewer(stage.in_here({"--fetch", "a.mkv", "--timeout", "60", listener.url()}),
                 environment_of_programs());
  TcpPeer client = listener.accept();
  REQUIRE(client.receive_frame());
  const std::string data = noise(3000);
  FileMessageWriter writer(SizePrefix::be32);
  writer.add(FileHead{10'000, WallTime{}});
  writer.add(FileChunk{0, std::as_bytes(std::span(data))});
  client.send(as_text(writer.bytes()));
  REQUIRE(eventually([&] {
    return fs::exists(stage.fetched("a.mkv.part")) &&
           fs::file_size(stage.fetched("a.mkv.part")) == data.size();
  }));
  viewer.send_signal(signal);
  CHECK_THAT(failure_of(viewer), Contains("interrupted; 'a.mkv.part' keeps 3.0 kB, and the same "
                                          "command goes on there"));
  CHECK((read_file(stage.fetched("a.mkv.part")) == data));
}

TEST_CASE("a viewer watches on beside a transfer and loses no frame") {
  const Stage stage;
  write_long_ago(stage.there("a.mkv"), noise(60'000'000));
  SenderProgram sender(stage.sender());
  ViewerProgram viewer({sender.url(), "--frames", "15", "--summary", "-"});
  run_to_end(stage.in_here({"--fetch", "a.mkv", sender.url()}));
  const nlohmann::json summary = summary_of(viewer);
  CHECK(summary["frames"] == 15);
  CHECK(summary["lost"] == 0);
  CHECK(summary["corrupt"] == 0);
  stage.check_fetched("a.mkv");
}

TEST_CASE("clients that ask and read nothing hold nobody up") {
  const Stage stage;
  write_long_ago(stage.there("a.mkv"), noise(20'000'000));
  SenderProgram sender(stage.sender());
  std::vector<TcpPeer> stalled;
  for (int number = 0; number < 3; ++number) {
    stalled.push_back(TcpPeer::connect_with_small_buffer(sender.port()));
    stalled.back().send(as_text(FetchRequest{0, "a.mkv"}));
  }
  run_to_end(stage.in_here({"--fetch", "a.mkv", sender.url()}));
  stage.check_fetched("a.mkv");
  ViewerProgram viewer(Command{sender.url()} + kFiveFrames);
  check_shown(summary_of(viewer));
}

TEST_CASE("one transfer too many waits until another one has ended") {
  const Stage stage;
  write_long_ago(stage.there("a.mkv"), noise(20'000'000));
  SenderProgram sender(stage.sender());
  std::vector<TcpPeer> stalled;
  for (int number = 0; number < 4; ++number) {
    stalled.push_back(TcpPeer::connect_with_small_buffer(sender.port()));
    stalled.back().send(as_text(FetchRequest{0, "a.mkv"}));
  }
  REQUIRE(eventually([&] {
    const std::string log = sender.err();
    return std::ranges::count(log, '\'') == 2 * 4;  // a name in quotes for each
  }));
  Process viewer(stage.in_here({"--fetch", "a.mkv", sender.url()}), environment_of_programs());
  viewer.wait_for("waiting: it is sending as many files");
  stalled.clear();
  CHECK(viewer.wait() == 0);
  stage.check_fetched("a.mkv");
}

TEST_CASE("nothing outside the shared directory can be asked for") {
  const Stage stage;
  write_file(stage.directory / "secret.jpg", "secret");
  fs::create_symlink("../secret.jpg", stage.there("link.jpg"));
  fs::create_symlink("..", stage.there("up.jpg"));
  SenderProgram sender(stage.sender());
  const std::uint16_t port = sender.port();
  for (const std::string& name :
       {std::string("../secret.jpg"), std::string("/etc/passwd"), stage.directory / "secret.jpg",
        std::string("link.jpg"), std::string("up.jpg/secret.jpg"), std::string("up.jpg"),
        std::string("../secret.jpg\0.jpg", 18), std::string(255, 'n'), std::string("\xFF.jpg"),
        std::string()}) {
    CAPTURE(name);
    CHECK(refusal_of(port, as_text(FetchRequest{0, name})).reason == Refusal::Reason::no_such_file);
  }
}

TEST_CASE("requests that make no sense end their connection and nothing else") {
  const Stage stage;
  SenderProgram sender(stage.sender());
  const std::uint16_t port = sender.port();
  for (const char* request :
       {"jpegfile", "jpegfile\x01", "jpegfile\x01\x09", "jpegfile\x02\x01", "jpegfile\x01\x02",
        "jpegfile\x01\x02"
        "12345678\xFF"
        "abc"})
    CHECK(refusal_of(port, with_size(request)).reason == Refusal::Reason::not_understood);
  TcpPeer peer = TcpPeer::connect(port);
  peer.send(big_endian_size(513) + "jpegfile");
  while (peer.receive_frame()) {
  }
  ViewerProgram viewer(Command{sender.url()} + kFiveFrames);
  check_shown(summary_of(viewer));
  check_ends(sender, SIGTERM);
}

TEST_CASE("a sender that is stopped during a transfer ends in order") {
  const Stage stage;
  write_long_ago(stage.there("a.mkv"), noise(20'000'000));
  SenderProgram sender(stage.sender());
  TcpPeer stalled = TcpPeer::connect_with_small_buffer(sender.port());
  stalled.send(as_text(FetchRequest{0, "a.mkv"}));
  sender.wait_for("fetches 'a.mkv'");
  check_ends(sender, either_signal());
}

}  // namespace share_test
