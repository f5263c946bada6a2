#include "sender/web/metrics.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <sstream>
#include <string>

namespace jpegwire::metrics_test {
namespace {

using Catch::Contains;

/// The samples by name and labels, as they are written.
std::map<std::string, double> samples_of(const std::string& text) {
  std::map<std::string, double> samples;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    const std::size_t space = line.rfind(' ');
    REQUIRE(space != std::string::npos);
    const bool is_new =
        samples.emplace(line.substr(0, space), std::stod(line.substr(space + 1))).second;
    CAPTURE(line);
    CHECK(is_new);
  }
  return samples;
}

/// The metric that a sample belongs to.
std::string metric_of(std::string sample, const std::set<std::string>& typed) {
  sample = sample.substr(0, sample.find('{'));
  for (const std::string suffix : {"_bucket", "_sum", "_count"})
    if (sample.ends_with(suffix) && typed.contains(sample.substr(0, sample.size() - suffix.size())))
      return sample.substr(0, sample.size() - suffix.size());
  return sample;
}

/// The first words behind "# TYPE " or "# HELP ".
std::set<std::string> described(const std::string& text, const std::string& keyword) {
  std::set<std::string> names;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("# " + keyword + " ")) continue;
    std::istringstream words(line.substr(7));
    std::string name, what;
    words >> name >> what;
    CAPTURE(line);
    CHECK_FALSE(what.empty());
    CHECK(names.insert(name).second);
  }
  return names;
}

