#include "net/stream/viewer_groups.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace jpegwire {
namespace {

constexpr double kCostOfEncode = 0.15;  // in halvings of one viewer's rate

/// The sums of the first values, so that any run of them is summed at once.
std::vector<double> sums_of_logarithms(std::span<const double> rates) {
  std::vector<double> sums{0};
  sums.reserve(rates.size() + 1);
  for (const double rate : rates) sums.push_back(sums.back() + std::log2(rate));
  return sums;
}

/// The cheapest way to split the first viewers.
struct GroupSplit {
  double cost = std::numeric_limits<double>::infinity();
  std::size_t last_begin = 0;  // of its last group
};

}  // namespace

std::vector<std::size_t> split_into_groups(std::span<const double> ascending_rates,
                                           std::size_t most) {
  const std::size_t count = ascending_rates.size();
  if (count == 0) return {};
  const std::vector<double> sums = sums_of_logarithms(ascending_rates);
  const auto loss = [&](std::size_t begin, std::size_t end) {
    const double least = sums[begin + 1] - sums[begin];
    return sums[end] - sums[begin] - static_cast<double>(end - begin) * least;
  };
  // best[groups - 1][end]: the first `end` viewers in so many groups.
  std::vector<std::vector<GroupSplit>> best(std::min(most, count),
                                            std::vector<GroupSplit>(count + 1));
  for (std::size_t end = 1; end <= count; ++end) best[0][end] = {loss(0, end) + kCostOfEncode, 0};
  for (std::size_t groups = 1; groups < best.size(); ++groups)
    for (std::size_t end = groups + 1; end <= count; ++end)
      for (std::size_t begin = groups; begin < end; ++begin) {
        const double cost = best[groups - 1][begin].cost + loss(begin, end) + kCostOfEncode;
        if (cost < best[groups][end].cost) best[groups][end] = {cost, begin};
      }
  const auto cheapest = std::ranges::min_element(
      best, [count](const auto& a, const auto& b) { return a[count].cost < b[count].cost; });
  std::vector<std::size_t> begins;
  std::size_t end = count;
  for (auto groups = static_cast<std::size_t>(cheapest - best.begin()) + 1; groups > 0; --groups) {
    end = best[groups - 1][end].last_begin;
    begins.push_back(end);
  }
  std::ranges::reverse(begins);
  return begins;
}

}  // namespace jpegwire
