#include "net/web/file_server.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <list>

#include "support/http_stage.hpp"
#include "support/shared_files.hpp"
#include "support/temporary_directory.hpp"

namespace jpegwire::file_server_test {
namespace {

using namespace test;
namespace fs = std::filesystem;

constexpr std::size_t kSizeBytes = 30'000'000;  // more than all buffers in between hold

/// Tests open many connections, and the server may release a connection some time after it is
/// closed.
HttpSettings settings_for_many() {
  HttpSettings settings = long_timeout_settings();
  settings.max_connections = settings.max_per_address = 100'000;
  return settings;
}

/// An HTTP server that shares a directory with a.mkv.
struct Stage : HttpStage {
  explicit Stage(milliseconds timeout = milliseconds(30'000)) : HttpStage(settings_for_many()) {
    fs::create_directory(shared);
    write_long_ago(shared + "/a.mkv", std::string(kSizeBytes, 'x'));
    server.serve_files(files.emplace(shared, viewer_count, timeout));
  }

  /// Whether a new client, which then disconnects, receives a byte of the file.
  bool has_free_place() {
    HttpClient& client = add_client(get("/files/a.mkv", "Range: bytes=0-0\r\n"));
    const int status = response_to(client).status;
    clients.pop_back();
    return status == 206;
  }

  TemporaryDirectory directory;
  std::string shared = directory / "shared";
  std::optional<FileServer> files;
};

TEST_CASE("a server sends its files, and closes the connection after each answer", "[files]") {
  Stage stage;
  HttpClient& client = stage.add_client(get("/files/a.mkv") + get("/"));
  CHECK((stage.response_to(client).body == std::string(kSizeBytes, 'x')));
  CHECK(stage.runs_until_closed_in_order(client));
  CHECK(client.untaken().empty());
  CHECK_THAT(stage.response_to(get("/files.json")).body, Catch::Contains("a.mkv"));
}

TEST_CASE("a request for files may follow another on its connection", "[files]") {
  Stage stage;
  HttpClient& client = stage.add_client(get("/") + get("/files.json"));
  CHECK(stage.response_to(client).body == "the page");
  CHECK_THAT(stage.response_to(client).body, Catch::Contains("a.mkv"));
}

TEST_CASE("without a shared directory no file is found", "[files]") {
  HttpStage stage;
  for (const char* path : {"/files", "/files/", "/files.json", "/files/a.mkv"}) {
    const HttpResponse response = stage.response_to(get(path));
    CHECK(response.status == 404);
    CHECK_THAT(response.body, Catch::Contains("--share DIR"));
  }
}

TEST_CASE("a request for files under another host name is refused", "[files]") {
  Stage stage;
  for (const char* path : {"/files/", "/files.json", "/files/a.mkv"}) {
    const std::string request =
        std::string("GET ") + path + " HTTP/1.1\r\nHost: evil.example\r\n\r\n";
    CHECK(stage.response_to(request).status == 421);
  }
}

TEST_CASE("a directory that does not exist is refused", "[files]") {
  const ViewerCount viewer_count;
  CHECK_THROWS_WITH(FileServer("/nowhere", viewer_count),
                    Catch::Contains("cannot share '/nowhere': No such file or directory"));
}

TEST_CASE("frames are sent during a file transfer", "[files]") {
  Stage stage;
  const Endpoint endpoint = stage.frames.listen({"127.0.0.1", 0}).endpoint();
  Peer viewer(stage.io, endpoint);
  REQUIRE(run_until(stage.io, [&] { return stage.viewer_count.count() == 1; }));
  HttpClient& client = stage.add_client(get("/files/a.mkv"));
  for (std::uint32_t sequence = 0; sequence < 20; ++sequence) {
    stage.frames.submit(make_frame(sequence, 50'000));
    REQUIRE(run_until(stage.io, [&] { return viewer.frames() == sequence + 1; }));
    client.pump();
  }
  CHECK(stage.response_to(client).body.size() == kSizeBytes);
}

TEST_CASE("a server can be finished and destroyed at any moment of a transfer", "[files]") {
  Stage stage;
  HttpClient& client = stage.add_client(get("/files/a.mkv"));
  const std::size_t begun = GENERATE(0U, 1U, 200'000U);
  REQUIRE(run_until(stage.io, [&] { return client.received().size() >= begun; }));
  if (GENERATE(true, false)) stage.files->finish();
  SECTION("immediately") { stage.files.reset(); }
  SECTION("after a while") {
    for (int i = 0; i < 20; ++i) stage.io.run_one_for(milliseconds(1));
  }
}

TEST_CASE("a client that disconnects during a transfer frees its place", "[files]") {
  Stage stage;
  for (int round = 0; round < 10; ++round) {  // more than are allowed at a time
    std::optional<HttpClient> client(std::in_place, stage.io, stage.endpoint, "127.0.0.1",
                                     get("/files/a.mkv"));
    REQUIRE(run_until(stage.io, [&] { return client->received().size() > 100'000; }));
    CHECK_THAT(std::string(client->untaken().substr(0, 20)), Catch::StartsWith("HTTP/1.1 200 OK"));
    client.reset();
    // The place is free once the server has noticed that the client has disconnected.
    REQUIRE(run_until(stage.io, [&] { return stage.has_free_place(); }));
  }
}

TEST_CASE("clients that receive almost nothing are disconnected to free their places", "[files]") {
  Stage stage(milliseconds(1000));
  std::list<HttpClient*> slow;
  for (int number = 0; number < 3; ++number) {
    slow.push_back(&stage.add_client(get("/files/a.mkv")));
    REQUIRE(run_until(stage.io, [&] { return slow.back()->socket().available() > 0; }));
  }
  CHECK(stage.response_to(get("/files/a.mkv")).status == 503);
  CHECK(run_until(stage.io, [&] { return stage.has_free_place(); }));
  for (HttpClient* client : slow) CHECK(run_until(stage.io, [&] { return client->is_closed(); }));
}

TEST_CASE("a transfer counts as one of the server's connections", "[files]") {
  HttpSettings settings = long_timeout_settings();
  settings.max_per_address = 1;
  HttpStage stage(settings);
  TemporaryDirectory directory;
  write_long_ago(directory / "a.mkv", std::string(kSizeBytes, 'x'));
  FileServer files(directory.path(), stage.viewer_count);
  stage.server.serve_files(files);
  HttpClient& client = stage.add_client(get("/files/a.mkv"));
  REQUIRE(run_until(stage.io, [&] { return client.socket().available() > 0; }));
  CHECK(stage.response_to(get("/")).status == 503);
  CHECK(stage.response_to(client).body.size() == kSizeBytes);
  client.socket().close();
  // The place is free once the thread of the transfers has noticed that; until then the server
  // answers a few clients with 503 and closes the others.
  CHECK(run_until(stage.io, [&] {
    HttpClient& next = stage.add_client(get("/"));
    REQUIRE(run_until(stage.io, [&] { return next.is_closed() || !next.untaken().empty(); }));
    return next.untaken().starts_with("HTTP/1.1 200 OK");
  }));
}

}  // namespace
}  // namespace jpegwire::file_server_test
