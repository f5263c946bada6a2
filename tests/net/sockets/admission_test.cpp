#include "net/sockets/admission.hpp"

#include <catch2/catch.hpp>
#include <optional>
#include <utility>
#include <vector>

namespace jpegwire::admission_test {
namespace {

asio::ip::address address(int last) {
  return asio::ip::make_address("192.0.2." + std::to_string(last));
}

TEST_CASE("connections are limited, and a closed one makes room for another", "[http]") {
  Admission admission(3, 10);
  std::vector<Admission::Ticket> tickets;
  for (int i = 0; i < 3; ++i) tickets.push_back(admission.admit(address(i)).value());
  CHECK_FALSE(admission.admit(address(7)));
  CHECK(admission.admitted() == 3);
  tickets.pop_back();
  CHECK(admission.admitted() == 2);
  CHECK(admission.admit(address(7)));
}

TEST_CASE("connections from one address are limited", "[http]") {
  Admission admission(10, 2);
  auto first = admission.admit(address(1));
  const auto second = admission.admit(address(1));
  CHECK(second);
  CHECK_FALSE(admission.admit(address(1)));
  const auto other = admission.admit(address(2));
  CHECK(other);
  first.reset();
  CHECK(admission.admit(address(1)));
}

TEST_CASE("a rejected connection does not count", "[http]") {
  Admission admission(2, 1);
  const auto first = admission.admit(address(1));
  for (int i = 0; i < 5; ++i) CHECK_FALSE(admission.admit(address(1)));
  CHECK(admission.admitted() == 1);
  CHECK(admission.admit(address(2)));
}

TEST_CASE("a ticket that is moved is one place", "[http]") {
  Admission admission(2, 2);
  std::optional<Admission::Ticket> first = admission.admit(address(1));
  std::optional<Admission::Ticket> moved(*std::move(first));
  first.reset();
  CHECK(admission.admitted() == 1);
  Admission::Ticket other = admission.admit(address(2)).value();
  other = *std::move(moved);
  moved.reset();
  CHECK(admission.admitted() == 1);
  CHECK(admission.admit(address(2)));
}

TEST_CASE("a ticket's place helps a client that would be admitted in its stead", "[http]") {
  Admission admission(3, 2);
  const auto first = admission.admit(address(1));
  const auto second = admission.admit(address(1));
  CHECK(admission.would_make_room(*first, address(1)));
  const auto third = admission.admit(address(2));
  CHECK_FALSE(admission.would_make_room(*third, address(1)));  // that one has too many
  CHECK(admission.would_make_room(*third, address(2)));
  CHECK(admission.would_make_room(*first, address(3)));
  Admission other(1, 1);
  const auto elsewhere = other.admit(address(3));
  CHECK_FALSE(admission.would_make_room(*elsewhere, address(3)));
}

TEST_CASE("an IPv4 address counts once, also where IPv6 accepts it", "[http]") {
  Admission admission(10, 1);
  const auto plain = admission.admit(asio::ip::make_address("192.0.2.1"));
  CHECK_FALSE(admission.admit(asio::ip::make_address("::ffff:192.0.2.1")));
  CHECK(admission.admit(asio::ip::make_address("::ffff:192.0.2.2")));
}

TEST_CASE("a ticket may outlive its Admission", "[http]") {
  std::optional<Admission> admission(std::in_place, 1, 1);
  std::optional<Admission::Ticket> ticket = admission->admit(address(1));
  admission.reset();
  CHECK(ticket);
  CHECK_NOTHROW(ticket.reset());
}

}  // namespace
}  // namespace jpegwire::admission_test