SenderReport busy_report() {
  SenderReport report;
  report.counts = {.captured = 100,
                   .encoded = 60,
                   .passthrough = 20,
                   .skipped_encode = 7,
                   .unwatched = 10,
                   .corrupt = 2,
                   .damaged = 13,
                   .bytes = 123'456};
  report.corrupt = 1;
  report.refused.frames[static_cast<std::size_t>(JpegVerdict::progressive)] = 14;
  report.refused.packets[static_cast<std::size_t>(PacketFault::not_rtp)] = 15;
  report.counts.no_signal = 16;
  report.missed = 11;
  report.skipped_capture = 12;
  report.incomplete = 4;
  report.reopened = 5;
  report.rejected = 6;
  report.evicted_for_place = 17;
  report.evicted_for_memory = 18;
  report.held_bytes = 19;
  report.failed_requests = 8;
  report.snapshots = 9;
  report.viewers_by_kind = {{"tcp", 1}, {"http", 2}};
  report.totals["tcp"].frames = 50;
  report.totals["tcp"].bytes = 1000;
  report.totals["http"].frames = 70;
  report.totals["http"].skipped = 3;
  return report;
}

TEST_CASE("each metric has a type and a sentence, and each sample a metric") {
  const std::string text = describe_metrics(busy_report());
  const std::set<std::string> typed = described(text, "TYPE");
  CHECK(typed == described(text, "HELP"));
  CHECK(text.ends_with('\n'));
  std::set<std::string> sampled;
  for (const auto& [sample, value] : samples_of(text)) sampled.insert(metric_of(sample, typed));
  CHECK(sampled == typed);
}

TEST_CASE("what happened to frames and connections is counted") {
  auto samples = samples_of(describe_metrics(busy_report()));
  CHECK(samples.at("jpegwire_frames_captured_total") == 100);
  CHECK(samples.at("jpegwire_frames_encoded_total") == 60);
  CHECK(samples.at("jpegwire_frames_passed_on_total") == 20);
  CHECK(samples.at("jpegwire_frames_unwatched_total") == 10);
  CHECK(samples.at("jpegwire_frames_corrupt_total") == 3);
  CHECK(samples.at("jpegwire_frames_damaged_total") == 13);
  CHECK(samples.at("jpegwire_frames_refused_total{reason=\"progressive\"}") == 14);
  CHECK(samples.at("jpegwire_frames_refused_total{reason=\"truncated\"}") == 0);
  CHECK(samples.count("jpegwire_frames_refused_total{reason=\"ok\"}") == 0);
  CHECK(samples.at("jpegwire_packets_refused_total{reason=\"not_rtp\"}") == 15);
  CHECK(samples.at("jpegwire_frames_no_signal_total") == 16);
  CHECK(samples.at("jpegwire_frames_missed_total") == 11);
  CHECK(samples.at("jpegwire_frames_skipped_total{where=\"camera\"}") == 12);
  CHECK(samples.at("jpegwire_frames_incomplete_total") == 4);
  CHECK(samples.at("jpegwire_frame_bytes_total") == 123'456);
  CHECK(samples.at("jpegwire_source_reopened_total") == 5);
  CHECK(samples.at("jpegwire_connections_rejected_total") == 6);
  CHECK(samples.at("jpegwire_evicted_total{reason=\"place\"}") == 17);
  CHECK(samples.at("jpegwire_evicted_total{reason=\"memory\"}") == 18);
  CHECK(samples.at("jpegwire_held_bytes") == 19);
  CHECK(samples.at("jpegwire_requests_failed_total") == 8);
  CHECK(samples.at("jpegwire_snapshots_total") == 9);
  CHECK(samples.at("jpegwire_source_online") == 1);
  CHECK(samples.at("process_cpu_seconds_total") > 0);
}

TEST_CASE("frames sent to viewers are counted by kind, starting at 0") {
  SenderReport report = busy_report();
  RtpReport rtp;
  rtp.statistics.frames = 11;
  rtp.statistics.bytes = 12;
  rtp.statistics.skipped = 13;
  report.rtp = {rtp, rtp};
  auto samples = samples_of(describe_metrics(report));
  CHECK(samples.at(R"(jpegwire_frames_sent_total{kind="tcp"})") == 50);
  CHECK(samples.at(R"(jpegwire_frames_sent_total{kind="http"})") == 70);
  CHECK(samples.at(R"(jpegwire_frames_sent_total{kind="rtp"})") == 22);
  CHECK(samples.at(R"(jpegwire_sent_bytes_total{kind="tcp"})") == 1000);
  CHECK(samples.at(R"(jpegwire_sent_bytes_total{kind="http"})") == 0);
  CHECK(samples.at(R"(jpegwire_frames_skipped_total{where="encoder"})") == 7);
  CHECK(samples.at(R"(jpegwire_frames_skipped_total{where="http"})") == 3);
  CHECK(samples.at(R"(jpegwire_frames_skipped_total{where="rtp"})") == 26);
  CHECK(samples.at(R"(jpegwire_viewers{kind="http"})") == 2);
  CHECK(samples.at(R"(jpegwire_viewers{kind="rtp"})") == 0);
}

TEST_CASE("a sender that has just begun has all metrics already") {
  const std::string fresh = describe_metrics(SenderReport{});
  const std::string busy = describe_metrics(busy_report());
  CHECK(described(fresh, "TYPE") == described(busy, "TYPE"));
  std::set<std::string> names;
  for (const auto& [sample, value] : samples_of(fresh)) names.insert(sample);
  for (const auto& [sample, value] : samples_of(busy)) CHECK(names.contains(sample));
}

TEST_CASE("the link of an RTP stream is measured while its receivers report") {
  SenderReport report;
  report.rtp.resize(1);
  report.rtp[0].url = "rtp://192.0.2.1:5004";
  report.rtp[0].statistics.link.bytes_per_second = 2.5e6;
  const std::string sample = R"(jpegwire_link_bits_per_second{viewer="1",kind="rtp"})";
  CHECK(samples_of(describe_metrics(report)).count(sample) == 0);
  report.rtp[0].statistics.reports_frames = true;
  CHECK(samples_of(describe_metrics(report)).at(sample) == 20e6);
}

TEST_CASE("an absent source is not online") {
  SenderReport report;
  report.is_online = false;
  CHECK(samples_of(describe_metrics(report)).at("jpegwire_source_online") == 0);
}

TEST_CASE("the buckets of a histogram are cumulative and in seconds") {
  SenderReport report;
  for (const std::uint64_t microseconds_value : {100U, 400U, 900U, 15'000U, 9'000'000U})
    report.encode_us.record(microseconds_value);
  const std::string text = describe_metrics(report);
  auto samples = samples_of(text);
  const auto bucket = [&](const std::string& bound) {
    return samples.at("jpegwire_encode_seconds_bucket{le=\"" + bound + "\"}");
  };
  CHECK(bucket("0.0005") == 2);
  CHECK(bucket("0.001") == 3);
  CHECK(bucket("0.01") == 3);
  CHECK(bucket("0.02") == 4);
  CHECK(bucket("5") == 4);
  CHECK(bucket("+Inf") == 5);
  CHECK(samples.at("jpegwire_encode_seconds_count") == 5);
  CHECK(samples.at("jpegwire_encode_seconds_sum") == Approx(9.0164));
  CHECK(samples.at("jpegwire_age_seconds_count") == 0);
  CHECK_THAT(text, Contains("# TYPE jpegwire_encode_seconds histogram"));
}

TEST_CASE("no bucket holds fewer than the one before it") {
  SenderReport report;
  for (std::uint64_t value = 1; value < 20'000'000; value += value / 5 + 1)
    report.age_us.record(value);
  std::istringstream lines(describe_metrics(report));
  double last_count = 0, last_bound = 0;
  int buckets = 0;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("jpegwire_age_seconds_bucket{le=\"")) continue;
    const double bound = std::stod(line.substr(line.find('"') + 1));
    const double count = std::stod(line.substr(line.rfind(' ') + 1));
    CHECK(bound > last_bound);
    CHECK(count >= last_count);
    last_bound = bound;
    last_count = count;
    ++buckets;
  }
  CHECK(buckets > 5);
  CHECK(last_count == static_cast<double>(report.age_us.count()));
}

}  // namespace
}  // namespace jpegwire::metrics_test
