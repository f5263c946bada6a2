#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>

struct evp_md_ctx_st;

namespace jpegwire {

using Sha256Digest = std::array<std::byte, 32>;

/// The SHA-256 of bytes that are added in parts (FIPS 180-4). Throws std::runtime_error if OpenSSL
/// has no memory. Bound to one thread at a time.
class Sha256 {
 public:
  Sha256();

  /// Starts again without any bytes.
  void reset();

  void add(std::span<const std::byte> bytes);

  /// The digest of all bytes so far; more may be added.
  Sha256Digest digest() const;

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

/// The value of a Repr-Digest field (RFC 9530): "sha-256=:", the digest as base64, ":".
std::string repr_digest(const Sha256Digest& digest);

}  // namespace jpegwire
