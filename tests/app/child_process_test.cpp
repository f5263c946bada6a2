#include "app/child_process.hpp"

#include <asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <csignal>
#include <fstream>
#include <optional>
#include <string>
#include <thread>

namespace jpegwire::child_process_test {
namespace {

using std::chrono::milliseconds;

constexpr std::chrono::seconds kTimeout{30};

/// A zombie that its new parent has not reaped yet does not count as running.
bool runs(const std::string& process) {
  std::ifstream file("/proc/" + process + "/stat");
  std::string number;
  std::string name;
  std::string state = "Z";
  file >> number >> name >> state;
  return state != "Z";
}

template <class Condition>
bool eventually(const Condition& is_true) {
  const auto deadline = std::chrono::steady_clock::now() + kTimeout;
  while (!is_true()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(milliseconds(10));
  }
  return true;
}

/// Once a program has written a line.
std::string first_line(const ChildProcess& child) {
  REQUIRE(eventually([&] { return child.out().find('\n') != std::string::npos; }));
  return child.out().substr(0, child.out().find('\n'));
}

TEST_CASE("the exit code and the output of a program are known at its end") {
  const ChildProcess child({"sh", "-c", "echo out; echo err >&2; exit 7"});
  REQUIRE(child.wait(kTimeout));
  CHECK(child.has_ended());
  CHECK(child.exit_code() == 7);
  CHECK(child.out() == "out\n");
  CHECK(child.err() == "err\n");
}

TEST_CASE("the exit code of a program that a signal ended is 128 plus the signal") {
  const ChildProcess child({"sleep", "1000"});
  CHECK_FALSE(child.has_ended());
  child.send_signal(SIGTERM);
  REQUIRE(child.wait(kTimeout));
  CHECK(child.exit_code() == 128 + SIGTERM);
}

TEST_CASE("the wait for the end of a program is bounded") {
  const ChildProcess child({"sleep", "1000"});
  CHECK_FALSE(child.wait(milliseconds(20)));
  CHECK_FALSE(child.has_ended());
}

TEST_CASE("a program that cannot be executed ends with 127") {
  const ChildProcess child({"/no/such/program"});
  REQUIRE(child.wait(kTimeout));
  CHECK(child.exit_code() == 127);
}

TEST_CASE("an environment adds variables and removes those without a value") {
  const ChildProcess child({"sh", "-c", "echo \"$JPEGWIRE_TEST${HOME-none}\""},
                           {{"JPEGWIRE_TEST", "there is "}, {"HOME", ""}});
  CHECK(first_line(child) == "there is none");
}

TEST_CASE("a program that writes much does not wait for a reader") {
  const ChildProcess child({"sh", "-c", "head -c 3000000 /dev/zero"});
  REQUIRE(child.wait(kTimeout));
  CHECK(child.out().size() == 3'000'000);
}

TEST_CASE("the end of a program wakes a loop that waits for it") {
  asio::io_context io;
  const ChildProcess child(io, {"true"});
  io.run_for(kTimeout);
  CHECK(child.has_ended());
}

TEST_CASE(
    "processes that a program started are killed with its object, whether it runs or has ended") {
  const std::string then = GENERATE("", "; wait");
  std::optional<ChildProcess> child(std::in_place,
                                    Command{"sh", "-c", "sleep 1000 & echo $!" + then});
  const std::string started = first_line(*child);
  if (then.empty()) REQUIRE(child->wait(kTimeout));
  CHECK(runs(started));
  child.reset();
  CHECK(eventually([&] { return !runs(started); }));
}

}  // namespace
}  // namespace jpegwire::child_process_test
