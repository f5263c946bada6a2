#include "app/nearest_word.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace jpegwire {
namespace {

/// The number of letters to insert, delete, replace or swap with a neighbour to make one word the
/// other (Damerau and Levenshtein, without edits of swapped letters).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> least(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) least[i][0] = i;
  std::iota(least[0].begin(), least[0].end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i)
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = least[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      least[i][j] = std::min({replaced, least[i - 1][j] + 1, least[i][j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        least[i][j] = std::min(least[i][j], least[i - 2][j - 2] + 1);
    }
  return least[a.size()][b.size()];
}

}  // namespace

std::string nearest_word(std::string_view unknown, const std::vector<std::string>& words) {
  std::string nearest;
  std::size_t least = unknown.size() / 3 + 1;
  for (const std::string& word : words)
    if (const std::size_t letters = distance(unknown, word); letters < least) {
      least = letters;
      nearest = word;
    }
  return nearest;
}

}  // namespace jpegwire
