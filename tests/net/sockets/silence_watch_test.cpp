#include "net/sockets/silence_watch.hpp"

#include <algorithm>
#include <asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <thread>

namespace jpegwire::silence_watch_test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

TEST_CASE("silence is reported once, at the timeout after the start") {
  asio::io_context io{1};
  int calls = 0;
  SilenceWatch watch(io.get_executor(), 20ms, [] { return SteadyTime{}; }, [&] { ++calls; });
  const SteadyTime begin = Clock::now();
  watch.start();
  io.run();
  CHECK(calls == 1);
  CHECK(Clock::now() - begin >= 20ms);
}

TEST_CASE("the timeout counts from the last frame that was shown") {
  asio::io_context io{1};
  SteadyTime silent{};
  const SteadyTime last_shown = Clock::now() + 30ms;
  SilenceWatch watch(
      io.get_executor(), 20ms, [&] { return std::min(last_shown, Clock::now()); },
      [&] { silent = Clock::now(); });
  watch.start();
  io.run();
  CHECK(silent >= last_shown + 20ms);
}

TEST_CASE("a watch that is long overdue starts again, because the process was stopped") {
  asio::io_context io{1};
  SteadyTime silent{};
  SilenceWatch watch(
      io.get_executor(), 20ms, [] { return SteadyTime{}; }, [&] { silent = Clock::now(); });
  watch.start();
  const SteadyTime resumed = Clock::now() + 600ms;
  std::this_thread::sleep_until(resumed);
  io.run();
  CHECK(silent >= resumed + 20ms);
}

}  // namespace
}  // namespace jpegwire::silence_watch_test
