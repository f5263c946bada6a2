#include "app/text_output.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "support/full_pipe.hpp"

namespace jpegwire::text_output_test {
namespace {

using std::chrono::milliseconds;

TextOutput::Clock::time_point soon() { return TextOutput::Clock::now() + milliseconds(1); }

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// Prints "line 1" and so on, of 100 bytes each.
void print_lines(TextOutput& output, int count) {
  for (int number = 1; number <= count; ++number) output.print("line {:<94}\n", number);
}

int number_in(const std::string& line) {
  return std::stoi(line.substr(std::string("line ").size()));
}

// More than may wait.
constexpr int kTooMany = 5000;

TEST_CASE("text appears in the order in which it was printed") {
  FullPipe pipe;
  TextOutput output(pipe.in());
  output.print("one {}\n", 1);
  output.put("two\n");
  output.put("three");
  CHECK(pipe.read_until("three") == "one 1\ntwo\nthree");
  CHECK_FALSE(output.flush());
}

TEST_CASE("while nobody reads, nobody waits, and what was dropped is counted in its place") {
  const bool blocks = GENERATE(true, false);  // another program may have made it non-blocking
  FullPipe pipe;
  pipe.set_blocking(blocks);
  TextOutput output(pipe.in());
  print_lines(output, kTooMany);
  CHECK(output.flush_until(soon()) == std::errc::timed_out);
  const std::vector<std::string> all =
      lines_of(pipe.read_until(fmt::format("line {:<94}\n", kTooMany)));
  std::vector<std::string> lines;
  int dropped = 0;
  for (const std::string& line : all) {
    if (line[0] != '[') {
      lines.push_back(line);
      continue;
    }
    CHECK(lines.size() <= 1);  // the one that was being written already
    CHECK_THAT(line, Catch::EndsWith(" lines dropped here, because nobody read this output]"));
    dropped += std::stoi(line.substr(1));
  }
  const auto present = static_cast<int>(lines.size());
  CHECK(dropped > 0);
  CHECK(present + dropped == kTooMany);
  CHECK(present * 100 <= static_cast<int>(TextOutput::kMaxWaitingBytes) + 100);
  CHECK(std::ranges::is_sorted(lines, {}, number_in));
  CHECK(number_in(lines.back()) == kTooMany);
  CHECK_FALSE(output.flush());
}

TEST_CASE("a reader that has given up is not waited for a second time") {
  FullPipe pipe;
  TextOutput output(pipe.in());
  output.put("text");
  CHECK(output.flush_until(soon()) == std::errc::timed_out);
  CHECK(output.flush_until(TextOutput::Clock::now() + std::chrono::hours(1)) ==
        std::errc::timed_out);
  pipe.read_until("text");
  CHECK_FALSE(output.flush());
  output.put("more");
  pipe.read_until("more");
  CHECK_FALSE(output.flush_until(TextOutput::Clock::now() + std::chrono::hours(1)));
}

TEST_CASE("the newest text is kept, even if it is larger than what may wait") {
  FullPipe pipe;
  TextOutput output(pipe.in());
  print_lines(output, 100);
  output.put(std::string(TextOutput::kMaxWaitingBytes + 1, 'x') + "end");
  const std::string text = pipe.read_until("end");
  CHECK(std::ranges::count(text, 'x') == TextOutput::kMaxWaitingBytes + 1);
  CHECK(text.find(" lines dropped here") != text.npos);
}

TEST_CASE("a bar of progress that is dropped is not missed") {
  FullPipe pipe;
  TextOutput output(pipe.in());
  for (int i = 0; i < kTooMany; ++i) output.put(std::string(100, '#'));
  output.put("last\n");
  CHECK(pipe.read_until("last\n").find("dropped") == std::string::npos);
}

TEST_CASE("an error of a write is returned once, and the text after it is written") {
  const Descriptor full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  TextOutput output(full.number());
  output.put("text\n");
  CHECK(output.flush() == std::errc::no_space_on_device);
  CHECK_FALSE(output.flush());
  output.put("text\n");
  CHECK(output.flush() == std::errc::no_space_on_device);
}

TEST_CASE("two outputs to the same file keep their order") {
  FullPipe pipe;
  const Descriptor copy(::fcntl(pipe.in(), F_DUPFD_CLOEXEC, 0));
  TextOutput errors(pipe.in());
  std::string expected;
  {
    TextOutput results(copy.number(), errors);
    for (int i = 0; i < 50; ++i) {
      results.print("result {}\n", i);
      errors.print("error {}\n", i);
      expected += fmt::format("result {0}\nerror {0}\n", i);
    }
  }
  errors.put("end");
  CHECK(pipe.read_until("end") == expected + "end");
  CHECK_FALSE(errors.flush());
}

TEST_CASE("an output that nobody reads delays no other one") {
  FullPipe stuck;
  FullPipe pipe;
  TextOutput output(stuck.in());
  TextOutput other(pipe.in());
  output.put("waits");
  other.put("written");
  CHECK(pipe.read_until("written") == "written");
  stuck.read_until("waits");
  CHECK_FALSE(output.flush());
  CHECK_FALSE(other.flush());
}

TEST_CASE("an output may end before what it was given is read") {
  FullPipe pipe;
  {
    TextOutput output(pipe.in());
    output.put("one\n");
    output.put("two\n");
  }
  CHECK(pipe.read_until("two\n") == "one\ntwo\n");
}

TEST_CASE("lines of several threads are written whole, each thread's in order") {
  FullPipe pipe;
  TextOutput output(pipe.in());
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back([&] { print_lines(output, 200); });
  }
  output.put("end");
  std::vector<std::string> lines = lines_of(pipe.read_until("end"));
  lines.pop_back();
  CHECK(lines.size() == 800);
  CHECK(std::ranges::all_of(lines, [](const auto& line) { return line.size() == 99; }));
  CHECK(std::ranges::count(lines, 200, number_in) == 4);
  CHECK_FALSE(output.flush());
}

}  // namespace
}  // namespace jpegwire::text_output_test
