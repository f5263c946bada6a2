// Shared files, as a user lists and fetches them.

#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "end_to_end/cutting_proxy.hpp"
#include "end_to_end/share_stage.hpp"

using namespace jpegwire;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
namespace fs = std::filesystem;

namespace share_test {
namespace {

std::uint64_t offset_of(const std::string& request) {
  const std::size_t at = request.find("\r\nRange: bytes=");
  return at == std::string::npos ? 0 : std::stoull(request.substr(at + 15));
}

/// Clients that request a.mkv and read nothing.
std::vector<TcpPeer> stalled_clients(HttpSender& sender, int number) {
  std::vector<TcpPeer> clients;
  for (int i = 0; i < number; ++i) {
    clients.push_back(TcpPeer::connect_with_small_buffer(sender.http_port()));
    clients.back().send(http_get("/files/a.mkv"));
  }
  REQUIRE(eventually([&] {
    const std::string log = sender.err();
    return std::ranges::count(log, '\'') == 2 * number;  // a name in quotes for each
  }));
  return clients;
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
  HttpSender sender(stage.sender());
  const std::string table = run_to_end(stage.in_here({"--list", sender.http_url("")}));
  CHECK_THAT(table, Contains("NAME") && Contains("monday.mkv   1.2 MB  20") &&
                        Contains("caf\xC3\xA9.jpg        1 B  20"));
  CHECK(std::ranges::count(table, '\n') == 3);
}

TEST_CASE("the viewer reports that nothing is shared, or that the file does not exist") {
  const Stage stage;
  HttpSender sharing(stage.sender());
  CHECK_THAT(run_to_end(stage.in_here({"--list", sharing.http_url("/")})),
             Contains("shares no recordings or pictures yet"));
  CHECK_THAT(failure_of_command(stage.in_here({"--fetch", "a.jpg", sharing.http_url("")})),
             Contains("'a.jpg' is not shared"));
  HttpSender other(test_card());
  for (const Command& what : {Command{"--list"}, Command{"--fetch", "a.jpg"}})
    CHECK_THAT(failure_of_command(stage.in_here(what + Command{other.http_url("")})),
               Contains("No files are shared") && Contains("--share DIR"));
  CHECK(files_in(stage.here()).empty());
}

TEST_CASE("a fetched file is identical to the original") {
  const Stage stage;
  const std::size_t size = GENERATE(0U, 1U, 524'288U, 3'000'000U);
  INFO(size << " bytes");
  write_long_ago(stage.there("a.mkv"), noise(size));
  const auto past = fs::last_write_time(stage.there("a.mkv")) - std::chrono::hours(100);
  fs::last_write_time(stage.there("a.mkv"), past);
  HttpSender sender(stage.sender());
  const std::string told = run_to_end(stage.in_here({"--fetch", "a.mkv", sender.http_url("")}));
  stage.check_fetched("a.mkv");
  CHECK(std::chrono::abs(fs::last_write_time(stage.fetched("a.mkv")) - past) <
        std::chrono::microseconds(1));
  CHECK_THAT(told, Contains("fetched 'a.mkv'"));
  CHECK((size == 0 || told.find("100 %") != std::string::npos));
  CHECK(std::ranges::count(told, '\n') <= 11);  // no terminal, so no bar
  CHECK(told.find('\r') == std::string::npos);
}

TEST_CASE("a fetch resumes where its connection broke off") {
  const Stage stage;
  write_long_ago(stage.there("a.mkv"), noise(2'000'000));
  HttpSender sender(stage.sender());
  CuttingProxy proxy(sender.http_port(),
                     {0, 3, 20, 40, 130'000, 200'000, 140'000, 900'000, 300'000});
  run_to_end(stage.in_here({"--fetch", "a.mkv", "--timeout", "30", proxy.url()}));
  stage.check_fetched("a.mkv");
  const std::vector<std::string> requests = proxy.requests();
  REQUIRE(requests.size() == 11);
  CHECK(offset_of(requests[0]) == 0);
  CHECK(offset_of(requests[9]) > 1'600'000);
  CHECK(std::ranges::is_sorted(requests.begin(), requests.end() - 1, {}, offset_of));
  CHECK_THAT(requests[9], Contains("If-Range: \""));
  CHECK_THAT(requests[10], StartsWith("HEAD ") && Contains("Want-Repr-Digest: sha-256="));
}

TEST_CASE("a later run resumes where an earlier one failed, and says so") {
  const Stage stage;
  write_long_ago(stage.there("a.mkv"), noise(2'000'000));
  HttpSender sender(stage.sender());
  {
    std::vector<std::size_t> sizes(1000, 0);
    sizes[0] = 700'000;
    CuttingProxy proxy(sender.http_port(), sizes);
    const std::string complaint =
        failure_of_command(stage.in_here({"--fetch", "a.mkv", "--timeout", "10", proxy.url()}));
    CHECK_THAT(complaint, Contains("'a.mkv.part' keeps") && Contains("the same command resumes"));
  }
  CHECK(files_in(stage.here()) == std::vector<std::string>{"a.mkv.part"});
  CuttingProxy proxy(sender.http_port(), {});
  CHECK_THAT(run_to_end(stage.in_here({"--fetch", "a.mkv", proxy.url()})),
             Contains("'a.mkv.part' has") && Contains("fetched 'a.mkv'"));
  CHECK(offset_of(proxy.requests()[0]) > 100'000);
  stage.check_fetched("a.mkv");
}

TEST_CASE("Ctrl-C keeps the received part and says how to resume") {
  const Stage stage;
  const int signal = either_signal();
  TcpListener listener;
  const std::string url = "http://127.0.0.1:" + std::to_string(listener.port());
  Process viewer(stage.in_here({"--fetch", "a.mkv", "--timeout", "60", url}),
                 environment_of_programs());
  TcpPeer client = listener.accept();
  REQUIRE(receive_request(client));
  const std::string data = noise(3000);
  client.send("HTTP/1.1 200 OK\r\nContent-Length: 10000\r\nETag: \"1\"\r\n\r\n" + data);
  REQUIRE(eventually([&] {
    return fs::exists(stage.fetched("a.mkv.part")) &&
           fs::file_size(stage.fetched("a.mkv.part")) == data.size();
  }));
  viewer.send_signal(signal);
  CHECK_THAT(
      failure_of(viewer),
      Contains("interrupted; 'a.mkv.part' keeps 3.0 kB, and the same command resumes from there"));
  CHECK((read_file(stage.fetched("a.mkv.part")) == data));
}

TEST_CASE("a viewer watches on beside a transfer and loses no frame") {
  const Stage stage;
  write_long_ago(stage.there("a.mkv"), noise(60'000'000));
  HttpSender sender(stage.sender());
  ViewerProgram viewer({sender.url(), "--frames", "15", "--summary", "-"});
  run_to_end(stage.in_here({"--fetch", "a.mkv", sender.http_url("")}));
  const nlohmann::json summary = summary_of(viewer);
  CHECK(summary["frames"] == 15);
  CHECK(summary["lost"] == 0);
  CHECK(summary["corrupt"] == 0);
  stage.check_fetched("a.mkv");
}

TEST_CASE("clients that send requests and read nothing do not delay others") {
  const Stage stage;
  write_long_ago(stage.there("a.mkv"), noise(20'000'000));
  HttpSender sender(stage.sender());
  const std::vector<TcpPeer> stalled = stalled_clients(sender, 2);
  run_to_end(stage.in_here({"--fetch", "a.mkv", sender.http_url("")}));
  stage.check_fetched("a.mkv");
  ViewerProgram viewer(Command{sender.url()} + kFiveFrames);
  check_shown(summary_of(viewer));
}

TEST_CASE("one transfer too many waits until another one has ended") {
  const Stage stage;
  write_long_ago(stage.there("a.mkv"), noise(20'000'000));
  HttpSender sender(stage.sender());
  std::vector<TcpPeer> stalled = stalled_clients(sender, 3);
  Process viewer(stage.in_here({"--fetch", "a.mkv", sender.http_url("")}),
                 environment_of_programs());
  viewer.wait_for("waiting: its limit of simultaneous transfers");
  stalled.clear();
  CHECK(viewer.wait() == 0);
  stage.check_fetched("a.mkv");
}

TEST_CASE("nothing outside the shared directory can be asked for") {
  const Stage stage;
  write_file(stage.directory / "secret.jpg", "secret");
  fs::create_symlink("../secret.jpg", stage.there("link.jpg"));
  fs::create_symlink("..", stage.there("up.jpg"));
  HttpSender sender(stage.sender());
  for (const std::string& name :
       {std::string("../secret.jpg"), std::string("%2e%2e/secret.jpg"),
        std::string("..%2fsecret.jpg"), std::string("%2Fetc%2Fpasswd"), std::string("/etc/passwd"),
        std::string("link.jpg"), std::string("up.jpg/secret.jpg"), std::string("up.jpg"),
        std::string("..%2fsecret.jpg%00.jpg"), std::string(255, 'n'), std::string("%FF.jpg"),
        std::string("%0d%0aX:y.jpg")}) {
    CAPTURE(name);
    TcpPeer client = TcpPeer::connect(sender.http_port());
    client.send("GET /files/" + name + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const int status = receive_response(client).status;
    CHECK((status == 404 || status == 400));
  }
  for (const char* path : {"/files/%.jpg", "/files/%zz.jpg"})
    CHECK(fetch(sender, path).status == 400);
  check_ends(sender, SIGTERM);
}

TEST_CASE("curl fetches a file, resumes it, and gets the digest") {
  const Stage stage;
  const std::string name = "caf\xC3\xA9 1.mkv";
  write_long_ago(stage.there(name), noise(2'000'000));
  HttpSender sender(stage.sender());
  const std::string url = sender.http_url("/files/caf%C3%A9%201.mkv");
  const Command curl{"env", "-C", stage.here(), "curl", "-sS", "--fail", "-o", name};
  SECTION("whole") { run_to_end(curl + Command{url}); }
  SECTION("after an interruption") {
    write_file(stage.fetched(name), read_file(stage.there(name)).substr(0, 700'000));
    run_to_end(curl + Command{"-C", "-", url});
  }
  stage.check_fetched(name);
  const std::string head =
      run_to_end({"curl", "-sS", "-I", "-H", "Want-Repr-Digest: sha-256=1", url});
  CHECK_THAT(head, StartsWith("HTTP/1.1 200 OK") && Contains("Repr-Digest: sha-256=:"));
}

TEST_CASE("wget fetches a file, and resumes after an interruption") {
  if (!is_installed("wget")) {
    WARN("skipped: wget is not installed");
    return;
  }
  const Stage stage;
  write_long_ago(stage.there("a.mkv"), noise(2'000'000));
  if (GENERATE(true, false))
    write_file(stage.fetched("a.mkv"), read_file(stage.there("a.mkv")).substr(0, 700'000));
  HttpSender sender(stage.sender());
  run_to_end({"env", "-C", stage.here(), "wget", "-q", "-c", sender.http_url("/files/a.mkv")});
  stage.check_fetched("a.mkv");
}

TEST_CASE("Python lists and fetches files, also with a digest that takes time") {
  const Stage stage;
  write_long_ago(stage.there("a.mkv"), noise(20'000'000));
  HttpSender sender(stage.sender());
  const std::string script = R"(
import base64, hashlib, json, sys, urllib.request
url = sys.argv[1]
files = json.load(urllib.request.urlopen(url + "/files.json"))["files"]
request = urllib.request.Request(url + "/files/" + files[0]["name"],
                                 headers={"Want-Repr-Digest": "sha-256=1"})
with urllib.request.urlopen(request) as answer:
    body, digest = answer.read(), answer.headers["Repr-Digest"]
expected = base64.b64encode(hashlib.sha256(body).digest()).decode()
assert digest == f"sha-256=:{expected}:", digest
assert len(body) == files[0]["bytes"]
)";
  run_to_end({"python3", "-c", script, sender.http_url("")});
}

TEST_CASE("browsers get a page of the files, and pages of other sites cannot request it") {
  const Stage stage;
  write_long_ago(stage.there("a.mkv"), noise(1'234'567));
  HttpSender sender(stage.sender());
  CHECK_THAT(fetch(sender, "/files/").body,
             Contains("<a href=\"a.mkv\">a.mkv</a>") && Contains("1.2 MB"));
  CHECK(fetch(sender, "/files/a.mkv", "evil.example").status == 421);
  CHECK(fetch(sender, "/files/", "evil.example").status == 421);
  CHECK_THAT(sender.out(), Contains("/files/\n") && Contains("jpegwire-viewer --list http://"));
}

TEST_CASE("a sender that is stopped during a transfer ends cleanly") {
  const Stage stage;
  write_long_ago(stage.there("a.mkv"), noise(20'000'000));
  HttpSender sender(stage.sender());
  const std::vector<TcpPeer> stalled = stalled_clients(sender, 1);
  check_ends(sender, either_signal());
}

}  // namespace share_test
