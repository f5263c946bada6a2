// Viewers that lie, that do not read, and that never have enough, beside a good one.

#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <limits>
#include <list>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "codec/time.hpp"
#include "end_to_end/http_sender.hpp"
#include "end_to_end/impairment_proxy.hpp"
#include "end_to_end/pictures.hpp"
#include "end_to_end/rtp_streams.hpp"
#include "end_to_end/udp_peer.hpp"
#include "net/rtp/format/rtcp_writer.hpp"
#include "net/stream/viewer_report.hpp"

using namespace jpegwire;
using nlohmann::json;

namespace bad_viewers_test {
namespace {

/// A sender with a good viewer, whose frames are adapted to its link as the others' are.
class Stage {
 public:
  explicit Stage(const Command& options = {})
      : sender(test_card({"--fps", "10", "--summary", "-"}) + options) {
    peer_.emplace(TcpPeer::connect(sender.http_port()));
    peer_->send(http_get("/stream?adapt=auto"));
    reader_.emplace(*peer_);
  }

  /// The good viewer's next frame, which has to be as good as if it were alone. In the moment in
  /// which another viewer's link becomes slow they still share a frame.
  FrameStamp check_next() {
    const std::string jpeg = reader_->next();
    const auto picture = decode(jpeg);
    REQUIRE(picture);
    CHECK(picture->width == 320);
    CHECK(picture->height == 240);
    quality_ = std::stoi(reader_->part().field("X-Quality"));
    CHECK(quality_ >= 45);
    return stamp_of(jpeg).value();
  }

  void check_frames(int count) {
    for (int i = 0; i < count; ++i) check_next();
  }

  /// Ends the sender, which has encoded no more than it may.
  json end() {
    CHECK(eventually([&] { return check_next(), quality_ == 80; }));
    peer_.reset();
    sender.send_signal(SIGINT);
    json summary = summary_of(sender);
    CHECK(summary["encodes"] <= 4 * summary["captured"].get<std::uint64_t>());
    CHECK(complaints_of(sender).empty());
    return summary;
  }

  HttpSender sender;

 private:
  std::optional<TcpPeer> peer_;
  std::optional<StreamReader> reader_;
  int quality_ = 0;
};

std::vector<json> viewers_of(const json& summary, const std::string& kind) {
  std::vector<json> viewers;
  for (const json& viewer : summary["viewers"])
    if (viewer["kind"] == kind) viewers.push_back(viewer);
  return viewers;
}

std::string report_of(const FrameReception& frame) {
  return std::string(as_text(Bytes(write_report({wall_now(), frame}))));
}

/// Reads frames, and reports each as it was not.
class Liar {
 public:
  explicit Liar(SenderProgram& sender) : peer_(TcpPeer::connect(sender.port())) {}

  void lie(int kind) {
    const FrameStamp stamp = stamp_of(peer_.receive_frame().value()).value();
    peer_.send(report_of(lie_about(stamp, kind)));
  }

 private:
  FrameReception lie_about(const FrameStamp& stamp, int kind) {
    constexpr auto kMost = std::numeric_limits<std::uint32_t>::max();
    const WallTime last_possible = std::chrono::sys_days(std::chrono::year(2200) / 1 / 1);
    FrameReception frame{.sequence = stamp.sequence,
                         .size_bytes = kMost,
                         .first_byte = stamp.send_time,
                         .last_byte = stamp.send_time};
    switch (kind) {
      case 0:  // slower and slower
        lie_ += milliseconds{1500};
        frame.first_byte = stamp.send_time + lie_;
        frame.last_byte = frame.first_byte + milliseconds{1400};
        return frame;
      case 1:  // infinitely fast
        return frame;
      case 2:  // backwards
        lie_ -= std::chrono::hours(1);
        frame.first_byte = frame.last_byte = stamp.send_time + lie_;
        return frame;
      case 3:  // all of the time that there is
        frame.first_byte = {};
        frame.last_byte = last_possible;
        return frame;
      case 4:  // the time 2^63, which is no time
        frame.last_byte = WallTime(microseconds(std::numeric_limits<std::int64_t>::min()));
        return frame;
      default:  // frames that were never sent
        frame.sequence += std::uint32_t{1} << 31;
        frame.last_byte = last_possible;
        return frame;
    }
  }

