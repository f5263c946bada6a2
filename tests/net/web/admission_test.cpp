#include "net/web/admission.hpp"

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

TEST_CASE("a ticket may outlive its Admission", "[http]") {
  std::optional<Admission> admission(std::in_place, 1, 1);
  std::optional<Admission::Ticket> ticket = admission->admit(address(1));
  admission.reset();
  CHECK(ticket);
  CHECK_NOTHROW(ticket.reset());
}

}  // namespace
}  // namespace jpegwire::admission_test
