#include "net/sockets/deadline.hpp"

#include <asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <functional>
#include <optional>

namespace jpegwire::deadline_test {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a deadline calls its handler once") {
  asio::io_context io{1};
  int calls = 0;
  Deadline deadline(io.get_executor(), [&] { ++calls; });
  deadline.set(1ms);
  io.run();
  CHECK(calls == 1);
}

TEST_CASE("a deadline that is set again in its handler passes again") {
  asio::io_context io{1};
  int calls = 0;
  std::optional<Deadline> deadline;
  deadline.emplace(io.get_executor(), [&] {
    if (++calls < 3) deadline->set(1ms);
  });
  deadline->set(1ms);
  io.run();
  CHECK(calls == 3);
}

TEST_CASE("a deadline that is changed when asio has already queued its handler does not call it") {
  asio::io_context io{1};
  int calls = 0;
  std::optional<Deadline> deadline;
  deadline.emplace(io.get_executor(), [&] { ++calls; });
  std::function<void()> change;
  SECTION("set again") {
    change = [&] { deadline->set(1h); };
  }
  SECTION("cancelled") {
    change = [&] { deadline->cancel(); };
  }
  SECTION("destroyed") {
    change = [&] { deadline.reset(); };
  }
  // Both expire together, so the second handler is in asio's queue when the first one runs.
  Deadline earlier(io.get_executor(), [&] { change(); });
  earlier.set(0ms);
  deadline->set(0ms);
  io.poll();
  CHECK(calls == 0);
}

}  // namespace
}  // namespace jpegwire::deadline_test
