#include "net/share/file_server.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <list>

#include "net/share/file_client.hpp"
#include "net/share/file_fetch.hpp"
#include "net/share/file_listing.hpp"
#include "net/tcp/frame_server.hpp"
#include "support/loopback.hpp"
#include "support/shared_files.hpp"
#include "support/temporary_directory.hpp"

namespace jpegwire::file_server_test {
namespace {

using namespace test;
namespace fs = std::filesystem;

/// A sender that shares a directory, and who asks it, in one thread beside the disk's.
struct Stage {
  explicit Stage(milliseconds patience = milliseconds(30'000)) {
    fs::create_directory(shared);
    write_long_ago(shared + "/a.mkv", std::string(kSizeBytes, 'x'));
    files.emplace(shared, SizePrefix::be32, viewer_count, patience);
    server.let_ask_for_files(
        [this](tcp::socket socket, Bytes request) { files->serve(std::move(socket), request); });
    endpoint = server.listen({"127.0.0.1", 0}).endpoint();
  }

  std::string ask(FileDialogue& dialogue) {
    std::optional<std::string> ended;
    FileClient client(io, {.endpoint = endpoint, .patience = milliseconds(30'000)}, dialogue,
                      [&](const std::string& error) { ended = error; });
    client.start();
    REQUIRE(run_until(io, [&] { return ended.has_value(); }));
    run_ready(io);
    return *ended;
  }

  static constexpr std::size_t kSizeBytes = 30'000'000;

  TemporaryDirectory directory;
  std::string shared = directory / "shared";
  asio::io_context io{1};
  ViewerCount viewer_count;
  FrameServer server{io, viewer_count, {}};
  std::optional<FileServer> files;
  Endpoint endpoint;
};

TEST_CASE("a client lists and fetches a server's files") {
  Stage stage;
  FileListing listing;
  CHECK(stage.ask(listing).empty());
  REQUIRE(listing.files().size() == 1);
  CHECK(listing.files()[0].name == "a.mkv");
  PartFile part(stage.directory / "a.mkv");
  FileFetch fetch(part, [](const std::string&) {});
  CHECK(stage.ask(fetch).empty());
  CHECK(fs::file_size(stage.directory / "a.mkv") == Stage::kSizeBytes);
  CHECK(run_until(stage.io, [&] { return stage.viewer_count.count() == 0; }));
}

TEST_CASE("a server of a directory that is not there is refused") {
  const ViewerCount viewer_count;
  CHECK_THROWS_WITH(FileServer("/nowhere", SizePrefix::be32, viewer_count),
                    Catch::Contains("cannot share '/nowhere': No such file or directory"));
}

TEST_CASE("frames go out while a file does") {
  Stage stage;
  Peer viewer(stage.io, stage.endpoint);
  REQUIRE(run_until(stage.io, [&] { return stage.viewer_count.count() == 1; }));
  Peer client(stage.io, stage.endpoint);
  client.send(write_file_request(FetchRequest{0, "a.mkv"}));
  for (std::uint32_t sequence = 0; sequence < 20; ++sequence) {
    stage.server.submit(make_frame(sequence, 50'000));
    REQUIRE(run_until(stage.io, [&] { return viewer.frames() == sequence + 1; }));
    client.pump();
  }
  CHECK(run_until(stage.io, [&] { return client.is_closed(); }));
  CHECK(client.closed_in_order());
  CHECK(client.received().size() > Stage::kSizeBytes);
}

TEST_CASE("a server can be finished, and go, at any moment of a transfer") {
  Stage stage;
  Peer client(stage.io, stage.endpoint);
  client.send(write_file_request(FetchRequest{0, "a.mkv"}));
  const std::size_t begun = GENERATE(0U, 1U, 200'000U);
  REQUIRE(run_until(stage.io, [&] { return client.received().size() >= begun; }));
  if (GENERATE(true, false)) stage.files->finish();
  SECTION("with what it was at") { stage.files.reset(); }
  SECTION("after a while") {
    for (int i = 0; i < 20; ++i) stage.io.run_one_for(milliseconds(1));
  }
}

TEST_CASE("a client that goes in the middle of a transfer is forgotten") {
  Stage stage;
  for (int round = 0; round < 10; ++round) {  // more than may be there at a time
    Peer client(stage.io, stage.endpoint);
    client.send(write_file_request(FetchRequest{0, "a.mkv"}));
    REQUIRE(run_until(stage.io, [&] { return client.received().size() > 100'000; }));
    const Outcome outcome = client.outcome();
    REQUIRE_FALSE(outcome.frames.empty());
    const auto first = parse_file_message(outcome.frames[0]);
    REQUIRE(first);
    CHECK(std::holds_alternative<FileHead>(*first));
  }
}

TEST_CASE("clients that take next to nothing do not hold the places of others for ever") {
  Stage stage(milliseconds(1000));
  std::list<Peer> slow;
  for (int number = 0; number < 4; ++number) {
    slow.emplace_back(stage.io, stage.endpoint);
    slow.back().send(write_file_request(FetchRequest{0, "a.mkv"}));
  }
  std::vector<std::string> told;
  PartFile part(stage.directory / "a.mkv");
  FileFetch fetch(part, [&](const std::string& sentence) { told.push_back(sentence); });
  CHECK(stage.ask(fetch).empty());
  CHECK(told ==
        std::vector<std::string>{"waiting: it is sending as many files as it does at a time"});
  for (Peer& peer : slow) CHECK(run_until(stage.io, [&] { return peer.is_closed(); }));
}

TEST_CASE("one client too many is told that the server is busy") {
  Stage stage;
  std::list<Peer> clients;
  const auto add = [&] {
    clients.emplace_back(stage.io, stage.endpoint);
    clients.back().send(write_file_request(ListRequest{}));
    REQUIRE(run_until(stage.io, [&] { return clients.back().frames() > 0; }));
    return parse_file_message(clients.back().outcome().frames[0]).value();
  };
  // Who has been answered, and does not go, counts for a while.
  std::optional<FileMessage> first;
  while (clients.size() < 500 && !(first && std::holds_alternative<Refusal>(*first))) first = add();
  CHECK(clients.size() > 32);
  CHECK(std::get<Refusal>(*first) ==
        Refusal{Refusal::Reason::busy, "it is answering as many as it does at a time"});
  CHECK(run_until(stage.io, [&] { return clients.back().closed_in_order(); }));
}

}  // namespace
}  // namespace jpegwire::file_server_test
