#include "bench/report/beside_peers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

namespace jpegwire {
namespace {

/// The compared figures.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kFigures{
    {{"fps", "frames/s"},
     {"age_p50_ms", "age p50"},
     {"age_p99_ms", "age p99"},
     {"sender_cpu_ms", "sender's CPU"}}};

/// The transport is ignored, because each peer has a fixed one. RTP has no congestion control.
bool are_same_conditions(const Case& ours, Case theirs) {
  if (ours.transport == Transport::rtp) theirs.congestion_control.clear();
  theirs.transport = ours.transport;
  theirs.sender = ours.sender;
  return theirs == ours;
}

const CaseResult* best_peer(const Results& results, const Case& ours, std::string_view figure) {
  const bool more_is_better = figure_kind(figure).more_is_better;
  const CaseResult* best = nullptr;
  for (const CaseResult& result : results.cases) {
    if (result.measured.is_jpegwire() || !are_same_conditions(ours, result.measured)) continue;
    if (!result.figures.contains(figure)) continue;
    const auto median = [figure](const CaseResult& one) {
      return one.figures.find(figure)->second.median;
    };
    const bool is_better = best == nullptr || (more_is_better ? median(result) > median(*best)
                                                              : median(result) < median(*best));
    if (is_better) best = &result;
  }
  return best;
}

/// Compares runs of the same round, because a slow phase of the machine affects both.
std::optional<Spread> ratio_of(const CaseResult& ours, const CaseResult& theirs,
                               std::string_view name) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < std::min(ours.runs.size(), theirs.runs.size()); ++i) {
    const Figures own = figures_of(ours.runs[i], ours.measured);
    const Figures others = figures_of(theirs.runs[i], theirs.measured);
    const auto figure = own.find(name);
    const auto other = others.find(name);
    if (figure != own.end() && other != others.end() && other->second > 0)
      ratios.push_back(figure->second / other->second);
  }
  return spread_of(ratios);
}

}  // namespace

std::vector<PeerRatio> ratios_to_best_peers(const Results& results) {
  std::vector<PeerRatio> ratios;
  for (std::size_t i = 0; i < results.cases.size(); ++i) {
    const CaseResult& ours = results.cases[i];
    if (!ours.measured.is_jpegwire() || !ours.has_runs()) continue;
    for (const auto& [figure, title] : kFigures)
      if (const CaseResult* peer = best_peer(results, ours.measured, figure))
        if (const auto ratio = ratio_of(ours, *peer, figure))
          ratios.push_back({i, figure, peer->measured.sender, *ratio});
  }
  return ratios;
}

std::vector<std::string> describe_ratios(const Results& results) {
  const std::vector<PeerRatio> ratios = ratios_to_best_peers(results);
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < results.cases.size(); ++i) {
    std::string line;
    for (const PeerRatio& one : ratios) {
      if (one.case_index != i) continue;
      const auto* title = std::ranges::find(kFigures, one.figure,
                                            &std::pair<std::string_view, std::string_view>::first);
      line += fmt::format("{} {} {} of {}'s", line.empty() ? "" : ",", title->second,
                          to_text(one.ratio, 2), one.peer);
    }
    if (!line.empty()) lines.push_back(results.cases[i].label + ":" + line);
  }
  return lines;
}

nlohmann::json to_json(const std::vector<PeerRatio>& ratios) {
  nlohmann::json all = nlohmann::json::array();
  for (const PeerRatio& one : ratios)
    all.push_back({{"case", one.case_index},
                   {"figure", one.figure},
                   {"peer", one.peer},
                   {"ratio", to_json(one.ratio)}});
  return all;
}

}  // namespace jpegwire
