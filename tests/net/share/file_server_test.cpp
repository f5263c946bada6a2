#include "net/share/file_server.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "net/share/file_client.hpp"
#include "net/share/file_fetch.hpp"
#include "net/share/file_listing.hpp"
#include "net/tcp/frame_server.hpp"
#include "support/loopback.hpp"
#include "support/temporary_directory.hpp"

namespace jpegwire {
namespace {

using namespace test;
namespace fs = std::filesystem;

/// A sender that shares a directory, and who asks it, in one thread beside the disk's.
struct Stage {
  Stage() {
    fs::create_directory(shared);
    std::ofstream(shared + "/a.mkv", std::ios::binary) << std::string(kSizeBytes, 'x');
    files.emplace(shared, SizePrefix::be32);
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
  Audience audience;
  FrameServer server{io, audience, {}};
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
  CHECK(run_until(stage.io, [&] { return stage.audience.present() == 0; }));
}

TEST_CASE("frames go out while a file does") {
  Stage stage;
  Peer viewer(stage.io, stage.endpoint);
  REQUIRE(run_until(stage.io, [&] { return stage.audience.present() == 1; }));
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

}  // namespace
}  // namespace jpegwire
