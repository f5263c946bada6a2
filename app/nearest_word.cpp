#include "app/nearest_word.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

namespace jpegwire {
namespace {

/// The number of letters to insert, delete or replace to make one word the other (Levenshtein).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = std::exchange(row[j + 1], std::min({replaced, row[j] + 1, row[j + 1] + 1}));
    }
  }
  return row.back();
}

}  // namespace

std::string nearest_word(std::string_view unknown, const std::vector<std::string>& words) {
  std::string nearest;
  std::size_t least = std::max<std::size_t>(2, unknown.size() / 3) + 1;
  for (const std::string& word : words)
    if (const std::size_t letters = distance(unknown, word); letters < least) {
      least = letters;
      nearest = word;
    }
  return nearest;
}

}  // namespace jpegwire
