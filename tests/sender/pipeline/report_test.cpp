#include "sender/pipeline/report.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace jpegwire::report_test {
namespace {

using Catch::Contains;
using nlohmann::json;

SenderReport report_at(double seconds, const PipelineCounts& counts) {
  SenderReport report;
  report.seconds = seconds;
  report.counts = counts;
  return report;
}

TEST_CASE("rates are those between two reports") {
  const SenderReport before = report_at(10, {.captured = 100, .encoded = 50, .bytes = 1000});
  const SenderReport now =
      report_at(12, {.captured = 160, .encoded = 90, .passthrough = 4, .bytes = 2000});
  const SenderRates rates = rates_between(before, now);
  CHECK(rates.captured == Approx(30));
  CHECK(rates.encoded == Approx(20));
  CHECK(rates.passed_on == Approx(2));
  CHECK(rates.bits == Approx(4000));
}

TEST_CASE("between a report and itself nothing happens") {
  const SenderReport report = report_at(10, {.captured = 100, .encoded = 50, .bytes = 1000});
  const SenderRates rates = rates_between(report, report);
  CHECK(rates.captured == 0);
  CHECK(rates.encoded == 0);
  CHECK(rates.passed_on == 0);
  CHECK(rates.bits == 0);
}

TEST_CASE("the progress line shows rates, viewers and skipped frames") {
  SenderReport now = report_at(1, {.captured = 30, .encoded = 25, .skipped_encode = 5});
  now.watching = 1;
  now.totals["http"].skipped = 2;
  now.totals["tcp"].skipped = 1;
  CHECK_THAT(describe_progress({}, now), Contains("30.0 frames/s captured") &&
                                             Contains("25.0 encoded") && Contains("1 viewer,") &&
                                             Contains("8 skipped"));
  now.watching = 2;
  CHECK_THAT(describe_progress({}, now), Contains("2 viewers,"));
}

TEST_CASE("the progress line says why the source shows nothing") {
  SenderReport now = report_at(1, {.no_signal = 30, .encoded = 30});
  CHECK_THAT(describe_progress({}, now), !Contains("no signal"));
  now.is_online = false;
  CHECK_THAT(describe_progress({}, now), Contains("0.0 frames/s captured, 30.0 encoded") &&
                                             Catch::EndsWith("0 skipped, no signal"));
  now.refused_since_shown = {.frames = 30, .latest = JpegVerdict::progressive};
  CHECK_THAT(describe_progress({}, now),
             Catch::EndsWith("no signal, 30 frames refused: progressive JPEG"));
}

TEST_CASE("the summary names why frames and packets were refused") {
  SenderReport report = report_at(1, {.captured = 2, .no_signal = 3});
  CHECK(summarize(report)["refused"] == json::object());
  CHECK(summarize(report)["refused_packets"] == json::object());
  report.refused.frames[static_cast<std::size_t>(JpegVerdict::progressive)] = 30;
  report.refused.packets[static_cast<std::size_t>(PacketFault::not_rtp)] = 4;
  const json summary = summarize(report);
  CHECK(summary["captured"] == 2);
  CHECK(summary["no_signal"] == 3);
  CHECK(summary["refused"] == json({{"progressive", 30}}));
  CHECK(summary["refused_packets"] == json({{"not_rtp", 4}}));
}

TEST_CASE("the summary has present and departed viewers") {
  SenderReport report;
  report.departed = {{.peer = "first", .kind = "tcp", .frames = 1}};
  report.viewers = {{.peer = "second", .kind = "http", .frames = 2}};
  report.rtp.push_back({.url = "rtp://192.0.2.1:5004", .statistics = {}});
  report.missed = 1;
  report.skipped_capture = 2;
  report.rejected = 3;
  report.evicted_for_place = 6;
  report.evicted_for_memory = 7;
  report.failed_requests = 4;
  report.snapshots = 5;
  const json summary = summarize(report);
  REQUIRE(summary["viewers"].size() == 3);
  CHECK(summary["viewers"][0]["peer"] == "first");
  CHECK(summary["viewers"][1]["kind"] == "http");
  CHECK(summary["viewers"][1]["frames"] == 2);
  CHECK(summary["viewers"][2]["kind"] == "rtp");
  CHECK(summary["missed"] == 1);
  CHECK(summary["skipped_capture"] == 2);
  CHECK(summary["rejected"] == 3);
  CHECK(summary["evicted"] == json({{"place", 6}, {"memory", 7}}));
  CHECK(summary["failed_requests"] == 4);
  CHECK(summary["snapshots"] == 5);
}

TEST_CASE("the summary says what the link of an RTP stream carries, if its receivers report it") {
  SenderReport report;
  report.rtp.resize(2);
  report.rtp[1].statistics.link = {.is_adapted = true,
                                   .bytes_per_second = 2.5e6,
                                   .budget_bytes = 70'000,
                                   .group = 1,
                                   .quality = 57,
                                   .size = {1280, 720}};
  const json viewers = summarize(report)["viewers"];
  CHECK(viewers[0]["rate_mbit"].is_null());
  CHECK(viewers[0]["budget_kb"].is_null());
  CHECK(viewers[0]["group"] == 0);
  CHECK(viewers[1]["rate_mbit"] == 20);
  CHECK(viewers[1]["budget_kb"] == 70);
  CHECK(viewers[1]["group"] == 1);
  CHECK(viewers[1]["quality"] == 57);
  CHECK(viewers[1]["width"] == 1280);
  CHECK(viewers[1]["height"] == 720);
}

TEST_CASE("scripts for ustreamer find the names that they use") {
  SenderReport report = report_at(5, {.width = 1280, .height = 720});
  report.quality = 85;
  report.wanted_frames_per_second = 29.97;
  report.viewers_by_kind = {{"tcp", 1}, {"http", 1}};
  const json state = describe_as_ustreamer(report, {.captured = 29.6, .encoded = 14.4});
  CHECK(state["ok"] == true);
  const json& result = state["result"];
  CHECK(result["instance_id"].is_string());
  CHECK(result["encoder"] == json({{"type", "CPU"}, {"quality", 85}}));
  CHECK(result["source"]["resolution"] == json({{"width", 1280}, {"height", 720}}));
  CHECK(result["source"]["online"] == true);
  CHECK(result["source"]["desired_fps"] == 30);
  CHECK(result["source"]["captured_fps"] == 30);
  CHECK(result["stream"]["queued_fps"] == 14);
  CHECK(result["stream"]["clients"] == 2);
  CHECK(result["stream"]["clients_stat"].is_object());
}

TEST_CASE("ustreamer's state shows that JPEGs are passed on, and that the source is offline") {
  SenderReport report;
  report.is_online = false;
  const json result = describe_as_ustreamer(report, {.captured = 25, .passed_on = 25})["result"];
  CHECK(result["encoder"]["type"] == "HW");
  CHECK(result["source"]["online"] == false);
  CHECK(result["source"]["desired_fps"] == 0);
  CHECK(result["stream"]["queued_fps"] == 25);
}

}  // namespace
}  // namespace jpegwire::report_test
