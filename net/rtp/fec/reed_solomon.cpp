#include "net/rtp/fec/reed_solomon.hpp"

#include <isa-l/erasure_code.h>

#include <algorithm>
#include <array>
#include <cassert>

namespace jpegwire {
namespace {

constexpr int kOrder = 255;  // of alpha, which generates all of GF(2^8) but 0
constexpr unsigned kPolynomial = 0x11D;

// ISA-L codes up to six symbols in one pass and needs 32 bytes per coefficient.
constexpr std::size_t kRows = 6;
constexpr std::size_t kCodingTablesSizeBytes = 32 * kRows * kMaxEncodingSymbols;

struct Field {
  // alpha^i for i beyond kOrder, so that sums of logarithms need no modulo.
  std::array<std::uint8_t, std::size_t{3} * kOrder> power{};
  std::array<std::uint8_t, 256> log{};
  // The logarithm of (1 - alpha) * (1 - alpha^2) * ... * (1 - alpha^i).
  std::array<int, kOrder> product{};
};

constexpr Field make_field() {
  Field field;
  unsigned value = 1;
  for (std::size_t i = 0; i < field.power.size(); ++i) {
    field.power[i] = static_cast<std::uint8_t>(value);
    if (i < kOrder) field.log[value] = static_cast<std::uint8_t>(i);
    value <<= 1;
    if (value >= 256) value ^= kPolynomial;
  }
  for (std::size_t i = 1; i < kOrder; ++i)
    field.product[i] = field.product[i - 1] + field.log[1U ^ field.power[i]];
  return field;
}

constexpr Field kField = make_field();

/// The logarithm of alpha^a - alpha^b; subtraction is exclusive or.
int log_difference(std::size_t a, std::size_t b) {
  return kField.log[kField.power[a] ^ kField.power[b]];
}

int product_log(std::size_t count) { return kField.product[count]; }

int in_order(int log) { return (log % kOrder + kOrder) % kOrder; }

/// The logarithm of the product of alpha^id - alpha^m over all m below `count` except `id`. Each
/// difference has alpha to the lower power as a factor; the other factors are 1 - alpha^1, 1 -
/// alpha^2 and so on without a gap.
int source_product(std::size_t id, std::size_t count) {
  const std::size_t below = std::min(id, count);
  const std::size_t above = id < count ? count - 1 - id : 0;
  const std::size_t factors = below * (below + 1) / 2 - below + above * id;
  return static_cast<int>(factors) + product_log(id) - product_log(id - below) + product_log(above);
}

/// Lagrange's formula for one set of known symbols, in logarithms.
class Interpolation {
 public:
  explicit Interpolation(std::span<const KnownSymbol> known) : known_(known) {
    find_replaced();
    for (std::size_t i = 0; i < known.size(); ++i) divisors_[i] = known_product(known[i].id);
  }

  /// The factors of the known symbols whose sum is the symbol `id`.
  void coefficients(std::uint8_t id, std::span<unsigned char> out) const {
    const int product = known_product(id) + 2 * kOrder;
    for (std::size_t i = 0; i < known_.size(); ++i) {
      const int log = product - log_difference(id, known_[i].id) - divisors_[i];
      out[i] = kField.power[static_cast<std::size_t>(log)];
    }
  }

 private:
  void find_replaced() {
    std::array<bool, kMaxEncodingSymbols> is_known{};
    for (const KnownSymbol& symbol : known_) {
      is_known[symbol.id] = true;
      if (symbol.id >= known_.size()) replacements_[replaced_++] = symbol.id;
    }
    std::size_t lost = 0;
    for (std::size_t id = 0; id < known_.size(); ++id)
      if (!is_known[id]) lost_[lost++] = static_cast<std::uint8_t>(id);
    assert(lost == replaced_);
  }

  /// The logarithm of the product of alpha^id - alpha^m over all known m except `id`. The product
  /// over all source symbols is precomputed, so only the unknown ones cost time.
  int known_product(std::uint8_t id) const {
    int log = source_product(id, known_.size());
    for (std::size_t i = 0; i < replaced_; ++i) {
      if (lost_[i] != id) log -= log_difference(id, lost_[i]);
      if (replacements_[i] != id) log += log_difference(id, replacements_[i]);
    }
    return in_order(log);
  }

  std::span<const KnownSymbol> known_;
  std::array<int, kMaxEncodingSymbols> divisors_{};
  std::size_t replaced_ = 0;
  std::array<std::uint8_t, kMaxEncodingSymbols> lost_{};          // source symbols not known
  std::array<std::uint8_t, kMaxEncodingSymbols> replacements_{};  // repair symbols known
};

unsigned char* as_chars(std::byte* bytes) { return reinterpret_cast<unsigned char*>(bytes); }

}  // namespace

ReedSolomon::ReedSolomon() : tables_(kCodingTablesSizeBytes) {}

void ReedSolomon::compute(std::span<const KnownSymbol> known, std::span<const WantedSymbol> wanted,
                          std::size_t size_bytes) {
  assert(!known.empty() && known.size() <= kMaxEncodingSymbols);
  const Interpolation interpolation(known);
  std::array<unsigned char*, kMaxEncodingSymbols> from{};
  // ISA-L only reads them.
  std::ranges::transform(known, from.begin(), [](const KnownSymbol& symbol) {
    return as_chars(const_cast<std::byte*>(symbol.bytes));
  });
  std::array<unsigned char, kRows * kMaxEncodingSymbols> coefficients{};
  std::array<unsigned char*, kRows> to{};
  const auto count = static_cast<int>(known.size());
  while (!wanted.empty()) {
    const std::size_t rows = std::min(wanted.size(), kRows);
    for (std::size_t row = 0; row < rows; ++row) {
      interpolation.coefficients(wanted[row].id,
                                 std::span(coefficients).subspan(row * known.size()));
      to[row] = as_chars(wanted[row].bytes);
    }
    ec_init_tables(count, static_cast<int>(rows), coefficients.data(), tables_.data());
    ec_encode_data(static_cast<int>(size_bytes), count, static_cast<int>(rows), tables_.data(),
                   from.data(), to.data());
    wanted = wanted.subspan(rows);
  }
}

}  // namespace jpegwire
