// Several cameras in one viewer.

#include <catch2/catch.hpp>
#include <csignal>
#include <memory>
#include <nlohmann/json.hpp>
#include <regex>

#include "end_to_end/http_sender.hpp"
#include "end_to_end/rtp_streams.hpp"
#include "end_to_end/viewer_window.hpp"

using namespace jpegwire;
using Catch::Matchers::Contains;
using nlohmann::json;

namespace mosaic_test {
namespace {

constexpr int kGreys[] = {90, 130, 170, 210};

/// Four cameras, each with its own grey.
struct FourCameras {
  FourCameras() {
    for (const int grey : kGreys) senders.push_back(std::make_unique<GreySender>(grey, 180));
  }

  Command urls() const {
    Command urls;
    for (const auto& sender : senders) urls.push_back(sender->url());
    return urls;
  }

  std::vector<std::unique_ptr<GreySender>> senders;
};

/// In the middle of a quarter of the window: below the figures and above the toasts.
int grey_of_quarter(const Screenshot& shot, int quarter) {
  return shot.at(shot.width / 4 + quarter % 2 * shot.width / 2,
                 shot.height / 4 + quarter / 2 * shot.height / 2);
}

bool shows_camera(const Screenshot& shot, int quarter) {
  return is_about(grey_of_quarter(shot, quarter), kGreys[quarter]);
}

bool shows_all(const Screenshot& shot) {
  return shows_camera(shot, 0) && shows_camera(shot, 1) && shows_camera(shot, 2) &&
         shows_camera(shot, 3);
}

/// Whether the whole window shows one camera's grey.
auto shows_alone(int camera) {
  return [camera](const Screenshot& shot) {
    for (int quarter = 0; quarter < 4; ++quarter)
      if (!is_about(grey_of_quarter(shot, quarter), kGreys[camera])) return false;
    return true;
  };
}

std::string wrong_usage(const Command& options) {
  Process viewer(Command{JPEGWIRE_VIEWER} + options, environment_of_programs());
  return failure_of(viewer, 2);
}

}  // namespace

TEST_CASE("several URLs are shown side by side, each with its own summary") {
  const XServer server;
  const FourCameras cameras;
  Window window(server, cameras.urls() + Command{"--summary", "-"});
  CHECK(window.shows(shows_all));
  window.press("q");
  const json summary = summary_of(window.viewer);
  REQUIRE(summary["cameras"].size() == 4);
  for (std::size_t camera = 0; camera < 4; ++camera) {
    CHECK(summary["cameras"][camera]["url"] == cameras.urls()[camera]);
    CHECK(summary["cameras"][camera]["frames"] > 0);
    CHECK(summary["cameras"][camera]["displayed"] > 0);
    CHECK(summary["cameras"][camera]["width"] == 320);
  }
  CHECK(summary["cpu_seconds"] > 0);
}

TEST_CASE("a camera that fails and recovers does not affect the others") {
  const XServer server;
  FourCameras cameras;
  Window window(server, cameras.urls() + Command{"--summary", "-"});
  REQUIRE(window.shows(shows_all));
  cameras.senders[1]->stop();
  // The camera's last picture, dimmed, with the message over it.
  CHECK(window.shows([](const Screenshot& shot) {
    return shot.at(shot.width * 9 / 16, shot.height * 7 / 16) < kGreys[1] - 40 &&
           shows_camera(shot, 0) && shows_camera(shot, 2) && shows_camera(shot, 3);
  }));
  cameras.senders[1]->start(kGreys[1]);
  CHECK(window.shows(shows_all));
  window.press("q");
  const json summary = summary_of(window.viewer);
  CHECK(summary["cameras"][1]["reconnects"] >= 1);
  for (const std::size_t other : {0U, 2U, 3U}) CHECK(summary["cameras"][other]["reconnects"] == 0);
}

TEST_CASE("a camera that never answers has a tile in the window too") {
  const XServer server;
  const FourCameras cameras;
  Command urls = cameras.urls();
  urls[2] = tcp_url(free_port());
  Window window(server, urls);
  CHECK(window.shows([](const Screenshot& shot) {
    return shows_camera(shot, 0) && shows_camera(shot, 1) && shows_camera(shot, 3) &&
           shot.at(shot.width / 16, shot.height * 15 / 16) < 60;
  }));
  window.press("q");
  CHECK(window.viewer.wait() == 0);
}

TEST_CASE("a click and m switch between one camera and all cameras") {
  const XServer server;
  const FourCameras cameras;
  Window window(server, cameras.urls());
  REQUIRE(window.shows(shows_all));
  const Screenshot shot = window.take();
  window.click(shot.width * 3 / 4, shot.height * 3 / 4);
  CHECK(window.shows(shows_alone(3)));
  window.press("m");
  CHECK(window.shows(shows_all));
  window.point_at(shot.width / 4, shot.height * 3 / 4);
  window.press("m");
  CHECK(window.shows(shows_alone(2)));
  window.click(shot.width / 4, shot.height / 4);
  CHECK(window.shows(shows_all));
}

TEST_CASE("in the mosaic s saves each camera's picture") {
  const XServer server;
  const FourCameras cameras;
  const TemporaryDirectory directory;
  Window window(server, cameras.urls(), directory.path());
  REQUIRE(window.shows(shows_all));
  window.press("s");
  CHECK(eventually([&] { return files_in(directory.path()).size() == 4; }));
  window.press("q");
  CHECK(window.viewer.wait() == 0);
  for (const std::string& name : files_in(directory.path()))
    CHECK(std::regex_match(name, std::regex("jpegwire-.*-camera[1-4]\\..*jpg")));
}

TEST_CASE("streams over TCP, HTTP and RTP are shown together") {
  const TemporaryDirectory directory;
  const std::uint16_t port = free_udp_ports();
  SenderProgram tcp(test_card());
  HttpSender http(test_card({"--tcp", "off"}));
  SenderProgram rtp(
      test_card({"--rtp", "127.0.0.1:" + std::to_string(port), "--sdp", directory / "c.sdp"}));
  rtp.port();
  ViewerProgram viewer({tcp.url(), http.http_url("/stream"), directory / "c.sdp", "--frames", "5",
                        "--summary", "-"});
  const json summary = summary_of(viewer);
  REQUIRE(summary["cameras"].size() == 3);
  for (const json& camera : summary["cameras"]) {
    CHECK(camera["frames"] == 5);
    CHECK(camera["width"] == 320);
  }
  CHECK(summary["cameras"][2]["packets"] > 0);
}

TEST_CASE("files written for several cameras have separate names") {
  const TemporaryDirectory directory;
  SenderProgram first(test_card()), second(test_card());
  ViewerProgram viewer({first.url(), second.url(), "--frames", "3", "--save", directory / "saved",
                        "--record", directory / "film.mkv", "--snapshot", directory / "last.jpg"});
  const int code = viewer.wait();
  INFO(viewer.describe());
  REQUIRE(code == 0);
  CHECK(files_in(directory.path()) ==
        std::vector<std::string>{"film-camera1.mkv", "film-camera2.mkv", "last-camera1.jpg",
                                 "last-camera2.jpg", "saved"});
  for (const char* camera : {"saved/camera1", "saved/camera2"})
    CHECK(files_in(directory / camera).size() == 3);
}

TEST_CASE("without a window each camera has a status line with its name") {
  SenderProgram first(test_card()), second(test_card());
  ViewerProgram viewer({first.url(), second.url()});
  viewer.wait_for("127.0.0.1:" + std::to_string(first.port()) + ":  ");
  viewer.wait_for("127.0.0.1:" + std::to_string(second.port()) + ":  ");
  check_ends(viewer, SIGINT);
}

TEST_CASE("a camera that stalls within a frame does not age the others") {
  TcpListener stalled;
  SenderProgram sender(test_card());
  ViewerProgram viewer(
      {stalled.url(), sender.url(), "--frames", "30", "--timeout", "4", "--summary", "-"});
  TcpPeer peer = stalled.accept();
  peer.send(with_size(make_jpeg(320, 240)).substr(0, 400));
  const int code = viewer.wait();
  INFO(viewer.describe());
  CHECK(code == 1);
  CHECK_THAT(viewer.err(), Contains("1 of 2 cameras failed: no frame from " + stalled.url()));
  const std::string out = viewer.out();
  const json summary = json::parse(out.substr(out.rfind("{\"cameras\"")));
  CHECK(summary["cameras"][0]["frames"] == 0);
  CHECK(summary["cameras"][1]["frames"] == 30);
  CHECK(summary["cameras"][1]["age_ms"]["p50"] < 1000);
}

TEST_CASE("options for one camera are usage errors with several cameras") {
  const Command two{"tcp://a:1", "tcp://b:2"};
  CHECK_THAT(wrong_usage({"tcp://a:1", "tcp://b:2", "tcp://a:1"}),
             Contains("tcp://a:1 is given twice"));
  CHECK_THAT(wrong_usage(two + Command{"-p", "2600"}), Contains("-p applies to one sender"));
  CHECK_THAT(wrong_usage(two + Command{"-s", "c"}), Contains("-s applies to one sender"));
  CHECK_THAT(wrong_usage(two + Command{"--listen", "tcp://2500"}), Contains("--listen"));
  for (const Command& option :
       {Command{"--trace"}, Command{"--naive"}, Command{"--explain"}, Command{"--trace-file", "t"}})
    CHECK_THAT(wrong_usage(two + option), Contains("apply to one stream"));
  CHECK_THAT(wrong_usage({"tcp://a:1", "rtp://127.0.0.1:5004", "--read-size", "9"}),
             Contains("rtp://127.0.0.1:5004 is a stream of datagrams"));
}

}  // namespace mosaic_test
