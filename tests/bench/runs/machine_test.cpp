#include "bench/runs/machine.hpp"

#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "bench/runs/cpu_times.hpp"

namespace jpegwire::machine_test {
namespace {

using Catch::Matchers::Contains;

constexpr MachineRoom kLarge{
    .descriptors = 1'000'000, .tasks = 1'000'000, .memory_bytes = 1'000'000'000'000};

Case viewers(int number, Transport transport = Transport::http) {
  return {.size = PictureSize{640, 480}, .transport = transport, .viewers = number, .threads = 2};
}

TEST_CASE("a machine with enough room accepts the viewers") {
  CHECK_FALSE(refusal_of(viewers(200), kLarge));
  CHECK_FALSE(refusal_of(viewers(256, Transport::tcp), kLarge));
}

TEST_CASE("too many viewers are rejected with the machine's limits") {
  const auto refusal = refusal_of(viewers(1'000'000), kLarge);
  REQUIRE(refusal);
  CHECK_THAT(*refusal, Contains("1000000 viewers") && Contains("memory") &&
                           Contains("descriptors") && Contains("processes"));
  CHECK_THAT(refusal_of(viewers(257, Transport::tcp), kLarge).value(),
             Contains("serves 256 over tcp") && Contains("at most 256"));
}

TEST_CASE("each resource of the viewers is a limit") {
  MachineRoom room = kLarge;
  room.descriptors = 94;  // 64 are reserved
  CHECK_FALSE(refusal_of(viewers(10), room));
  CHECK(refusal_of(viewers(11), room));
  room = kLarge;
  room.tasks = 306;  // 256 are reserved, and a viewer has five threads
  CHECK_FALSE(refusal_of(viewers(10), room));
  CHECK(refusal_of(viewers(11), room));
  room = kLarge;
  room.memory_bytes = 1'000'000'000;
  CHECK_FALSE(refusal_of(viewers(20), room));
  CHECK(refusal_of(viewers(25), room));
}

TEST_CASE("remote viewers are limited only by the sender") {
  CHECK_FALSE(refusal_of(viewers(256, Transport::tcp), std::nullopt));
  CHECK_THAT(refusal_of(viewers(257, Transport::tcp), std::nullopt).value(),
             Contains("serves 256 over tcp") && !Contains("memory"));
}

TEST_CASE("a machine without any room is reported without a division by zero") {
  CHECK_THAT(refusal_of(viewers(1), MachineRoom{}).value(), Contains("at most 0"));
}

TEST_CASE("the description of this machine is complete") {
  const Machine machine = this_machine();
  CHECK(machine.cores >= 1);
  CHECK(machine.memory_gb > 0);
  CHECK_THAT(describe(machine), Contains("Linux"));
  const std::vector<std::string> available = available_congestion_controls();
  CHECK(std::ranges::count(available, machine.congestion_control) == 1);
  CHECK_FALSE(refusal_of(viewers(1), room_of_this_machine()));
}

TEST_CASE("the CPU of this process is read by thread") {
  volatile double sink = 0;
  while (process_seconds(::getpid()) < 0.05) sink = sink + 1;
  const ThreadTimes times = thread_times(::getpid());
  REQUIRE(times.contains("main"));
  CHECK(times.at("main") > 0);
  CHECK(machine_times().busy > 0);
  CHECK(thread_times(-1).empty());
}

}  // namespace
}  // namespace jpegwire::machine_test
