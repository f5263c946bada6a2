#include "viewer/camera/statistics.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "app/process_usage.hpp"
#include "support/statistics_bench.hpp"

namespace jpegwire::statistics_test {
namespace {

using nlohmann::json;
using std::chrono::seconds;
using Bench = StatisticsBench;

TEST_CASE("the summary of a run without a frame has every field") {
  Bench bench;
  bench.now += seconds{2};
  const json summary = bench.summary();
  for (const char* name :
       {"url",           "seconds",        "frames",  "fps",           "bytes",
        "displayed",     "skipped_decode", "lost",    "patched",       "corrupt",
        "refused",       "reconnects",     "reads",   "age_ms",        "stages_ms",
        "interval_ms",   "width",          "height",  "cpu_seconds",   "peak_rss_kb",
        "oldest_age_ms", "rate_mbit",      "quality", "skipped_waited"})
    CHECK(summary.contains(name));
  CHECK(summary["url"] == "tcp://localhost:2500");
  CHECK(summary["seconds"] == 2.0);
  CHECK(summary["frames"] == 0);
  CHECK(summary["fps"] == 0.0);
  CHECK(summary["age_ms"].is_null());
  CHECK(summary["stages_ms"] == json::object());
  CHECK(summary["rate_mbit"].is_null());
  CHECK(summary["quality"].is_null());
  CHECK(summary["reads"]["per_frame_p50"].is_null());
  CHECK(summary["reads"]["partial_frames"] == 0);
}

TEST_CASE("waiting for the sender does not lower the frame rate of the summary") {
  Bench bench;
  bench.now += seconds{10};
  for (int frame = 0; frame < 31; ++frame) {
    bench.decode();
    bench.now += milliseconds{40};
  }
  bench.now += seconds{5};
  const json summary = bench.summary();
  CHECK(summary["frames"] == 31);
  CHECK(summary["fps"] == 25.0);
  CHECK(summary["seconds"] == Approx(16.24));
  CHECK(summary["interval_ms"]["p50"].get<double>() == Approx(40).epsilon(0.01));
  CHECK(summary["interval_ms"]["p99"].get<double>() == Approx(40).epsilon(0.01));
}

TEST_CASE("a timeline has the time and the age of each frame after the warm-up") {
  Bench bench;
  bench.decode(milliseconds{7});
  CHECK(bench.statistics.timeline() == json::array());  // nobody asked
  bench.statistics.keep_timeline(2);
  bench.decode(milliseconds{9});
  bench.statistics.reset();
  const auto decode_at = [&](int milliseconds_later, std::optional<microseconds> age) {
    DecodedFrame frame;
    frame.decoded = WallTime(seconds{1'700'000'000}) + milliseconds{milliseconds_later};
    frame.age = age;
    bench.statistics.frame_decoded(frame);
  };
  decode_at(250, microseconds{12'345});
  decode_at(500, std::nullopt);
  decode_at(750, microseconds{1});  // more than it was to keep
  const json timeline = bench.statistics.timeline();
  REQUIRE(timeline.size() == 2);
  CHECK(timeline[0][0].get<double>() - 1'700'000'000 == Approx(0.25).margin(1e-6));
  CHECK(timeline[0][1] == 12.345);
  CHECK(timeline[1][0].get<double>() - 1'700'000'000 == Approx(0.5).margin(1e-6));
  CHECK(timeline[1][1].is_null());
}

TEST_CASE("a reset of the statistics discards the warm-up") {
  Bench bench;
  bench.receive(stamp(1));
  bench.decode(milliseconds{500});
  bench.now += seconds{3};
  bench.statistics.reset();
  CHECK(bench.summary()["frames"] == 0);
  CHECK(bench.summary()["seconds"] == 0.0);
  CHECK(bench.summary()["age_ms"].is_null());
  bench.receive(stamp(9));
  bench.decode(milliseconds{10});
  bench.now += seconds{2};
  const json summary = bench.summary();
  CHECK(summary["frames"] == 1);
  CHECK(summary["lost"] == 0);
  CHECK(summary["seconds"] == 2.0);
  CHECK(summary["age_ms"]["max"] == 10.0);
}

TEST_CASE("the summary contains the distribution of ages") {
  Bench bench;
  for (int i = 1; i <= 200; ++i) bench.decode(milliseconds{i});
  const json ages = bench.summary()["age_ms"]["cdf"];
  REQUIRE(ages.size() == 21);
  CHECK(ages[0].get<double>() == Approx(1).epsilon(0.01));
  CHECK(ages[1].get<double>() == Approx(10).epsilon(0.01));
  CHECK(ages[10].get<double>() == Approx(100).epsilon(0.01));
  CHECK(ages[20].get<double>() == Approx(200).epsilon(0.01));
}

TEST_CASE("bytes and reads are counted per frame and per read") {
  Bench bench;
  for (const std::size_t reads : {1, 1, 3, 5, 2}) bench.receive({}, 1000, reads);
  for (const std::size_t bytes : {100, 16'384, 16'384}) bench.statistics.read(bytes);
  const json summary = bench.summary();
  CHECK(summary["bytes"] == 5000);
  CHECK(summary["reads"]["per_frame_p50"] == 2);
  CHECK(summary["reads"]["per_frame_max"] == 5);
  CHECK(summary["reads"]["partial_frames"] == 3);
  CHECK(summary["reads"]["bytes_p50"].get<double>() == Approx(16'384).epsilon(0.01));
}

TEST_CASE("ages and stages are in milliseconds") {
  Bench bench;
  for (int i = 1; i <= 100; ++i)
    bench.statistics.frame_decoded({.width = 640,
                                    .height = 480,
                                    .age = milliseconds{i},
                                    .oldest_age = milliseconds{10 * i},
                                    .encode = microseconds{2500},
                                    .network = std::nullopt,
                                    .decode = microseconds{-3}});
  const json summary = bench.summary();
  CHECK(summary["age_ms"]["p50"].get<double>() == Approx(50).epsilon(0.01));
  CHECK(summary["age_ms"]["p90"].get<double>() == Approx(90).epsilon(0.01));
  CHECK(summary["age_ms"]["p99"].get<double>() == Approx(99).epsilon(0.01));
  CHECK(summary["age_ms"]["max"] == 100.0);
  CHECK(summary["oldest_age_ms"]["p50"].get<double>() == Approx(500).epsilon(0.01));
  CHECK(summary["oldest_age_ms"]["p99"].get<double>() == Approx(990).epsilon(0.01));
  CHECK(summary["stages_ms"]["encode"]["p50"].get<double>() == Approx(2.5).epsilon(0.01));
  CHECK(summary["stages_ms"]["decode"]["p99"] == 0.0);
  CHECK_FALSE(summary["stages_ms"].contains("network"));
  CHECK(summary["width"] == 640);
  CHECK(summary["height"] == 480);
}

TEST_CASE("gaps in the sequence numbers are lost frames") {
  Bench bench;
  for (const std::uint32_t sequence : {5u, 6u, 7u}) bench.receive(stamp(sequence));
  CHECK(bench.lost() == 0);
  bench.receive(stamp(10));
  CHECK(bench.lost() == 2);
  bench.receive(stamp(10));
  CHECK(bench.lost() == 2);
}

TEST_CASE("losses are counted correctly when sequence numbers wrap around") {
  Bench bench;
  bench.receive(stamp(0xffff'fffe));
  bench.receive(stamp(0xffff'ffff));
  bench.receive(stamp(0));
  CHECK(bench.lost() == 0);
  bench.receive(stamp(0xffff'fff0, 8));
  bench.receive(stamp(2, 8));
  CHECK(bench.lost() == 17);
}

TEST_CASE("a step backward is no loss, and counting continues from there") {
  Bench bench;
  bench.receive(stamp(1000));
  bench.receive(stamp(0));
  bench.receive(stamp(1));
  CHECK(bench.lost() == 0);
  bench.receive(stamp(3));
  CHECK(bench.lost() == 1);
}

TEST_CASE("a new stream or connection starts a new sequence") {
  Bench bench;
  bench.receive(stamp(100));
  bench.receive(stamp(5000, 8));
  CHECK(bench.lost() == 0);
  bench.statistics.reconnected();
  bench.receive(stamp(9000, 8));
  CHECK(bench.lost() == 0);
  CHECK(bench.summary()["reconnects"] == 1);
}

TEST_CASE("frames without a stamp are never lost") {
  Bench bench;
  for (int i = 0; i < 10; ++i) bench.receive({});
  CHECK(bench.lost() == 0);
}

TEST_CASE("a frame that is given up before any of it was decoded is lost") {
  Bench bench;
  bench.receive(stamp(5));
  bench.statistics.frame_given_up(0, stamp(6), false);
  CHECK(bench.lost() == 1);
  bench.receive(stamp(7));
  CHECK(bench.lost() == 1);
}

TEST_CASE("missing frames between incomplete ones are lost") {
  Bench bench;
  bench.receive(stamp(5));
  bench.statistics.frame_given_up(0, stamp(8), false);
  CHECK(bench.lost() == 3);
  bench.statistics.frame_given_up(0, stamp(10), true);
  CHECK(bench.lost() == 4);
}

TEST_CASE("a frame that was begun is counted once, by the decoder") {
  Bench bench;
  bench.receive(stamp(5));
  bench.statistics.frame_given_up(0, stamp(6), true);
  CHECK(bench.lost() == 0);
  SECTION("as patched") {
    bench.patch();
    CHECK(bench.lost() == 0);
    CHECK(bench.summary()["patched"] == 1);
  }
  SECTION("as lost") {
    bench.statistics.lost();
    CHECK(bench.lost() == 1);
    CHECK(bench.summary()["patched"] == 0);
  }
}

TEST_CASE("a frame that is given up without its number is counted once, by its gap") {
  Bench bench;
  bench.receive(stamp(5));
  bench.statistics.frame_given_up(0, {}, false);
  CHECK(bench.lost() == 0);
  bench.receive(stamp(7));
  CHECK(bench.lost() == 1);
}

TEST_CASE("without sequence numbers, lost frames are counted when they are given up") {
  Bench bench;
  bench.receive({});
  bench.statistics.frame_given_up(0, {}, false);
  bench.statistics.frame_given_up(0, {}, false);
  bench.statistics.frame_given_up(0, {}, true);
  CHECK(bench.lost() == 2);
}

TEST_CASE("patched frames have their own count and are included in the live rate") {
  Bench bench;
  for (int frame = 0; frame < 61; ++frame) {
    bench.now += milliseconds{20};
    if (frame % 2 == 0)
      bench.decode(milliseconds{8});
    else
      bench.patch();
  }
  CHECK(bench.statistics.live().patched == 30);
  CHECK(bench.statistics.live().frames_per_second == Approx(50).epsilon(0.01));
  CHECK(bench.statistics.frames_decoded() == 61);
  const json summary = bench.summary();
  CHECK(summary["frames"] == 31);
  CHECK(summary["patched"] == 30);
  CHECK(summary["fps"] == 50.0);
  CHECK(summary["interval_ms"]["p50"].get<double>() == Approx(20).epsilon(0.01));
}

TEST_CASE("the loss is the share of frames that are lost, or patched for lack of packets") {
  Bench bench;
  CHECK_FALSE(bench.statistics.live().loss_percent);
  for (std::uint32_t i = 0; i < 96; ++i) bench.receive(stamp(i));
  CHECK(bench.statistics.live().loss_percent == 0.0);
  bench.receive(stamp(98));  // two are missing
  bench.patch();
  CHECK(bench.statistics.live().loss_percent == 3.0);
  CHECK_FALSE(bench.statistics.live().packet_loss_percent);
  bench.now += seconds{6};
  bench.receive(stamp(99));
  CHECK(bench.statistics.live().loss_percent == 0.0);
}

TEST_CASE("the loss of a stream without sequence numbers or packets is unknown, not 0") {
  Bench bench;
  bench.receive(std::nullopt);
  CHECK_FALSE(bench.statistics.live().loss_percent);
  bench.statistics.packets({.received = 10, .lost = 0, .recovered = 0});
  bench.receive(std::nullopt);
  CHECK(bench.statistics.live().loss_percent == 0.0);
}

TEST_CASE("the loss of packets counts from one frame to the next, also after a warm-up") {
  Bench bench;
  bench.statistics.packets({.received = 900, .lost = 100, .recovered = 0});
  CHECK(bench.statistics.live().packet_loss_percent == 10.0);
  bench.statistics.reset();
  bench.statistics.packets({.received = 998, .lost = 102, .recovered = 1});
  CHECK(bench.statistics.live().packet_loss_percent == 2.0);
}

TEST_CASE("cards count as frames, and apart") {
  Bench bench;
  bench.decode();
  DecodedFrame card;
  card.no_signal = true;
  bench.statistics.frame_decoded(card);
  CHECK(bench.summary()["frames"] == 2);
  CHECK(bench.summary()["no_signal"] == 1);
}

TEST_CASE("every discard has its counter") {
  Bench bench;
  bench.statistics.skipped_frozen();
  bench.statistics.displayed();
  bench.statistics.skipped_decode(3);
  bench.statistics.skipped_display(2);
  bench.statistics.skipped_waited(4);
  bench.statistics.refused(JpegVerdict::progressive);
  bench.statistics.lost();
  const json summary = bench.summary();
  CHECK(summary["displayed"] == 1);
  CHECK(summary["skipped_decode"] == 3);
  CHECK(summary["corrupt"] == 1);
  CHECK(summary["lost"] == 1);
  CHECK(summary["skipped_display"] == 2);
  CHECK(summary["skipped_frozen"] == 1);
  CHECK(summary["skipped_waited"] == 4);
  CHECK(bench.statistics.live().skipped == 9);
  CHECK(bench.statistics.live().frozen == 1);
}

TEST_CASE("what a link carries, and the quality, are in the summary and in the figures") {
  constexpr double kMegabits = 20;
  Bench bench;
  WallTime time{seconds(1'700'000'000)};
  const auto arrive = [&](int quality) {
    time += milliseconds(33);
    bench.now += milliseconds(33);
    constexpr std::size_t kBytes = 60'000;
    bench.statistics.frame_arrived(
        {.size_bytes = kBytes,
         .first_byte = time - microseconds(static_cast<std::int64_t>(kBytes * 8 / kMegabits)),
         .last_byte = time,
         .size = {1280, 720},
         .quality = quality});
    bench.decode();
  };
  for (int i = 0; i < 10; ++i) arrive(80);
  CHECK(describe_size(bench.statistics.live()) == "1280x720");
  for (int i = 0; i < 30; ++i) arrive(57);
  CHECK(describe_size(bench.statistics.live()) == "1280x720 q57: this link carries 20 Mbit/s");
  const json summary = bench.summary();
  CHECK(summary["quality"] == json{{"p50", 57}, {"min", 57}, {"max", 80}});
  for (const char* figure : {"p50", "min", "max"})
    CHECK(summary["rate_mbit"][figure].get<double>() == Approx(kMegabits).epsilon(0.01));
  bench.statistics.reconnected();
  CHECK(describe_size(bench.statistics.live()) == "1280x720");
}

TEST_CASE("refused frames are counted by reason, and since a frame was shown") {
  Bench bench;
  CHECK_FALSE(bench.statistics.refusals());
  bench.statistics.refused(JpegVerdict::truncated);
  bench.statistics.frame_decoded({});
  CHECK_FALSE(bench.statistics.refusals());
  bench.statistics.refused(JpegVerdict::progressive);
  bench.statistics.refused(JpegVerdict::progressive);
  REQUIRE(bench.statistics.refusals());
  CHECK(describe(*bench.statistics.refusals()) == "2 frames refused: progressive JPEG");
  CHECK_THAT(describe(bench.statistics.live()),
             Catch::EndsWith("2 frames refused: progressive JPEG"));
  const json summary = bench.summary();
  CHECK(summary["corrupt"] == 3);
  CHECK(summary["refused"] == json{{"truncated", 1}, {"progressive", 2}});
}

TEST_CASE("refused packets are counted by reason, and named if no frame is refused") {
  Bench bench;
  const RefusedPacket h264{PacketFault::other_payload_type, 96, 26};
  bench.statistics.packet_refused({PacketFault::not_rtp, 0, 26});
  bench.statistics.frame_decoded({});
  CHECK_FALSE(bench.statistics.refusals());
  bench.statistics.packet_refused(h264);
  bench.statistics.packet_refused(h264);
  REQUIRE(bench.statistics.refusals());
  CHECK(describe(*bench.statistics.refusals()) ==
        "2 packets refused: payload type 96, not RTP/JPEG (26)");
  CHECK(bench.statistics.refused_packets() == json{{"not_rtp", 1}, {"other_payload_type", 2}});
  CHECK(bench.summary()["corrupt"] == 0);
  bench.statistics.refused(JpegVerdict::progressive);
  CHECK(describe(*bench.statistics.refusals()) == "1 frame refused: progressive JPEG");
}

TEST_CASE("three threads can report at the same time") {
  Statistics statistics;
  constexpr std::uint32_t kFrames = 10'000;
  {
    std::jthread io([&] {
      for (std::uint32_t i = 0; i < kFrames; ++i) statistics.frame_received(100, 1, stamp(2 * i));
    });
    std::jthread decoder([&] {
      for (std::uint32_t i = 0; i < kFrames; ++i)
        statistics.frame_decoded({.width = 8,
                                  .height = 8,
                                  .age = milliseconds{1},
                                  .oldest_age = milliseconds{1},
                                  .encode = std::nullopt,
                                  .network = std::nullopt,
                                  .decode = std::nullopt});
    });
    for (std::uint32_t i = 0; i < kFrames; ++i) statistics.displayed();
    CHECK(statistics.live().lost < kFrames);
  }
  const json summary = statistics.summary("");
  CHECK(summary["frames"] == kFrames);
  CHECK(summary["displayed"] == kFrames);
  CHECK(summary["lost"] == kFrames - 1);
  CHECK(summary["bytes"] == 100 * kFrames);
}

TEST_CASE("a process can measure its CPU time and memory") {
  const ProcessUsage before = process_usage();
  const auto more_than_ever = static_cast<std::size_t>(before.peak_rss_kb + 20'000) * 1024;
  const std::vector<char> memory(more_than_ever, 'x');
  volatile std::uint64_t sum = 0;
  while (process_usage().cpu_seconds < before.cpu_seconds + 0.02)
    for (const char c : memory) sum = sum + static_cast<std::uint64_t>(c);
  CHECK(process_usage().peak_rss_kb >= before.peak_rss_kb + 20'000);
}

}  // namespace
}  // namespace jpegwire::statistics_test
