#pragma once

#include <asio/ip/address.hpp>
#include <cstddef>
#include <map>
#include <memory>

namespace jpegwire {

/// Bounds how many connections there are, in all and from one address. Bound to the io thread; must
/// outlive the tickets.
class Admission {
 public:
  /// Held while the connection lasts.
  using Ticket = std::shared_ptr<const void>;

  Admission(std::size_t max_connections, std::size_t max_per_address)
      : max_connections_(max_connections), max_per_address_(max_per_address) {}

  /// Null where the connection is one too many.
  Ticket admit(const asio::ip::address& address) {
    std::size_t& from_there = by_address_[address];
    if (admitted_ >= max_connections_ || from_there >= max_per_address_) {
      if (from_there == 0) by_address_.erase(address);
      return nullptr;
    }
    ++admitted_;
    ++from_there;
    return {this, [address](Admission* admission) { admission->leave(address); }};
  }

  std::size_t admitted() const { return admitted_; }

 private:
  void leave(const asio::ip::address& address) {
    --admitted_;
    const auto from_there = by_address_.find(address);
    if (--from_there->second == 0) by_address_.erase(from_there);
  }

  const std::size_t max_connections_;
  const std::size_t max_per_address_;
  std::size_t admitted_ = 0;
  std::map<asio::ip::address, std::size_t> by_address_;
};

}  // namespace jpegwire
