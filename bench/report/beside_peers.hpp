#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "bench/runs/results.hpp"

namespace jpegwire {

/// A figure of jpegwire relative to that of the best peer, under the same conditions, run by run.
struct PeerRatio {
  std::size_t case_index = 0;
  std::string_view figure;
  std::string peer;
  Spread ratio;
};

std::vector<PeerRatio> ratios_to_best_peers(const Results& results);

/// A line for each of jpegwire's cases: "1920x1080: age p50 0.55 (0.50-0.61) of GStreamer's".
std::vector<std::string> describe_ratios(const Results& results);

nlohmann::json to_json(const std::vector<PeerRatio>& ratios);

}  // namespace jpegwire
