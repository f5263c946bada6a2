#include "net/sockets/connector.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace jpegwire {

std::vector<asio::ip::tcp::endpoint> interleave_families(
    const std::vector<asio::ip::tcp::endpoint>& addresses) {
  Connector::Addresses own;  // of the first address's family
  Connector::Addresses other;
  for (const auto& address : addresses)
    (address.protocol() == addresses.front().protocol() ? own : other).push_back(address);
  Connector::Addresses order;
  for (std::size_t i = 0; i < std::max(own.size(), other.size()); ++i) {
    if (i < own.size()) order.push_back(own[i]);
    if (i < other.size()) order.push_back(other[i]);
  }
  return order;
}

Connector::Connector(asio::io_context& io, std::chrono::milliseconds delay)
    : io_(io), delay_(delay), timer_(io) {}

void Connector::start(const Addresses& addresses, OnEnded on_ended) {
  cancel();
  addresses_ = interleave_families(addresses);
  next_ = 0;
  error_ = {};
  on_ended_ = std::move(on_ended);
  do_attempt();
}

void Connector::cancel() {
  ++run_;
  timer_.cancel();
  attempts_.clear();
}

void Connector::do_attempt() {
  attempts_.emplace_back(io_);
  attempts_.back().async_connect(
      addresses_[next_++],
      [this, run = run_, attempt = std::prev(attempts_.end())](std::error_code error) {
        if (run == run_) attempt_ended(attempt, error);
      });
  do_delay();
}

void Connector::do_delay() {
  if (next_ == addresses_.size()) return;
  timer_.expires_after(delay_);
  timer_.async_wait([this, run = run_, next = next_](std::error_code error) {
    if (!error && run == run_ && next == next_) do_attempt();
  });
}

// A refusal says more than that there is no route in the other family.
void Connector::attempt_ended(Attempts::iterator attempt, std::error_code error) {
  if (!error) return end({}, std::move(*attempt));
  if (error_ != asio::error::connection_refused) error_ = error;
  attempts_.erase(attempt);
  if (next_ < addresses_.size()) return do_attempt();
  if (attempts_.empty()) end(error_, asio::ip::tcp::socket(io_));
}

void Connector::end(std::error_code error, asio::ip::tcp::socket socket) {
  const OnEnded on_ended = std::move(on_ended_);
  cancel();
  on_ended(error, std::move(socket));
}

}  // namespace jpegwire
