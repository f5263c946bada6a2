#include "sender/web/metrics.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "app/process_usage.hpp"

namespace jpegwire {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

/// The values of one metric for each value of a label; an empty label name means no label.
using Values = std::vector<std::pair<std::string, std::uint64_t>>;

std::vector<ClientMetric::Label> labelled(const std::string& label, const std::string& value) {
  if (label.empty()) return {};
  return {{label, value}};
}

MetricFamily counter(const std::string& name, const std::string& help, std::uint64_t value) {
  ClientMetric metric;
  metric.counter.value = static_cast<double>(value);
  return {name, help, MetricType::Counter, {metric}};
}

MetricFamily counters(const std::string& name, const std::string& help, const std::string& label,
                      const Values& values) {
  MetricFamily family{name, help, MetricType::Counter, {}};
  for (const auto& [label_value, value] : values) {
    ClientMetric metric;
    metric.label = labelled(label, label_value);
    metric.counter.value = static_cast<double>(value);
    family.metric.push_back(metric);
  }
  return family;
}

MetricFamily gauge(const std::string& name, const std::string& help, double value) {
  ClientMetric metric;
  metric.gauge.value = value;
  return {name, help, MetricType::Gauge, {metric}};
}

MetricFamily gauges(const std::string& name, const std::string& help, const std::string& label,
                    const Values& values) {
  MetricFamily family = counters(name, help, label, values);
  family.type = MetricType::Gauge;
  for (ClientMetric& metric : family.metric) metric.gauge.value = metric.counter.value;
  return family;
}

MetricFamily histogram_of_seconds(const std::string& name, const std::string& help,
                                  const Histogram& microseconds_values) {
  constexpr std::array kBoundsMicroseconds = {500,     1'000,     2'000,     5'000,    10'000,
                                              20'000,  33'000,    50'000,    100'000,  200'000,
                                              500'000, 1'000'000, 2'000'000, 5'000'000};
  ClientMetric metric;
  metric.histogram.sample_count = microseconds_values.count();
  metric.histogram.sample_sum = static_cast<double>(microseconds_values.sum()) / 1e6;
  for (const int bound : kBoundsMicroseconds)
    metric.histogram.bucket.push_back(
        {microseconds_values.count_up_to(static_cast<std::uint64_t>(bound)), bound / 1e6});
  return {name, help, MetricType::Histogram, {metric}};
}

/// One value for each kind of viewer, so that its graph starts at 0.
Values by_kind(const SenderReport& report, std::uint64_t ViewerStatistics::* of_viewers,
               std::uint64_t RtpStatistics::* of_rtp) {
  std::map<std::string, std::uint64_t> values{{"tcp", 0}, {"http", 0}, {"rtp", 0}};
  for (const auto& [kind, total] : report.totals) values[kind] += total.*of_viewers;
  for (const RtpReport& rtp : report.rtp) values["rtp"] += rtp.statistics.*of_rtp;
  return {values.begin(), values.end()};
}

Values viewers_by_kind(const SenderReport& report) {
  std::map<std::string, std::uint64_t> values{{"tcp", 0}, {"http", 0}, {"rtp", 0}};
  for (const auto& [kind, number] : report.viewers_by_kind) values[kind] = number;
  return {values.begin(), values.end()};
}

/// One value for each reason, so that its graph starts at 0. The first one is not to refuse.
template <class Reason>
Values by_reason(std::span<const std::uint64_t> counts) {
  Values values;
  for (std::size_t reason = 1; reason < counts.size(); ++reason)
    values.emplace_back(name_of(static_cast<Reason>(reason)), counts[reason]);
  return values;
}

Values skipped(const SenderReport& report) {
  Values values = by_kind(report, &ViewerStatistics::skipped, &RtpStatistics::skipped);
  values.emplace_back("camera", report.skipped_capture);
  values.emplace_back("encoder", report.counts.skipped_encode);
  values.emplace_back("link", report.counts.skipped_link);
  return values;
}

bool has_link(const RtpReport& rtp) { return rtp.statistics.reports_frames; }

/// One value for each viewer that is connected, and each RTP stream with receivers that report
/// frames; by numbers, because addresses are not published.
MetricFamily of_links(const std::string& name, const std::string& help, const SenderReport& report,
                      const std::function<double(const LinkStatistics&)>& value) {
  MetricFamily family{name, help, MetricType::Gauge, {}};
  const auto add = [&](std::uint64_t number, const std::string& kind, const LinkStatistics& link) {
    ClientMetric metric;
    metric.label = {{"viewer", std::to_string(number)}, {"kind", kind}};
    metric.gauge.value = value(link);
    family.metric.push_back(metric);
  };
  for (const ViewerStatistics& viewer : report.viewers)
    add(viewer.number, viewer.kind, viewer.link);
  for (std::size_t i = 0; i < report.rtp.size(); ++i)
    if (has_link(report.rtp[i])) add(i + 1, "rtp", report.rtp[i].statistics.link);
  return family;
}

std::vector<MetricFamily> links(const SenderReport& report) {
  if (report.viewers.empty() && std::ranges::none_of(report.rtp, has_link)) return {};
  return {
      of_links("jpegwire_link_bits_per_second", "What a viewer's link carries, estimated.", report,
               [](const LinkStatistics& link) { return link.bytes_per_second * 8; }),
      of_links("jpegwire_link_budget_bytes", "How large a frame for a viewer may be.", report,
               [](const LinkStatistics& link) { return link.budget_bytes; }),
      of_links("jpegwire_link_group", "The group of viewers that share an encode; 0: unadapted.",
               report, [](const LinkStatistics& link) { return link.group; }),
      of_links("jpegwire_link_quality", "JPEG quality of a viewer's latest frame; 0: unknown.",
               report, [](const LinkStatistics& link) { return link.quality; }),
      of_links("jpegwire_link_width_pixels", "Width of a viewer's latest frame.", report,
               [](const LinkStatistics& link) { return link.size.width; }),
      of_links("jpegwire_link_height_pixels", "Height of a viewer's latest frame.", report,
               [](const LinkStatistics& link) { return link.size.height; })};
}

std::vector<MetricFamily> frames(const SenderReport& report) {
  const PipelineCounts& counts = report.counts;
  return {
      counter("jpegwire_frames_captured_total", "Frames delivered by the source.", counts.captured),
      counter("jpegwire_frames_no_signal_total", "Cards sent because the source gave no pictures.",
              counts.no_signal),
      counter("jpegwire_frames_encoded_total", "Frames encoded.", counts.encoded),
      counter("jpegwire_encodes_total",
              "Encodes of frames, one for each group of viewers with links of their own.",
              counts.encodes),
      counter("jpegwire_frames_passed_on_total",
              "JPEGs of the source sent without encoding them again.", counts.passthrough),
      counter("jpegwire_frames_unwatched_total",
              "Frames not processed because there was no viewer.", counts.unwatched),
      counter("jpegwire_frames_corrupt_total", "Damaged frames of the source, which are dropped.",
              report.corrupt + counts.corrupt),
      counters("jpegwire_frames_refused_total",
               "Frames of the source that were refused because of their JPEGs.", "reason",
               by_reason<JpegVerdict>(report.refused.frames)),
      counters("jpegwire_packets_refused_total", "Packets of an RTP source that were refused.",
               "reason", by_reason<PacketFault>(report.refused.packets)),
      counter("jpegwire_frames_damaged_total",
              "JPEGs of the source that were encoded again with grey where they could not be "
              "decoded.",
              counts.damaged),
      counter("jpegwire_frames_missed_total",
              "Frames that the camera lost before they could be read.", report.missed),
      counter("jpegwire_frames_incomplete_total",
              "Frames of an RTP source that arrived incomplete.", report.incomplete),
      counters(
          "jpegwire_frames_skipped_total",
          "Frames left out at the camera, or replaced by a newer one before they were encoded or "
          "sent.",
          "where", skipped(report)),
      counters("jpegwire_frames_sent_total", "Frames sent completely to viewers.", "kind",
               by_kind(report, &ViewerStatistics::frames, &RtpStatistics::frames)),
      counters("jpegwire_sent_bytes_total", "Bytes sent to viewers.", "kind",
               by_kind(report, &ViewerStatistics::bytes, &RtpStatistics::bytes)),
      counter("jpegwire_frame_bytes_total",
              "Bytes of all frames encoded or passed on; each frame counts once, whatever the "
              "number of viewers.",
              counts.bytes),
      histogram_of_seconds("jpegwire_encode_seconds", "Time to encode a frame.", report.encode_us),
      histogram_of_seconds("jpegwire_age_seconds",
                           "Time from capture until the kernel accepted the last byte of a frame.",
                           report.age_us)};
}

std::vector<MetricFamily> connections(const SenderReport& report) {
  return {gauges("jpegwire_viewers", "Current viewers.", "kind", viewers_by_kind(report)),
          counter("jpegwire_snapshots_total", "Snapshots served.", report.snapshots),
          counter("jpegwire_connections_rejected_total",
                  "Connections rejected because the limit was reached.", report.rejected),
          counters("jpegwire_evicted_total",
                   "Stalled clients disconnected because a new one needed the place, or because "
                   "stalled clients held too much memory.",
                   "reason",
                   {{"place", report.evicted_for_place}, {"memory", report.evicted_for_memory}}),
          gauge("jpegwire_held_bytes", "Memory of the frames that connections hold.",
                static_cast<double>(report.held_bytes)),
          counter("jpegwire_accept_failures_total",
                  "Connections that could not be accepted for lack of system resources.",
                  report.accept_failures),
          counter("jpegwire_requests_failed_total",
                  "HTTP requests that were malformed, too large, too slow, for an unknown host or "
                  "aborted, or whose response could not be delivered.",
                  report.failed_requests),
          gauge("jpegwire_source_online",
                "1 while the source delivers frames, 0 while it is unavailable.",
                report.is_online ? 1 : 0),
          counter("jpegwire_source_reopened_total",
                  "Number of times a lost camera or stream was reopened.", report.reopened)};
}

MetricFamily cpu_seconds() {
  ClientMetric metric;
  metric.counter.value = process_usage().cpu_seconds;
  return {
      "process_cpu_seconds_total", "CPU time used by the process.", MetricType::Counter, {metric}};
}

}  // namespace

std::string describe_metrics(const SenderReport& report) {
  std::vector<MetricFamily> families = frames(report);
  for (MetricFamily& family : connections(report)) families.push_back(std::move(family));
  for (MetricFamily& family : links(report)) families.push_back(std::move(family));
  families.push_back(cpu_seconds());
  return prometheus::TextSerializer().prometheus::Serializer::Serialize(families);
}

}  // namespace jpegwire
