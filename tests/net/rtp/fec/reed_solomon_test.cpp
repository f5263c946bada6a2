#include "net/rtp/fec/reed_solomon.hpp"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <numeric>
#include <random>

namespace jpegwire::reed_solomon_test {
namespace {

using Symbol = std::vector<std::byte>;

// GF(2^8) and matrices as a schoolbook has them: bit by bit and by Gaussian elimination.

unsigned multiply(unsigned a, unsigned b) {
  unsigned product = 0;
  for (; b != 0; b >>= 1) {
    if ((b & 1) != 0) product ^= a;
    a <<= 1;
    if (a >= 256) a ^= 0x11D;
  }
  return product;
}

unsigned power_of_alpha(std::size_t exponent) {
  unsigned power = 1;
  for (std::size_t i = 0; i < exponent % 255; ++i) power = multiply(power, 2);
  return power;
}

unsigned inverse(unsigned value) {
  unsigned candidate = 1;
  while (multiply(value, candidate) != 1) ++candidate;
  return candidate;
}

using Matrix = std::vector<std::vector<unsigned>>;

Matrix vandermonde(std::size_t rows, std::size_t columns) {
  std::array<unsigned, 255> powers{};
  for (std::size_t i = 0; i < powers.size(); ++i) powers[i] = power_of_alpha(i);
  Matrix matrix(rows, std::vector<unsigned>(columns));
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < columns; ++j) matrix[i][j] = powers[i * j % 255];
  return matrix;
}

void add_row(std::vector<unsigned>& to, const std::vector<unsigned>& from, unsigned factor) {
  for (std::size_t i = 0; i < to.size(); ++i) to[i] ^= multiply(from[i], factor);
}

/// V_kk^-1 * V_kn (RFC 5510): the first k columns of V_kn are turned into the unit matrix.
Matrix generator(std::size_t k, std::size_t n) {
  Matrix matrix = vandermonde(k, n);
  for (std::size_t i = 0; i < k; ++i) {
    std::size_t pivot = i;
    while (matrix[pivot][i] == 0) ++pivot;
    std::swap(matrix[i], matrix[pivot]);
    const unsigned factor = inverse(matrix[i][i]);
    for (unsigned& value : matrix[i]) value = multiply(value, factor);
    for (std::size_t row = 0; row < k; ++row)
      if (row != i && matrix[row][i] != 0) add_row(matrix[row], matrix[i], matrix[row][i]);
  }
  return matrix;
}

std::vector<Symbol> random_symbols(std::size_t count, std::size_t size_bytes, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<Symbol> symbols(count, Symbol(size_bytes));
  for (Symbol& symbol : symbols)
    std::ranges::generate(symbol, [&] { return static_cast<std::byte>(random()); });
  return symbols;
}

/// The symbols `ids` of the block, from which `symbols` are those of `known`.
std::vector<Symbol> compute(const std::vector<std::uint8_t>& known,
                            const std::vector<Symbol>& symbols,
                            const std::vector<std::uint8_t>& ids) {
  std::vector<KnownSymbol> from;
  for (std::size_t i = 0; i < known.size(); ++i)
    from.push_back({.id = known[i], .bytes = symbols[i].data()});
  std::vector<Symbol> results(ids.size(), Symbol(symbols[0].size()));
  std::vector<WantedSymbol> to;
  for (std::size_t i = 0; i < ids.size(); ++i)
    to.push_back({.id = ids[i], .bytes = results[i].data()});
  ReedSolomon().compute(from, to, symbols[0].size());
  return results;
}

std::vector<std::uint8_t> ids_from(std::size_t first, std::size_t end) {
  std::vector<std::uint8_t> ids(end - first);
  std::iota(ids.begin(), ids.end(), static_cast<std::uint8_t>(first));
  return ids;
}

std::vector<Symbol> code(const std::vector<Symbol>& sources, std::size_t n) {
  return compute(ids_from(0, sources.size()), sources, ids_from(sources.size(), n));
}

Symbol symbol_of(std::initializer_list<unsigned> values) {
  Symbol symbol;
  for (const unsigned value : values) symbol.push_back(static_cast<std::byte>(value));
  return symbol;
}

TEST_CASE("repair symbols of a small example are right", "[fec]") {
  SECTION("of one symbol it is the same one") {
    CHECK(code({symbol_of({0x00, 0x5A, 0xFF})}, 4) ==
          std::vector<Symbol>(3, symbol_of({0x00, 0x5A, 0xFF})));
  }
  SECTION("two symbols lie on a line") {  // 2 a + 3 b and 6 a + 7 b, and 2 * 0x80 is 0x1D
    const std::vector<Symbol> repairs =
        code({symbol_of({1, 0, 1, 0x80}), symbol_of({0, 1, 1, 0})}, 4);
    CHECK(repairs[0] == symbol_of({2, 3, 1, 0x1D}));
    CHECK(repairs[1] == symbol_of({6, 7, 1, 0x1D ^ 0x3A}));
  }
}

TEST_CASE("repair symbols are those of the generator matrix", "[fec]") {
  const auto [k, n] = GENERATE(table<std::size_t, std::size_t>({{1, 2},
                                                                {1, 255},
                                                                {2, 3},
                                                                {3, 10},
                                                                {10, 11},
                                                                {63, 70},
                                                                {64, 96},
                                                                {127, 255},
                                                                {200, 255},
                                                                {254, 255}}));
  CAPTURE(k, n);
  const Matrix matrix = generator(k, n);
  const std::vector<Symbol> sources = random_symbols(k, 70, static_cast<unsigned>(k));
  const std::vector<Symbol> repairs = code(sources, n);
  for (std::size_t j = k; j < n; ++j) {
    Symbol expected(sources[0].size());
    for (std::size_t i = 0; i < k; ++i)
      for (std::size_t at = 0; at < expected.size(); ++at)
        expected[at] ^= static_cast<std::byte>(
            multiply(matrix[i][j], std::to_integer<unsigned>(sources[i][at])));
    if (repairs[j - k] != expected) FAIL("symbol " << j);
  }
}

TEST_CASE("symbols may have any size", "[fec]") {
  const auto size_bytes = GENERATE(as<std::size_t>{}, 1, 15, 31, 32, 33, 63, 64, 65, 127, 1403);
  CAPTURE(size_bytes);
  const std::vector<Symbol> sources = random_symbols(5, size_bytes, 3);
  const std::vector<Symbol> repairs = code(sources, 12);
  const std::vector<Symbol> known = {sources[4], repairs[6], repairs[0], repairs[1], sources[2]};
  CHECK(compute({4, 11, 5, 6, 2}, known, {0, 1, 3}) ==
        std::vector<Symbol>{sources[0], sources[1], sources[3]});
}

TEST_CASE("any k symbols restore all others", "[fec]") {
  const auto seed = GENERATE(range(1U, 60U));
  INFO("seed " << seed);
  std::mt19937 random(seed);
  const std::size_t k = 1 + random() % (seed % 3 == 0 ? 254 : 20);
  const std::size_t n = k + 1 + random() % (255 - k);
  std::vector<Symbol> all = random_symbols(k, 1 + random() % 100, seed);
  std::ranges::copy(code(all, n), std::back_inserter(all));

  std::vector<std::uint8_t> ids = ids_from(0, n);
  std::ranges::shuffle(ids, random);
  const std::vector<std::uint8_t> known(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(k));
  const std::vector<std::uint8_t> lost(ids.begin() + static_cast<std::ptrdiff_t>(k), ids.end());
  const auto pick = [&](const std::vector<std::uint8_t>& chosen) {
    std::vector<Symbol> symbols;
    for (const std::uint8_t id : chosen) symbols.push_back(all[id]);
    return symbols;
  };
  CHECK(compute(known, pick(known), lost) == pick(lost));
}

}  // namespace
}  // namespace jpegwire::reed_solomon_test
