#include "bench/runs/remote_viewers.hpp"

#include <catch2/catch.hpp>

#include "app/child_process.hpp"

namespace jpegwire::remote_viewers_test {
namespace {

using Catch::Matchers::Contains;

constexpr std::chrono::seconds kTimeout{30};

/// A collector, and clients that send the same requests as the other machine's shell.
struct Stage {
  std::unique_ptr<ChildProcess> ask_after(const std::string& run) {
    return std::make_unique<ChildProcess>(
        loop.io(), Command{"curl", "-sS", "--noproxy", "*", collector.url() + "/after/" + run});
  }
  bool waits(const ChildProcess& child) {
    return loop.wait(kTimeout, [&] { return collector.is_asked() || child.has_ended(); }) &&
           !child.has_ended();
  }
  std::string answer_to(const ChildProcess& child) {
    REQUIRE(loop.wait(kTimeout, [&] { return child.has_ended(); }));
    INFO(child.err());
    CHECK(child.exit_code() == 0);
    return child.out();
  }
  std::string post(const std::string& run, const std::string& text) {
    return answer_to(ChildProcess(loop.io(), {"curl", "-sS", "--noproxy", "*", "--data-binary",
                                              text, collector.url() + "/" + run}));
  }

  EventLoop loop;
  SummaryCollector collector{loop.io(), "127.0.0.1"};
};

TEST_CASE("a request for the next run is answered when a later run opens") {
  Stage stage;
  const auto early = stage.ask_after("0");
  REQUIRE(stage.waits(*early));
  stage.collector.open(1, 2);
  CHECK(stage.answer_to(*early) == "1.2\n");
  CHECK(stage.answer_to(*stage.ask_after("0")) == "1.2\n");
  const auto ahead = stage.ask_after("1.2");
  REQUIRE(stage.waits(*ahead));
  stage.collector.close();
  stage.collector.open(2, 1);
  CHECK(stage.answer_to(*ahead) == "2.1\n");
}

TEST_CASE("a request after a failed run waits for the next run") {
  Stage stage;
  stage.collector.open(1, 1);
  stage.collector.close();
  const auto late = stage.ask_after("0");
  REQUIRE(stage.waits(*late));
  stage.collector.dismiss();
  CHECK(stage.answer_to(*late).empty());
  CHECK(stage.answer_to(*stage.ask_after("0")).empty());
}

TEST_CASE("summaries of the open run are accepted, and late ones answered and dropped") {
  Stage stage;
  stage.collector.open(1, 1);
  stage.collector.open(2, 1);
  CHECK_THAT(stage.post("1.1", R"({"frames": 1})"), Contains("run 1.1 has already ended"));
  CHECK(stage.collector.summaries().empty());
  CHECK_THAT(stage.post("2.1", R"({"frames": 2})"), Contains("run 2.1: a viewer has ended"));
  stage.post("2.1", "");
  REQUIRE(stage.collector.summaries().size() == 2);
  CHECK(stage.collector.summaries()[0]["frames"] == 2);
  CHECK(stage.collector.summaries()[1].is_discarded());
}

TEST_CASE("a closed connection no longer counts as a request") {
  Stage stage;
  REQUIRE(stage.waits(*stage.ask_after("0")));
  CHECK(stage.loop.wait(kTimeout, [&] { return !stage.collector.is_asked(); }));
}

TEST_CASE("requests with a wrong path or an unknown target are rejected") {
  Stage stage;
  const std::string url = stage.collector.url();
  const std::string server = url.substr(0, url.rfind('/'));
  for (const std::string& wrong : {server + "/after/0", url, url + "/after/x", url + "/1.1"}) {
    INFO(wrong);
    const ChildProcess child(stage.loop.io(), {"curl", "-sS", "--noproxy", "*", wrong});
    REQUIRE(stage.loop.wait(kTimeout, [&] { return child.has_ended(); }));
    CHECK(child.exit_code() != 0);
  }
}

TEST_CASE(
    "the script has a line for each case, and receives on the address family of its machine") {
  const auto [host, any] =
      GENERATE(table<std::string, std::string>({{"127.0.0.1", "0.0.0.0"}, {"::1", "[::]"}}));
  EventLoop loop;
  BenchOptions options;
  options.matrix = {.sizes = {PictureSize{160, 120}},
                    .frame_rates = {30},
                    .qualities = {80},
                    .transports = {Transport::tcp, Transport::rtp},
                    .viewers = {2},
                    .threads = {1},
                    .sources = {"test"}};
  options.viewer_host = host;
  std::unique_ptr<RemoteViewers> viewers;
  try {
    viewers = std::make_unique<RemoteViewers>(loop, options);
  } catch (const std::exception& error) {
    if (host == "127.0.0.1") throw;
    WARN("skipped: this machine has no IPv6: " << error.what());
    return;
  }
  const std::string script = viewers->script();
  CHECK_THAT(script, Contains("*.1) for viewer in $(seq 0 1); do jpegwire-viewer") &&
                         Contains("*.2) for viewer") &&
                         Contains("\"rtp://" + any + ":$((5004 + 4 * viewer))\""));
}

}  // namespace
}  // namespace jpegwire::remote_viewers_test
