// RTP through a network that loses, reorders, duplicates and damages packets.

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <regex>

#include "end_to_end/pictures.hpp"
#include "end_to_end/rtp_streams.hpp"

using namespace jpegwire;
using nlohmann::json;

namespace rtp_bad_network_test {
namespace {

/// A sender of a looped video, a viewer that saves its frames, and the bad network between them.
class BadNetwork {
 public:
  BadNetwork(const Command& impairment, const Command& sending, const Command& viewing = {})
      : viewer_({Command{rtp_url(port_), "--timeout", "30", "--save", directory_ / "frames",
                         "--summary", "-"} +
                 viewing}),
        proxy_(port_, Command{"--seed", "7"} + impairment),
        sender_(video_.options(Command{"--rtp", rtp_address(proxy_.port()), "--summary", "-"} +
                               sending)) {
    viewer_.wait_for("waiting for");
    frames_sent_ = frames_over_tcp(sender_);
  }

  /// Waits until this many frames have been saved; only whole frames are saved.
  void wait_for_frames(std::size_t count) {
    const bool came = eventually([&] { return count_files(directory_ / "frames") >= count; });
    INFO(viewer_.describe());
    CHECK(came);
  }

  void wait_for_match(const std::string& pattern) {
    const std::regex regex(pattern);
    const bool came = eventually([&] { return std::regex_search(viewer_.err(), regex); });
    INFO(viewer_.describe());
    CHECK(came);
  }

  /// Ends the viewer first, so that it loses nothing at the end.
  void end() {
    seen_ = interrupt(viewer_);
    sent_ = interrupt(sender_)["viewers"];
    for (const json& viewer : sent_)
      if (viewer["kind"] == "rtp") rtp_ = viewer;
    passed_ = proxy_.end();
  }

  const json& seen() const { return seen_; }
  const json& rtp() const { return rtp_; }
  const json& passed() const { return passed_; }

  void check_saved(std::size_t least) const {
    check_all_sent(jpegs_in(directory_ / "frames"), frames_sent_, least);
  }

 private:
  const LoopedVideo video_;
  const TemporaryDirectory directory_;
  const std::uint16_t port_ = free_udp_ports();
  ViewerProgram viewer_;
  ImpairmentProxy proxy_;
  SenderProgram sender_;
  std::set<std::string> frames_sent_;
  json seen_, sent_, rtp_, passed_;
};

int count_of(const json& summary, const char* what) { return summary[what].get<int>(); }

}  // namespace

TEST_CASE("repair packets restore lost packets") {
  BadNetwork network({"--drop", "3"}, {"--fec", "40"});
  network.wait_for_frames(100);
  network.end();
  const json& seen = network.seen();
  INFO(seen << network.rtp());
  CHECK(network.rtp()["repair_packets"] > 0);
  CHECK(network.passed()["media"]["dropped"] > 0);
  CHECK(seen["packets_recovered"] > 0);
  CHECK(seen["packets_recovered"] <= seen["packets_lost"]);
  const int whole = count_of(seen, "frames") + count_of(seen, "skipped_decode") +
                    count_of(seen, "skipped_waited");
  const int spoiled = count_of(seen, "patched") + count_of(seen, "lost");
  // A sanitizer slows both ends so much that some repairs come too late.
  CHECK(whole >= (is_slowed_down() ? 1 : 9) * spoiled);
  network.check_saved(100);
}

TEST_CASE("repair packets restore a burst of lost packets") {
  BadNetwork network({"--burst", "5", "--burst-length", "3"}, {"--fec", "50"});
  network.wait_for_frames(50);
  network.end();
  INFO(network.seen());
  CHECK(network.seen()["packets_recovered"] > 0);
  network.check_saved(50);
}

TEST_CASE("lost packets are sent again on request") {
  BadNetwork network({"--drop", "3"}, {"--nack"});
  network.wait_for_frames(100);
  network.end();
  INFO(network.seen() << network.rtp());
  CHECK(network.seen()["packets_recovered"] > 0);
  CHECK(network.rtp()["retransmitted"] > 0);
  CHECK(network.rtp()["repair_packets"] == 0);
  network.check_saved(100);
}

TEST_CASE("without --nack no packet is sent again") {
  BadNetwork network({"--drop", "10"}, {});
  network.wait_for_frames(20);
  network.end();
  CHECK(network.seen()["packets_lost"] > 0);
  CHECK(network.seen()["packets_recovered"] == 0);
  CHECK(network.rtp()["retransmitted"] == 0);
  network.check_saved(20);
}

TEST_CASE("reordered and duplicated packets produce the same frames") {
  const auto sending = GENERATE(values<Command>({{}, {"--fec", "40"}, {"--nack"}}));
  INFO((sending.empty() ? "" : sending[0]));
  BadNetwork network({"--reorder", "20", "--reorder-depth", "4", "--duplicate", "20"}, sending);
  network.wait_for_frames(50);
  network.end();
  INFO(network.seen());
  CHECK(network.passed()["media"]["reordered"] > 0);
  CHECK(network.passed()["media"]["duplicated"] > 0);
  network.check_saved(50);
}

TEST_CASE("jitter of the network damages no frame") {
  BadNetwork network({"--delay", "20", "--jitter", "5"}, {});
  network.wait_for_frames(20);
  network.end();
  INFO(network.seen());
  CHECK(network.seen()["corrupt"] == 0);
  network.check_saved(20);
}

TEST_CASE("the viewer survives damaged and truncated packets") {
  const auto sending = GENERATE(values<Command>({{}, {"--fec", "40"}, {"--nack"}}));
  INFO((sending.empty() ? "" : sending[0]));
  BadNetwork network({"--corrupt", "5", "--truncate", "5", "--impair-rtcp"}, sending);
  network.wait_for_frames(30);
  network.end();
  INFO(network.seen());
  CHECK(network.passed()["media"]["corrupted"] > 0);
  CHECK(network.passed()["media"]["truncated"] > 0);
  CHECK(network.seen()["frames"] > 0);
}

TEST_CASE("with heavy loss the viewer shows partial frames") {
  BadNetwork network({"--drop", "30"}, {});
  network.wait_for_match(" [1-9][0-9]+ patched");
  network.wait_for_match(
      "loss [1-9][0-9]+ % of the frames, [1-9][0-9.]+ % of the packets, try --fec auto");
  network.end();
  CHECK(network.seen()["patched"] >= 10);
  CHECK(network.seen()["displayed"] > 0);
}

TEST_CASE("the option --whole-frames shows no partial frame") {
  BadNetwork network({"--drop", "10"}, {}, {"--whole-frames"});
  network.wait_for_frames(20);
  network.end();
  INFO(network.seen());
  CHECK(network.seen()["patched"] == 0);
  CHECK(network.seen()["lost"] > 0);
  network.check_saved(20);
}

TEST_CASE("the option --fec auto sends repair packets when packets are lost") {
  BadNetwork network({"--drop", "5"}, {"--fec", "auto"});
  network.wait_for_frames(60);
  network.end();
  CHECK(network.rtp()["repair_packets"] > 0);
  CHECK(network.seen()["packets_recovered"] > 0);
}

TEST_CASE("the option --fec auto sends no repair packets while nothing is lost") {
  BadNetwork network({}, {"--fec", "auto"});
  network.wait_for_frames(40);
  network.end();
  if (network.seen()["packets_lost"] == 0) CHECK(network.rtp()["repair_packets"] == 0);
}

}  // namespace rtp_bad_network_test
