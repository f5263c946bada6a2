#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace jpegwire {

/// The largest number of symbols in a block, source and repair symbols together: one for each power
/// of alpha in GF(2^8).
inline constexpr std::size_t kMaxEncodingSymbols = 255;

/// A known symbol of a block; its bytes are borrowed.
struct KnownSymbol {
  std::uint8_t id = 0;  // source symbols: 0 to k - 1; repair symbols: from k on
  const std::byte* bytes = nullptr;
};

/// A symbol of a block to compute, and the memory for it.
struct WantedSymbol {
  std::uint8_t id = 0;
  std::byte* bytes = nullptr;
};

/// The Reed-Solomon code of RFC 5510 over GF(2^8) with the polynomial x^8 + x^4 + x^3 + x^2 + 1,
/// which RFC 6865 uses with m = 8. Its generator matrix V_kk^-1 * V_kn, V[i][j] = alpha^(i * j),
/// says that symbol j of a block is p(alpha^j), where p is the polynomial of degree below k that
/// passes through the source symbols at alpha^0 to alpha^(k-1). So from any k known symbols of a
/// block, Lagrange's formula gives all others; encoding and restoring are the same operation.
///
/// Nothing is allocated after construction. Bound to one thread.
class ReedSolomon {
 public:
  ReedSolomon();

  /// Computes the `wanted` symbols from the `known` ones, whose number is that of the block's
  /// source symbols. All have `size_bytes` bytes; all IDs are different and below
  /// kMaxEncodingSymbols.
  void compute(std::span<const KnownSymbol> known, std::span<const WantedSymbol> wanted,
               std::size_t size_bytes);

 private:
  std::vector<unsigned char> tables_;  // ISA-L's, for some rows of coefficients
};

}  // namespace jpegwire
