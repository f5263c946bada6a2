#include "bench/runs/child.hpp"

#include <catch2/catch.hpp>
#include <fstream>
#include <optional>
#include <string>

#include "bench/runs/event_loop.hpp"

namespace jpegwire::child_test {
namespace {

constexpr std::chrono::seconds kTimeout{30};

/// A zombie, which its new parent has not looked for yet, does not.
bool runs(const std::string& process) {
  std::ifstream file("/proc/" + process + "/stat");
  std::string number;
  std::string name;
  std::string state = "Z";
  file >> number >> name >> state;
  return state != "Z";
}

bool ends(EventLoop& loop, const std::string& process) {
  for (int turns = 0; turns < 3000 && runs(process); ++turns)
    loop.wait(std::chrono::milliseconds(10), [] { return false; });
  return !runs(process);
}

std::string first_word(const Child& child) { return child.out().substr(0, child.out().find('\n')); }

TEST_CASE("a program's exit code and words are known at its end") {
  EventLoop loop;
  const Child child(loop.io(), {"sh", "-c", "echo out; echo err >&2; exit 7"});
  REQUIRE(loop.wait(kTimeout, [&] { return child.has_ended(); }));
  CHECK(child.exit_code() == 7);
  CHECK(child.out() == "out\n");
  CHECK(child.err() == "err\n");
}

TEST_CASE("what a program has started ends with it") {
  EventLoop loop;
  std::optional<Child> child(std::in_place, loop.io(), Command{"sh", "-c", "sleep 1000 & echo $!"});
  REQUIRE(loop.wait(kTimeout, [&] { return child->has_ended(); }));
  CHECK(child->exit_code() == 0);
  const std::string started = first_word(*child);
  REQUIRE_FALSE(started.empty());
  child.reset();
  CHECK(ends(loop, started));
}

TEST_CASE("a program that runs is killed with its object, and what it has started") {
  EventLoop loop;
  std::optional<Child> child(std::in_place, loop.io(),
                             Command{"sh", "-c", "sleep 1000 & echo $!; wait"});
  REQUIRE(loop.wait(kTimeout, [&] { return child->out().find('\n') != std::string::npos; }));
  const std::string started = first_word(*child);
  child.reset();
  CHECK(ends(loop, started));
}

}  // namespace
}  // namespace jpegwire::child_test
