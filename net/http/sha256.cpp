#include "net/http/sha256.hpp"

#include <openssl/evp.h>

#include <stdexcept>

namespace jpegwire {
namespace {

void require(int result) {
  if (result != 1) throw std::runtime_error("OpenSSL cannot compute a SHA-256");
}

}  // namespace

void Sha256::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

Sha256::Sha256() : context_(EVP_MD_CTX_new()) { reset(); }

void Sha256::reset() { require(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr)); }

void Sha256::add(std::span<const std::byte> bytes) {
  require(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()));
}

Sha256Digest Sha256::digest() const {
  const std::unique_ptr<evp_md_ctx_st, Free> copy(EVP_MD_CTX_new());
  require(EVP_MD_CTX_copy_ex(copy.get(), context_.get()));
  Sha256Digest digest;
  require(EVP_DigestFinal_ex(copy.get(), reinterpret_cast<unsigned char*>(digest.data()), nullptr));
  return digest;
}

std::string repr_digest(const Sha256Digest& digest) {
  std::array<unsigned char, 4 * ((std::tuple_size_v<Sha256Digest> + 2) / 3) + 1> base64{};
  EVP_EncodeBlock(base64.data(), reinterpret_cast<const unsigned char*>(digest.data()),
                  static_cast<int>(digest.size()));
  return std::string("sha-256=:") + reinterpret_cast<const char*>(base64.data()) + ":";
}

}  // namespace jpegwire
