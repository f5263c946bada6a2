// The sender's HTTP server: what it serves, where, and to which clients.

#include <catch2/catch.hpp>
#include <csignal>
#include <nlohmann/json.hpp>

#include "end_to_end/http_sender.hpp"
#include "end_to_end/pictures.hpp"

using namespace jpegwire;
using Catch::Matchers::Contains;
using Catch::Matchers::Matches;
using Catch::Matchers::StartsWith;
using nlohmann::json;

namespace http_server_test {
namespace {

double seconds_of(const HttpResponse& part) { return std::stod(part.field("x-timestamp")); }

/// Starts senders with these options, and a viewer of the last one, in a network namespace where
/// all ports are free.
Process on_its_own_machine(const std::string& commands) {
  return Process({"unshare", "--net", "sh", "-euc",
                  "ip link set lo up\n"
                  "sender='" JPEGWIRE_SENDER " --source test --size 320x240'\n"
                  "viewer='" JPEGWIRE_VIEWER " --headless --timeout 30 --frames 3'\n"
                  "answers() { for i in $(seq 300); do curl -so /dev/null \"$1\" && return; "
                  "sleep 0.1; done; }\n" +
                      commands},
                 environment_of_programs());
}

}  // namespace

TEST_CASE("stream parts have their type, length and time") {
  HttpSender sender(test_card());
  TcpPeer peer = TcpPeer::connect(sender.http_port());
  peer.send(http_get(GENERATE("/stream", "/?action=stream")));
  StreamReader stream(peer);
  CHECK(stream.head().status == 200);
  CHECK(stream.head().field("content-type") == "multipart/x-mixed-replace; boundary=frame");
  CHECK(stream.head().field("cache-control") == "no-store");
  double last = 0;
  for (int i = 0; i < 5; ++i) {
    const std::string jpeg = stream.next();
    CHECK(decode(jpeg));
    CHECK(stream.part().field("content-type") == "image/jpeg");
    CHECK_THAT(stream.part().field("x-timestamp"), Matches(R"(\d+\.\d{6})"));
    const auto captured = stamp_of(jpeg).value().capture_time.time_since_epoch().count();
    CHECK(seconds_of(stream.part()) == Approx(static_cast<double>(captured) / 1e6).epsilon(1e-15));
    CHECK(seconds_of(stream.part()) > last);
    last = seconds_of(stream.part());
  }
}

TEST_CASE("viewers over HTTP and over TCP get the same frames") {
  HttpSender sender(test_card({"--fps", "10"}));
  TcpPeer peer = TcpPeer::connect(sender.http_port());
  peer.send(http_get("/stream"));
  StreamReader stream(peer);
  stream.next();
  TcpPeer tcp = TcpPeer::connect(sender.port());
  std::string other = tcp.receive_frame().value();
  std::string same = stream.next();
  while (stamp_of(same)->sequence < stamp_of(other)->sequence) same = stream.next();
  while (stamp_of(other)->sequence < stamp_of(same)->sequence) other = tcp.receive_frame().value();
  REQUIRE(stamp_of(same)->sequence == stamp_of(other)->sequence);
  CHECK((without_stamp(same) == without_stamp(other)));
}

TEST_CASE("a snapshot is one picture and causes no further encoding") {
  HttpSender sender(test_card({"--summary", "-"}));
  for (int i = 0; i < 3; ++i) {
    const HttpResponse response = fetch(sender, i == 1 ? "/?action=snapshot" : "/snapshot");
    CHECK(response.status == 200);
    CHECK(response.field("content-type") == "image/jpeg");
    const auto picture = decode(response.body);
    REQUIRE(picture);
    CHECK(picture->width == 320);
  }
  const json before = json::parse(fetch(sender, "/stats.json").body);
  // Many frames later nothing more has been encoded, except frames that were in progress.
  json now;
  REQUIRE(eventually([&] {
    now = json::parse(fetch(sender, "/stats.json").body);
    return now["captured"] > before["captured"].get<int>() + 20;
  }));
  CHECK(now["encoded"] <= before["encoded"].get<int>() + 1);
  CHECK(now["snapshots"] == 3);
  CHECK(now["viewers_now"] == 0);
  sender.send_signal(SIGINT);
  CHECK(summary_of(sender)["snapshots"] == 3);
}

TEST_CASE("the viewer shows the sender's HTTP stream until it ends cleanly") {
  HttpSender sender(test_card({"--summary", "-"}));
  ViewerProgram viewer({sender.http_url("/stream"), "--summary", "-"});
  viewer.wait_for("frames/s");
  sender.send_signal(SIGINT);
  const json seen = summary_of(viewer);
  CHECK(seen["frames"] > 0);
  CHECK(seen["corrupt"] == 0);
  CHECK(seen["reconnects"] == 0);
  CHECK(seen["width"] == 320);
  CHECK(complaints_of(viewer).empty());
  const json sent = summary_of(sender);
  REQUIRE(sent["viewers"].size() == 1);
  CHECK(sent["viewers"][0]["kind"] == "http");
}

TEST_CASE("a signal ends a sender that serves HTTP") {
  HttpSender sender(test_card());
  TcpPeer idle = TcpPeer::connect(sender.http_port());
  idle.send(http_get("/"));
  CHECK(receive_response(idle).status == 200);
  TcpPeer watches = TcpPeer::connect(sender.http_port());
  watches.send(http_get("/stream"));
  StreamReader(watches).next();
  TcpPeer silent = TcpPeer::connect(sender.http_port());
  check_ends(sender, either_signal());
  CHECK(idle.receive_to_end().empty());
  const std::string rest = watches.receive_to_end();
  CHECK((rest.empty() || rest.ends_with("\xFF\xD9\r\n--frame\r\n")));
}

TEST_CASE("/stats.json, /metrics and other texts describe the stream") {
  HttpSender sender(test_card({"--quality", "77"}));
  TcpPeer peer = TcpPeer::connect(sender.http_port());
  peer.send(http_get("/stream"));
  StreamReader stream(peer);
  stream.next();
  const HttpResponse page = fetch(sender, "/");
  CHECK_THAT(page.field("content-type"), StartsWith("text/html"));
  CHECK_THAT(page.field("content-security-policy"), Contains("default-src 'none'"));
  CHECK_THAT(page.body, Contains("<html") && Contains("jpegwire"));
  const HttpResponse statistics = fetch(sender, "/stats.json");
  CHECK_THAT(statistics.field("content-type"), StartsWith("application/json"));
  CHECK(json::parse(statistics.body)["viewers_by_kind"]["http"] == 1);
  const json state = json::parse(fetch(sender, "/state").body);
  CHECK(state["ok"] == true);
  CHECK(state["result"]["source"]["resolution"]["width"] == 320);
  CHECK(state["result"]["encoder"]["quality"] == 77);
  CHECK(state["result"]["stream"]["clients"] == 1);
}

TEST_CASE("promtool accepts the metrics") {
  const TemporaryDirectory directory;
  HttpSender sender(test_card({"--rtp", "127.0.0.1:" + std::to_string(free_port())}));
  fetch(sender, "/snapshot");
  const HttpResponse response = fetch(sender, "/metrics");
  CHECK_THAT(response.field("content-type"), StartsWith("text/plain; version=0.0.4"));
  CHECK_THAT(response.body, Contains("jpegwire_snapshots_total 1\n"));
  write_file(directory / "metrics", response.body);
  Process promtool({"sh", "-c", "promtool check metrics < " + directory / "metrics"});
  const int code = promtool.wait();
  INFO(promtool.describe());
  CHECK(code == 0);
  CHECK(promtool.err().empty());
}

TEST_CASE("the SDP is served with --rtp and not found without it") {
  HttpSender without(test_card());
  CHECK(fetch(without, "/stream.sdp").status == 404);
  HttpSender with(test_card({"--rtp", "127.0.0.1:" + std::to_string(free_port())}));
  const HttpResponse response = fetch(with, "/stream.sdp");
  CHECK(response.status == 200);
  CHECK(response.field("content-type") == "application/sdp");
  CHECK_THAT(response.body, StartsWith("v=0\r\n") && Contains("m=video "));
}

TEST_CASE("requests must name this machine, and --http-host adds a name") {
  HttpSender sender(test_card({"--http-host", "camera.example", "--http-host", "door"}));
  for (const std::string host : {"localhost", "127.0.0.1:8080", "[::1]", "Camera.Example", "door"})
    CHECK(fetch(sender, "/", host).status == 200);
  for (const std::string path : {"/", "/stream", "/snapshot", "/metrics", "/nothing"}) {
    const HttpResponse refused = fetch(sender, path, "evil.example");
    CHECK(refused.status == 421);
    CHECK_THAT(refused.body, Contains("--http-host evil.example"));
  }
}

TEST_CASE("no answer can be read by pages of other sites") {
  HttpSender sender(test_card());
  for (const std::string path : {"/", "/snapshot", "/stats.json", "/metrics"}) {
    TcpPeer peer = TcpPeer::connect(sender.http_port());
    peer.send("GET " + path +
              " HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\n\r\n");
    for (const auto& [name, value] : receive_response(peer).fields)
      CHECK_THAT(name, !StartsWith("Access-Control-", Catch::CaseSensitive::No));
  }
}

TEST_CASE("connections beyond the limit get 503 until one closes") {
  HttpSender sender(test_card({"--http-connections", "1", "--http-timeout", "600"}));
  TcpPeer first = TcpPeer::connect(sender.http_port());
  first.send(http_get("/"));
  CHECK(receive_response(first).status == 200);
  CHECK(fetch(sender, "/").status == 503);
  first.send(http_get("/"));
  CHECK(receive_response(first).status == 200);
  first.close();
  // Each connection counts until the sender has noticed that it closed.
  HttpResponse statistics;
  REQUIRE(eventually([&] {
    statistics = fetch(sender, "/stats.json");
    return statistics.status == 200;
  }));
  CHECK(json::parse(statistics.body)["rejected"] >= 1);
}

TEST_CASE("the option --http-per-address leaves room for other addresses") {
  HttpSender sender(test_card({"--http-per-address", "1", "--http-timeout", "600"}));
  TcpPeer first = TcpPeer::connect(sender.http_port());
  first.send(http_get("/"));
  CHECK(receive_response(first).status == 200);
  CHECK(fetch(sender, "/").status == 503);
  Process curl({"curl", "-s", "--interface", "127.0.0.2", "-o", "/dev/null", "-w", "%{http_code}",
                sender.http_url("/")});
  CHECK(curl.wait() == 0);
  CHECK(curl.out() == "200");
}

TEST_CASE("the options --http-head and --http-timeout bound a request") {
  HttpSender sender(test_card({"--http-head", "256", "--http-timeout", "0.2"}));
  const std::string field = "X: " + std::string(300, 'x') + "\r\n";
  const std::uint16_t port = sender.http_port();
  CHECK(response_to(port, "GET / HTTP/1.1\r\nHost: a\r\n" + field + "\r\n").status == 431);
  CHECK(response_to(port, "GET / HTTP/1.1\r\n").status == 408);
}

TEST_CASE("a port for HTTP that is in use is named in the error") {
  HttpSender first(test_card());
  const std::string port = std::to_string(first.http_port());
  HttpSender second(test_card({"--http", port}));
  CHECK_THAT(failure_of(second),
             Contains("127.0.0.1:" + port) && Contains("another program uses the port"));
}

TEST_CASE("the default HTTP address is port 8080 of loopback") {
  if (!may_make_network_namespaces()) return;
  Process machine = on_its_own_machine(
      "$sender & first=$!\n"
      "answers http://127.0.0.1:8080/\n"
      "curl -sS http://127.0.0.1:8080/state\n"
      "kill $first; wait $first\n");
  const int code = machine.wait();
  INFO(machine.describe());
  REQUIRE(code == 0);
  CHECK(complaints_of(machine).empty());
  CHECK_THAT(machine.out(),
             Contains("in a browser: http://127.0.0.1:8080/") && Contains("\"captured_fps\""));
}

TEST_CASE("if the default HTTP port is taken, the sender warns and streams without HTTP") {
  if (!may_make_network_namespaces()) return;
  Process machine = on_its_own_machine(
      "$sender --tcp off & first=$!\n"
      "answers http://127.0.0.1:8080/\n"
      "$sender --tcp 2600 & second=$!\n"
      "$viewer --summary - tcp://127.0.0.1:2600\n"
      "kill $first $second; wait $first; wait $second\n");
  const int code = machine.wait();
  INFO(machine.describe());
  REQUIRE(code == 0);
  const auto complaints = complaints_of(machine);
  REQUIRE(complaints.size() == 1);
  CHECK_THAT(complaints[0], Contains("continuing without HTTP") && Contains("127.0.0.1:8080") &&
                                Contains("another program uses the port") &&
                                Contains("--http PORT"));
  CHECK_THAT(machine.out(), Contains("\"frames\":3"));
}

TEST_CASE(
    "if HTTP is the only output and its default port is taken, the sender ends with an error") {
  if (!may_make_network_namespaces()) return;
  Process machine = on_its_own_machine(
      "$sender --tcp off & first=$!\n"
      "answers http://127.0.0.1:8080/\n"
      "$sender --tcp off || echo \"exit $?\"\n"
      "kill $first; wait $first\n");
  const int code = machine.wait();
  INFO(machine.describe());
  REQUIRE(code == 0);
  CHECK_THAT(machine.out(), Contains("exit 1"));
  const auto complaints = complaints_of(machine);
  REQUIRE(complaints.size() == 1);
  CHECK_THAT(complaints[0], Contains("127.0.0.1:8080") && Contains("--http PORT"));
}

TEST_CASE("serving HTTP on more than loopback prints a warning") {
  HttpSender open(test_card({"--http", "0.0.0.0:0"}));
  open.wait_for("everyone who can reach port " + std::to_string(open.http_port()));
  HttpSender closed(test_card());
  closed.http_port();
  CHECK_FALSE(closed.has_written("everyone who can reach"));
}

}  // namespace http_server_test
