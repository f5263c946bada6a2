#include "net/sockets/name_lookup.hpp"

#include <asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <optional>

#include "support/loopback.hpp"

namespace jpegwire::name_lookup_test {
namespace {

using namespace test;

TEST_CASE("a name is looked up without blocking the io thread") {
  asio::io_context io;
  NameLookup lookup(io);
  std::optional<NameLookup::Addresses> found;
  lookup.start({"localhost", 2500}, [&](std::error_code error, const auto& addresses) {
    CHECK_FALSE(error);
    found = addresses;
  });
  CHECK_FALSE(found);
  REQUIRE(run_until(io, [&] { return found.has_value(); }));
  REQUIRE_FALSE(found->empty());
  for (const auto& address : *found) {
    CHECK(address.address().is_loopback());
    CHECK(address.port() == 2500);
  }
}

TEST_CASE("an answer may start the next lookup") {
  asio::io_context io;
  NameLookup lookup(io);
  int answers = 0;
  NameLookup::OnAnswer again = [&](std::error_code, const auto&) {
    if (++answers < 3) lookup.start({"127.0.0.1", 1}, again);
  };
  lookup.start({"127.0.0.1", 1}, again);
  REQUIRE(run_until(io, [&] { return answers == 3; }));
  run_ready(io);
  CHECK(answers == 3);
}

TEST_CASE("a lookup that is cancelled does not answer, and nothing waits for it") {
  asio::io_context io;
  bool has_answered = false;
  std::optional<NameLookup> lookup(std::in_place, io);
  for (int i = 0; i < 100; ++i)
    lookup->start({"localhost", 1}, [&](std::error_code, const auto&) { has_answered = true; });
  lookup->cancel();
  io.run();  // ends, since there is nothing to wait for
  CHECK_FALSE(has_answered);
}

TEST_CASE("a NameLookup may be destroyed before its answer") {
  asio::io_context io;
  NameLookup(io).start({"localhost", 1}, [](std::error_code, const auto&) {});
  io.run();
}

}  // namespace
}  // namespace jpegwire::name_lookup_test
