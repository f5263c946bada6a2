#pragma once

#include <algorithm>
#include <asio/ip/address.hpp>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace jpegwire {

/// Limits how many connections, or other resources, clients hold at a time, in all and for one
/// address. An IPv6 client counts by its /64 network, because it can use any address in it. All
/// ports that accept clients use it, each with limits of its own. Any thread may call anything.
class Admission {
  struct Counts;

 public:
  /// A place that is taken until this object is destroyed. It may outlive the Admission.
  class Ticket {
   public:
    Ticket(Ticket&& other) noexcept = default;
    Ticket& operator=(Ticket&& other) noexcept {
      std::swap(counts_, other.counts_);
      std::swap(address_, other.address_);
      return *this;
    }
    ~Ticket() {
      if (counts_) counts_->leave(address_);
    }

   private:
    friend class Admission;
    Ticket(std::shared_ptr<Counts> counts, const asio::ip::address& address)
        : counts_(std::move(counts)), address_(address) {}

    std::shared_ptr<Counts> counts_;  // null: moved from
    asio::ip::address address_;
  };

  Admission(std::size_t max_in_all, std::size_t max_per_address)
      : max_in_all_(max_in_all), max_per_address_(max_per_address) {}

  /// Nothing if all places are taken.
  std::optional<Ticket> admit(const asio::ip::address& address) {
    const asio::ip::address from = network_of(address);
    const std::scoped_lock lock(counts_->mutex);
    if (counts_->all >= max_in_all_ || counts_->from(from) >= max_per_address_) return std::nullopt;
    ++counts_->all;
    ++counts_->by_address[from];
    return Ticket(counts_, from);
  }

  /// Whether a client at `address` that was not admitted would be, if this ticket were destroyed.
  bool would_make_room(const Ticket& ticket, const asio::ip::address& address) const {
    const asio::ip::address from = network_of(address);
    const std::scoped_lock lock(counts_->mutex);
    const std::size_t is_from_there = ticket.address_ == from ? 1 : 0;
    return ticket.counts_ == counts_ && counts_->from(from) - is_from_there < max_per_address_;
  }

  std::size_t admitted() const {
    const std::scoped_lock lock(counts_->mutex);
    return counts_->all;
  }

 private:
  struct Counts {
    void leave(const asio::ip::address& address) {
      const std::scoped_lock lock(mutex);
      --all;
      const auto from_there = by_address.find(address);
      if (--from_there->second == 0) by_address.erase(from_there);
    }

    std::size_t from(const asio::ip::address& address) const {
      const auto known = by_address.find(address);
      return known == by_address.end() ? 0 : known->second;
    }

    std::mutex mutex;
    std::size_t all = 0;
    std::map<asio::ip::address, std::size_t> by_address;
  };

  static asio::ip::address network_of(const asio::ip::address& address) {
    if (!address.is_v6()) return address;
    if (address.to_v6().is_v4_mapped())
      return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
    auto bytes = address.to_v6().to_bytes();
    std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
    return asio::ip::address_v6(bytes);
  }

  const std::size_t max_in_all_;
  const std::size_t max_per_address_;
  std::shared_ptr<Counts> counts_ = std::make_shared<Counts>();
};

}  // namespace jpegwire