  TcpPeer peer_;
  microseconds lie_{};
};

}  // namespace

TEST_CASE("reports that lie change the liar's frames only") {
  Stage stage;
  std::list<Liar> liars;
  for (int kind = 0; kind < 5; ++kind) liars.emplace_back(stage.sender);
  Liar about_other_frames(stage.sender);
  about_other_frames.lie(5);  // and is sent hardly anything from now on
  for (int i = 0; i < 15; ++i) {
    int kind = 0;
    for (Liar& liar : liars) liar.lie(kind++);
    stage.check_next();
  }
  const json summary = stage.end();
  CHECK(summary["viewers_max"] == 7);
  std::vector<double> rates;
  for (const json& viewer : viewers_of(summary, "tcp")) rates.push_back(viewer["rate_mbit"]);
  CHECK(std::ranges::min(rates) < 1);
}

TEST_CASE("a slow viewer that comes and goes does not change the others' pictures") {
  Stage stage;
  stage.check_frames(2);
  for (int visit = 0; visit < 3; ++visit) {
    Liar visitor(stage.sender);
    for (int i = 0; i < 14; ++i) {
      visitor.lie(0);
      stage.check_next();
    }
  }
  const json summary = stage.end();
  const std::vector<json> visitors = viewers_of(summary, "tcp");
  CHECK(visitors.size() == 3);
  for (const json& visitor : visitors) CHECK(visitor["rate_mbit"] < 2);
}

TEST_CASE("a receiver over RTP that lies changes its own frames only") {
  const std::uint16_t port = free_udp_ports();
  const UdpPeer media(port);
  UdpPeer liar(static_cast<std::uint16_t>(port + 1));
  Stage stage({"--rtp", rtp_address(port)});
  liar.receive();  // the sender's report shows where to report
  WallTime time = wall_now();
  for (int i = 0; i < 20; ++i) {
    const FrameStamp stamp = stage.check_next();
    time += std::chrono::seconds(2);
    RtcpWriter slow;
    slow.frame_report(7, {.sequence = stamp.sequence,
                          .size_bytes = 1'000'000,
                          .first_byte = time,
                          .last_byte = time + milliseconds{1900},
                          .decode_time = {},
                          .wanted = {1, 1}});
    liar.reply(std::string(as_text(slow.bytes())));
    // Many receivers, which lie as well.
    for (std::uint32_t ssrc = 1000; ssrc < 1300; ++ssrc) {
      RtcpWriter other;
      other.frame_report(ssrc, {.sequence = stamp.sequence + ssrc, .wanted = {65'535, 1}});
      liar.reply(std::string(as_text(other.bytes())));
    }
  }
  const json summary = stage.end();
  const json stream = viewers_of(summary, "rtp").at(0);
  CHECK(stream["rate_mbit"] < 10);
  CHECK(stream["receivers"] <= 256);
}

TEST_CASE("a viewer that reports frames and does not read is sent no more than its buffers hold") {
  Stage stage;
  TcpPeer silent = TcpPeer::connect_with_small_buffer(stage.sender.port());
  FrameStamp newest;
  for (int i = 0; i < 25; ++i) {
    newest = stage.check_next();
    const WallTime arrival = newest.send_time + milliseconds{1};
    silent.send(report_of({.sequence = newest.sequence,
                           .size_bytes = 10'000,
                           .first_byte = arrival,
                           .last_byte = arrival}));
  }
  // What was on its way, and then only what was captured since.
  int old_frames = 0;
  while (stamp_of(silent.receive_frame().value())->sequence < newest.sequence) ++old_frames;
  CHECK(old_frames <= 8);
  const json summary = stage.end();
  CHECK(viewers_of(summary, "tcp").at(0)["skipped"].get<int>() + old_frames >= 10);
}

TEST_CASE("a hundred viewers that want another size with each report make no more work") {
  constexpr int kViewers = 100;
  Stage stage({"--tcp-per-address", "101"});
  std::list<TcpPeer> viewers;
  for (int i = 0; i < kViewers; ++i) viewers.push_back(TcpPeer::connect(stage.sender.port()));
  std::mt19937 random(3);
  const auto any_size = [&] {
    return static_cast<int>(random() % 3 == 0 ? random() % 65'536 : random() % 700);
  };
  for (int round = 0; round < 12; ++round) {
    for (TcpPeer& viewer : viewers) {
      const FrameStamp stamp = stamp_of(viewer.receive_frame().value()).value();
      const WallTime arrival = stamp.send_time + milliseconds{1};
      viewer.send(report_of({.sequence = stamp.sequence,
                             .size_bytes = 10'000,
                             .first_byte = arrival,
                             .last_byte = arrival,
                             .decode_time = {},
                             .wanted = {any_size(), any_size()}}));
    }
    stage.check_next();
  }
  const json summary = stage.end();
  CHECK(summary["viewers_max"] == 1 + kViewers);
  CHECK(summary["encodes"] > 0);
}

TEST_CASE("reports without end disturb nobody else") {
  Stage stage;
  TcpPeer flooder = TcpPeer::connect(stage.sender.port());
  std::string reports;
  for (std::uint32_t i = 0; i < 100; ++i) reports += report_of({.sequence = i, .wanted = {1, 1}});
  const std::jthread flood([&] {
    while (flooder.try_send(reports)) {
    }
  });
  stage.check_frames(30);
  stage.end();
}

TEST_CASE("a frame that no viewer wants, because all want fewer, is not encoded") {
  HttpSender sender(test_card({"--fps", "30", "--summary", "-"}));
  {
    TcpPeer peer = TcpPeer::connect(sender.http_port());
    peer.send(http_get("/stream?fps=5"));
    StreamReader reader(peer);
    for (int i = 0; i < 7; ++i) reader.next();
  }
  sender.send_signal(SIGINT);
  const json summary = summary_of(sender);
  const auto watched =
      summary["captured"].get<std::uint64_t>() - summary["unwatched"].get<std::uint64_t>();
  CHECK(watched >= 25);
  CHECK(summary["skipped_link"] > 0);
  CHECK(2 * summary["encodes"].get<std::uint64_t>() < watched);
}

}  // namespace bad_viewers_test
