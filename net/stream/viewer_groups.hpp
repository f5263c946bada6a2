#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace jpegwire {

/// Splits viewers, sorted by the rate that each can use, into at most `most` groups that get one
/// encode each, made for the group's slowest: so that the viewers lose least, as the sum of
/// log2(rate / least rate of its group). A group must save more than its encode is worth. Gives the
/// index at which each group begins; the first is 0. Rates are positive, in any unit. Takes time in
/// proportion to most * viewers².
std::vector<std::size_t> split_into_groups(std::span<const double> ascending_rates,
                                           std::size_t most);

}  // namespace jpegwire
