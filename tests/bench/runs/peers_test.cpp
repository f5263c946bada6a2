#include "bench/runs/peers.hpp"

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <catch2/catch.hpp>

#include "bench/report/beside_peers.hpp"
#include "bench/report/terminal_report.hpp"
#include "bench/runs/commands.hpp"
#include "bench/runs/fake_camera.hpp"
#include "bench/runs/tcp_sockets.hpp"
#include "support/bench_runs.hpp"

namespace jpegwire::peers_test {
namespace {

using Catch::Matchers::Contains;

const Peer* peer_named(std::string_view name) {
  return &*std::ranges::find(peers(), name, &Peer::name);
}

Case camera_case(const std::string& source) {
  Case one;
  one.source = source;
  one.size = PictureSize{1280, 720};
  one.optical = true;
  return one;
}

/// The known results of a run with a peer.
Run peer_run(double age_ms, double cpu_seconds) {
  Run run = good_run(age_ms);
  run.sender = run.sender_begin = run.sender_end = nullptr;
  run.sender_threads = {{"main", cpu_seconds}};
  run.sender_cpu_seconds = cpu_seconds;
  run.viewers[0]["bytes"] = 15'000'000;
  return run;
}

Results beside_two_peers() {
  Results results;
  for (const char* sender : {kJpegwire, "ustreamer", "GStreamer"}) {
    CaseResult& result = results.cases.emplace_back();
    result.measured = camera_case("fake:yuyv");
    result.measured.sender = sender;
  }
  for (const double slowness : {1.0, 2.0, 1.2}) {
    results.cases[0].runs.push_back(good_run(8 * slowness));
    results.cases[1].runs.push_back(peer_run(40 * slowness, 0.6));
    results.cases[2].runs.push_back(peer_run(16 * slowness, 1.08));
  }
  for (CaseResult& result : results.cases) {
    result.label = "1280x720, " + result.measured.sender;
    evaluate(result, results.machine);
  }
  return results;
}

}  // namespace

TEST_CASE("peers are measured once for all transports, and only in supported cases") {
  Matrix matrix{.sizes = {PictureSize{1280, 720}},
                .frame_rates = {30},
                .qualities = {80},
                .transports = {Transport::tcp, Transport::rtp},
                .viewers = {1, 2},
                .threads = {2},
                .sources = {"fake:yuyv"}};
  matrix.peers = {peer_named("ustreamer"), peer_named("ffmpeg")};
  std::vector<std::string> names;
  for (const Case& one : cases_of(matrix))
    names.push_back(one.sender + " " + std::string(name_of(one.transport)) + " " +
                    std::to_string(one.viewers));
  CHECK(names == std::vector<std::string>{"jpegwire tcp 1", "ustreamer http 1", "ffmpeg tcp 1",
                                          "jpegwire tcp 2", "ustreamer http 2", "jpegwire rtp 1",
                                          "jpegwire rtp 2"});
}

TEST_CASE("the command of each peer has the camera, the size, the rate and the port") {
  for (const Peer& peer : peers()) {
    INFO(peer.name);
    const std::string line =
        to_shell(peer.command(camera_case("/dev/video7:yuyv"), {"127.0.0.1", 4321}));
    CHECK_THAT(line, Contains("/dev/video7") && Contains("1280") && Contains("720") &&
                         Contains("30") && Contains("4321"));
  }
}

TEST_CASE("each program has its own fake camera") {
  const Case one = camera_case("fake:mjpg");
  CHECK(to_shell(with_fake_camera("/x/fake.so", one, {"ffmpeg", "-i", "/dev/video0"})) ==
        "env LD_PRELOAD=/x/fake.so FAKECAM_FORMATS=MJPG:1280x720@30 FAKECAM_CLOCK=1 ffmpeg -i "
        "/dev/video0");
}

TEST_CASE("all senders get the same format from a real camera") {
  CHECK(is_camera("/dev/v4l/by-id/usb:1-video:mjpg"));
  CHECK_FALSE(is_camera("/dev/video0"));
  CHECK(camera_device("/dev/v4l/by-id/usb:1-video:mjpg") == "/dev/v4l/by-id/usb:1-video");
  CHECK_THAT(to_shell(sender_command("s", camera_case("/dev/video0:yuyv"), {}, {})),
             Contains("--source /dev/video0 ") && Contains("--passthrough off"));
  CHECK_THAT(to_shell(sender_command("s", camera_case("/dev/video0:mjpg"), {}, {})),
             !Contains("--passthrough"));
}

TEST_CASE("the frames of a peer are counted at its viewers") {
  const Figures figures = figures_of(peer_run(20, 1.5), camera_case("fake:yuyv"));
  CHECK(figures.at("age_p50_ms") == Approx(20));
  CHECK(figures.at("sender_cpu_ms") == Approx(10));
  CHECK(figures.at("cpu_other_sender_ms") == Approx(10));
  CHECK(figures.at("kb_per_frame") == Approx(100));
  CHECK_FALSE(figures.contains("captured_fps"));
  CHECK_FALSE(figures.contains("cpu_encode_ms"));
}

TEST_CASE("jpegwire's figures are compared with the best peer's, run by run") {
  const Results results = beside_two_peers();
  const std::vector<PeerRatio> ratios = ratios_to_best_peers(results);
  REQUIRE(ratios.size() == 4);
  CHECK(ratios[0].figure == "fps");
  CHECK(ratios[0].ratio.median == Approx(1));
  CHECK(ratios[1].figure == "age_p50_ms");
  CHECK(ratios[1].peer == "GStreamer");
  CHECK(ratios[1].ratio.median == Approx(0.5));
  CHECK(ratios[1].ratio.greatest == Approx(0.5));  // slow rounds are slow for both
  CHECK(ratios[3].figure == "sender_cpu_ms");
  CHECK(ratios[3].peer == "ustreamer");
  CHECK(ratios[3].ratio.median == Approx(0.9));
  CHECK(describe_ratios(results) ==
        std::vector<std::string>{
            "1280x720, jpegwire: frames/s 1.00 (1.00-1.00) of ustreamer's, age p50 0.50 "
            "(0.50-0.50) of GStreamer's, age p99 0.50 (0.50-0.50) of GStreamer's, sender's CPU "
            "0.90 (0.90-0.90) of ustreamer's"});
}

TEST_CASE("the peer with the most frames per second is the best") {
  Results results = beside_two_peers();
  for (Run& run : results.cases[1].runs)
    run.viewers[0]["fps"] = run.viewers[0]["fps"].get<double>() / 2;
  evaluate(results.cases[1], results.machine);
  const PeerRatio ratio = ratios_to_best_peers(results).at(0);
  CHECK(ratio.figure == "fps");
  CHECK(ratio.peer == "GStreamer");
  CHECK(ratio.ratio.median == Approx(1));
}

TEST_CASE("a peer has no verdict, and a missing peer is listed") {
  Results results = beside_two_peers();
  results.options.matrix = two_cases({8}).options.matrix;
  results.skipped = {"ffmpeg is skipped: it is not installed (Debian: ffmpeg)"};
  const std::string text = describe(results);
  CHECK_THAT(text, Contains("1280x720, jpegwire\n  none:") && !Contains("1280x720, ustreamer\n") &&
                       Contains("note: ffmpeg is skipped"));
}

TEST_CASE("sockets are counted by local port") {
  asio::io_context io;
  const asio::ip::tcp::endpoint any(asio::ip::address_v4::loopback(), 0);
  asio::ip::tcp::acceptor acceptor(io, any);
  const std::uint16_t port = acceptor.local_endpoint().port();
  CHECK(tcp_sockets_at(port).listening == 1);
  CHECK(tcp_sockets_at(port).connected == 0);
  asio::ip::tcp::socket viewer(io);
  viewer.connect(acceptor.local_endpoint());
  const asio::ip::tcp::socket accepted = acceptor.accept();
  CHECK(tcp_sockets_at(port).connected == 1);
  acceptor.close();
  CHECK(tcp_sockets_at(port).listening == 0);
}

}  // namespace jpegwire::peers_test
