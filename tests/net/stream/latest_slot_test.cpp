#include "net/stream/latest_slot.hpp"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <future>
#include <memory>
#include <string>
#include <thread>

namespace jpegwire::latest_slot_test {
namespace {

TEST_CASE("the newest value is taken, once") {
  LatestSlot<int> slot;
  CHECK_FALSE(slot.try_take());
  CHECK_FALSE(slot.put(1));
  CHECK(slot.put(2));
  CHECK(slot.put(3));
  CHECK(slot.displaced() == 2);
  CHECK(slot.try_take() == 3);
  CHECK_FALSE(slot.try_take());
  CHECK_FALSE(slot.put(4));
  CHECK(slot.displaced() == 2);
}

TEST_CASE("a displaced value is destroyed at once") {
  LatestSlot<std::shared_ptr<int>> slot;
  auto value = std::make_shared<int>(1);
  const std::weak_ptr<int> observer = value;
  slot.put(std::move(value));
  CHECK_FALSE(observer.expired());
  slot.put(nullptr);
  CHECK(observer.expired());
}

TEST_CASE("move-only values are handed over") {
  LatestSlot<std::unique_ptr<int>> slot;
  slot.put(std::make_unique<int>(5));
  CHECK(**slot.take({}) == 5);
}

/// Until the only other thread of this process sleeps.
void wait_until_it_waits(pid_t thread) {
  char state = 0;
  while (state != 'S') {
    std::ifstream file("/proc/self/task/" + std::to_string(thread) + "/stat");
    std::string number;
    std::string name;
    file >> number >> name >> state;
    std::this_thread::yield();
  }
}

TEST_CASE("take waits until a value is put") {
  LatestSlot<int> slot;
  std::promise<pid_t> started;
  std::optional<int> taken;
  bool has_put = false;
  bool waited = false;
  {
    const std::jthread taker([&] {
      started.set_value(::gettid());
      taken = slot.take({});
      waited = has_put;  // the slot orders it after put()
    });
    wait_until_it_waits(started.get_future().get());
    has_put = true;
    slot.put(7);
  }
  CHECK(taken == 7);
  CHECK(waited);
}

TEST_CASE("waiting ends when stop is requested") {
  LatestSlot<int> slot;
  std::optional<int> taken = 1;
  {
    std::jthread taker([&](std::stop_token stop) { taken = slot.take(std::move(stop)); });
    taker.request_stop();
  }
  CHECK_FALSE(taken);
}

TEST_CASE("waiting ends when the slot is closed, but its value is still taken") {
  LatestSlot<int> slot;
  std::optional<int> taken = 1;
  {
    const std::jthread taker([&] { taken = slot.take({}); });
    slot.close();
  }
  CHECK_FALSE(taken);
  slot.put(9);
  CHECK(slot.take({}) == 9);
  CHECK_FALSE(slot.take({}));
}

TEST_CASE("waiting ends with the timeout") {
  LatestSlot<int> slot;
  CHECK_FALSE(slot.take_for(std::chrono::milliseconds(1)));
  slot.put(3);
  CHECK(slot.take_for(std::chrono::hours(1)) == 3);
  slot.close();
  CHECK_FALSE(slot.take_for(std::chrono::hours(1)));
}

TEST_CASE("every value is either taken or counted as displaced, in ascending order") {
  constexpr int kValues = 50'000;
  LatestSlot<int> slot;
  int taken = 0;
  int last = -1;
  bool ascending = true;
  {
    const std::jthread taker([&] {
      while (const auto value = slot.take({})) {
        ascending = ascending && *value > last;
        last = *value;
        ++taken;
      }
    });
    for (int value = 0; value < kValues; ++value) slot.put(value);
    slot.close();
  }
  CHECK(ascending);
  CHECK(last == kValues - 1);
  CHECK(taken + static_cast<int>(slot.displaced()) == kValues);
}

}  // namespace
}  // namespace jpegwire::latest_slot_test
