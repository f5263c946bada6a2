#pragma once

#include <algorithm>
#include <asio/ip/address.hpp>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>

namespace jpegwire {

/// Bounds how many connections there are, in all and from one address, where an IPv6 host is known
/// by its network: it has as many addresses as it likes there. Bound to the io thread.
class Admission {
 public:
  /// Held while the connection lasts.
  using Ticket = std::shared_ptr<const void>;

  Admission(std::size_t max_connections, std::size_t max_per_address)
      : max_connections_(max_connections), max_per_address_(max_per_address) {}

  /// Null where the connection is one too many.
  Ticket admit(const asio::ip::address& address) {
    const asio::ip::address from = network_of(address);
    const auto known = counts_->by_address.find(from);
    const std::size_t from_there = known == counts_->by_address.end() ? 0 : known->second;
    if (counts_->all >= max_connections_ || from_there >= max_per_address_) return nullptr;
    ++counts_->all;
    ++counts_->by_address[from];
    return {this, [counts = counts_, from](const void*) { counts->leave(from); }};
  }

  std::size_t admitted() const { return counts_->all; }

 private:
  // Shared with the tickets, which may be given back when this object is gone.
  struct Counts {
    void leave(const asio::ip::address& address) {
      --all;
      const auto from_there = by_address.find(address);
      if (--from_there->second == 0) by_address.erase(from_there);
    }

    std::size_t all = 0;
    std::map<asio::ip::address, std::size_t> by_address;
  };

  static asio::ip::address network_of(const asio::ip::address& address) {
    if (!address.is_v6() || address.to_v6().is_v4_mapped()) return address;
    auto bytes = address.to_v6().to_bytes();
    std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
    return asio::ip::address_v6(bytes);
  }

  const std::size_t max_connections_;
  const std::size_t max_per_address_;
  std::shared_ptr<Counts> counts_ = std::make_shared<Counts>();
};

}  // namespace jpegwire
