#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace jpegwire {

/// As many symbols as GF(2^8) gives a block, source and repair symbols together: one for every
/// power of alpha.
inline constexpr std::size_t kMaxEncodingSymbols = 255;

/// A symbol of a block that is there; its bytes are lent.
struct KnownSymbol {
  std::uint8_t id = 0;  // of k source symbols 0 to k - 1, then come the repair symbols
  const std::byte* bytes = nullptr;
};

/// A symbol of a block that is to be computed, and the memory for it.
struct WantedSymbol {
  std::uint8_t id = 0;
  std::byte* bytes = nullptr;
};

/// The Reed-Solomon code of RFC 5510 over GF(2^8) with the polynomial x^8 + x^4 + x^3 + x^2 + 1,
/// which RFC 6865 uses with m = 8. Its generator matrix V_kk^-1 * V_kn, V[i][j] = alpha^(i * j),
/// says that symbol j of a block is p(alpha^j), where p is the polynomial of degree below k that
/// passes through the source symbols at alpha^0 to alpha^(k-1). So whatever k symbols of a block
/// are known, Lagrange's formula gives any other, and coding and restoring are the same.
///
/// Nothing is allocated after construction. Bound to one thread.
class ReedSolomon {
 public:
  ReedSolomon();

  /// Computes the `wanted` symbols from the `known` ones, of which there are as many as the block
  /// has source symbols. All have `size_bytes` bytes; no ID is there twice, and all are below
  /// kMaxEncodingSymbols.
  void compute(std::span<const KnownSymbol> known, std::span<const WantedSymbol> wanted,
               std::size_t size_bytes);

 private:
  std::vector<unsigned char> tables_;  // ISA-L's, for some rows of coefficients
};

}  // namespace jpegwire
