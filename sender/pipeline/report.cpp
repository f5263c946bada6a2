#include "sender/pipeline/report.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "app/process_usage.hpp"

namespace jpegwire {
namespace {

nlohmann::json milliseconds_or_null(const std::optional<double>& microseconds_value) {
  return microseconds_value ? nlohmann::json(*microseconds_value / 1000) : nlohmann::json();
}

nlohmann::json number_or_null(int number) {
  return number == 0 ? nlohmann::json() : nlohmann::json(number);
}

nlohmann::json describe_link(const LinkStatistics& link) {
  const bool is_known = link.bytes_per_second > 0;
  return {
      {"rate_mbit", is_known ? nlohmann::json(link.bytes_per_second * 8 / 1e6) : nlohmann::json()},
      {"budget_kb", is_known ? nlohmann::json(link.budget_bytes / 1e3) : nlohmann::json()},
      {"group", link.group},
      {"quality", number_or_null(link.quality)},
      {"width", number_or_null(link.size.width)},
      {"height", number_or_null(link.size.height)}};
}

nlohmann::json describe_viewer(const ViewerStatistics& viewer) {
  nlohmann::json described = describe_link(viewer.link);
  described.update({{"peer", viewer.peer},
                    {"kind", viewer.kind},
                    {"frames", viewer.frames},
                    {"skipped", viewer.skipped},
                    {"thinned", viewer.thinned},
                    {"bytes", viewer.bytes},
                    {"partial_writes", viewer.partial_writes}});
  return described;
}

nlohmann::json describe_rtp(const RtpReport& report) {
  const RtpStatistics& rtp = report.statistics;
  nlohmann::json description = describe_link(rtp.link);
  description.update({{"peer", report.url},
                      {"kind", "rtp"},
                      {"frames", rtp.frames},
                      {"skipped", rtp.skipped},
                      {"bytes", rtp.bytes},
                      {"packets", rtp.packets},
                      {"repair_packets", rtp.repair_packets},
                      {"retransmitted", rtp.retransmitted},
                      {"repairs_refused", rtp.repairs_refused},
                      {"foreign_reports", rtp.foreign_reports},
                      {"failed", rtp.failed},
                      {"receivers", rtp.receivers}});
  return description;
}

std::uint64_t skipped_by_viewers(const SenderReport& report) {
  std::uint64_t skipped = 0;
  for (const auto& [kind, total] : report.totals) skipped += total.skipped;
  for (const RtpReport& rtp : report.rtp) skipped += rtp.statistics.skipped;
  return skipped;
}

std::string describe_source_trouble(const SenderReport& report) {
  std::string trouble;
  if (!report.is_online) trouble += ", no signal";
  if (!report.refused_since_shown.empty()) trouble += ", " + describe(report.refused_since_shown);
  return trouble;
}

}  // namespace

std::uint64_t number_of_viewers(const SenderReport& report) {
  std::uint64_t sum = 0;
  for (const auto& [kind, number] : report.viewers_by_kind) sum += number;
  return sum;
}

SenderRates rates_between(const SenderReport& before, const SenderReport& now) {
  const double seconds = now.seconds - before.seconds;
  const auto rate = [seconds](std::uint64_t earlier, std::uint64_t later) {
    return seconds > 0 && later > earlier ? static_cast<double>(later - earlier) / seconds : 0.0;
  };
  const PipelineCounts& from = before.counts;
  const PipelineCounts& to = now.counts;
  return {.captured = rate(from.captured, to.captured),
          .encoded = rate(from.encoded, to.encoded),
          .passed_on = rate(from.passthrough, to.passthrough),
          .bits = rate(from.bytes, to.bytes) * 8};
}

std::string describe_progress(const SenderReport& before, const SenderReport& now) {
  const SenderRates rates = rates_between(before, now);
  return fmt::format(
      "{:.1f} frames/s captured, {:.1f} encoded, {:.1f} passed on, {:.1f} Mbit/s, {}, "
      "{} skipped{}",
      rates.captured, rates.encoded, rates.passed_on, rates.bits / 1e6,
      now.watching == 1 ? "1 viewer" : fmt::format("{} viewers", now.watching),
      now.counts.skipped_encode + now.counts.skipped_link + skipped_by_viewers(now),
      describe_source_trouble(now));
}

nlohmann::json summarize(const SenderReport& report) {
  const PipelineCounts& counts = report.counts;
  const ProcessUsage usage = process_usage();
  nlohmann::json viewers = nlohmann::json::array();
  for (const auto* some : {&report.departed, &report.viewers})
    for (const ViewerStatistics& viewer : *some) viewers.push_back(describe_viewer(viewer));
  for (const RtpReport& rtp : report.rtp) viewers.push_back(describe_rtp(rtp));
  nlohmann::json summary = {
      {"source", report.source},
      {"width", counts.width},
      {"height", counts.height},
      {"quality", report.quality},
      {"seconds", report.seconds},
      {"captured", counts.captured},
      {"no_signal", counts.no_signal},
      {"encoded", counts.encoded},
      {"encodes", counts.encodes},
      {"skipped_encode", counts.skipped_encode},
      {"skipped_link", counts.skipped_link},
      {"unwatched", counts.unwatched},
      {"passthrough", counts.passthrough},
      {"corrupt", report.corrupt + counts.corrupt},
      {"refused", counts_by_name<JpegVerdict>(report.refused.frames)},
      {"refused_packets", counts_by_name<PacketFault>(report.refused.packets)},
      {"damaged", counts.damaged},
      {"missed", report.missed},
      {"skipped_capture", report.skipped_capture},
      {"incomplete", report.incomplete},
      {"reopened", report.reopened},
      {"bytes", counts.bytes},
      {"encode_ms",
       {{"p50", milliseconds_or_null(report.encode_us.percentile(50))},
        {"p99", milliseconds_or_null(report.encode_us.percentile(99))}}},
      {"viewers_max", report.viewers_max},
      {"viewers", viewers},
      {"rejected", report.rejected},
      {"evicted", {{"place", report.evicted_for_place}, {"memory", report.evicted_for_memory}}},
      {"held_bytes", report.held_bytes},
      {"accept_failures", report.accept_failures},
      {"failed_requests", report.failed_requests},
      {"snapshots", report.snapshots},
      {"cpu_seconds", usage.cpu_seconds},
      {"peak_rss_kb", usage.peak_rss_kb}};
  if (report.recorded) {
    summary["recorded"] = *report.recorded;
    summary["skipped_record"] = report.skipped_record;
    summary["skipped_record_size"] = report.skipped_record_size;
  }
  return summary;
}

nlohmann::json describe_links(const SenderReport& report) {
  nlohmann::json links = nlohmann::json::array();
  for (const ViewerStatistics& viewer : report.viewers) {
    nlohmann::json link = describe_link(viewer.link);
    link.update({{"viewer", viewer.number}, {"kind", viewer.kind}});
    links.push_back(std::move(link));
  }
  for (std::size_t i = 0; i < report.rtp.size(); ++i) {
    if (!report.rtp[i].statistics.reports_frames) continue;
    nlohmann::json link = describe_link(report.rtp[i].statistics.link);
    link.update({{"viewer", i + 1}, {"kind", "rtp"}});
    links.push_back(std::move(link));
  }
  return links;
}

nlohmann::json describe_as_ustreamer(const SenderReport& report, const SenderRates& rates) {
  const bool is_passed_on = rates.passed_on > rates.encoded;
  const double given = rates.passed_on + rates.encoded;
  return {{"ok", true},
          {"result",
           {{"instance_id", ""},
            {"encoder", {{"type", is_passed_on ? "HW" : "CPU"}, {"quality", report.quality}}},
            {"source",
             {{"resolution", {{"width", report.counts.width}, {"height", report.counts.height}}},
              {"online", report.is_online},
              {"desired_fps", std::lround(report.wanted_frames_per_second)},
              {"captured_fps", std::lround(rates.captured)}}},
            {"stream",
             {{"queued_fps", std::lround(given)},
              {"clients", number_of_viewers(report)},
              {"clients_stat", nlohmann::json::object()}}}}}};
}

}  // namespace jpegwire
