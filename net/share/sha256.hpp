#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>

struct evp_md_ctx_st;

namespace jpegwire {

using Sha256Digest = std::array<std::byte, 32>;

/// The SHA-256 of bytes that come in pieces (FIPS 180-4). Throws std::runtime_error where OpenSSL
/// has no memory. Bound to one thread at a time.
class Sha256 {
 public:
  Sha256();

  /// As if nothing had come.
  void reset();

  void add(std::span<const std::byte> bytes);

  /// Of all that came so far; more may follow.
  Sha256Digest digest() const;

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

}  // namespace jpegwire
