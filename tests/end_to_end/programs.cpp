#include "end_to_end/programs.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>
#include <stdexcept>

namespace jpegwire {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

bool only_tells_how_it_goes(const std::string& line) {
  static const std::regex news(
      "jpegwire-(sender|viewer): (connected to |waiting for |viewer .* (came|left)|"
      "the kernel caps the receive buffer).*|"
      "(source|watch|note): .*|sends (to|by) .*|  .*|.* frames/s,? .*");
  return line.empty() || std::regex_match(line, news);
}

/// The option and its value, where the options do not hold it already.
Command unless_given(const Command& options, const Command& option) {
  return std::ranges::find(options, option[0]) == options.end() ? option : Command{};
}

/// A sanitizer's runtime has to come before any other library, and the programs are built with the
/// one that the tests are built with.
std::string sanitizer_runtime() {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    const std::size_t path = line.find('/');
    if (path == std::string::npos) continue;
    const bool is_runtime = line.find("/libasan.so") != std::string::npos ||
                            line.find("/libtsan.so") != std::string::npos;
    if (is_runtime) return line.substr(path);
  }
  return "";
}

}  // namespace

SenderProgram::SenderProgram(const Command& options, Environment environment)
    : Process(Command{JPEGWIRE_SENDER} + unless_given(options, {"--tcp", "0"}) + options,
              environment.empty() ? environment_of_programs() : std::move(environment)) {}

std::uint16_t SenderProgram::port() {
  wait_for("watch:");
  wait_for("\n");
  static const std::regex watch(R"(watch:.*:(\d+)\n)");
  const std::string text = out() + err();
  std::smatch match;
  if (!std::regex_search(text, match, watch)) throw std::runtime_error("no port: " + describe());
  return static_cast<std::uint16_t>(std::stoi(match[1]));
}

std::string SenderProgram::url() { return tcp_url(port()); }

ViewerProgram::ViewerProgram(const Command& options, Environment environment)
    : Process(Command{JPEGWIRE_VIEWER, "--headless"} + options,
              environment.empty() ? environment_of_programs() : std::move(environment)) {}

Command test_card(const Command& more) {
  return Command{"--source", "test"} + unless_given(more, {"--size", "320x240"}) + more;
}

Command operator+(Command left, const Command& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

nlohmann::json summary_of(Process& program) {
  const int code = program.wait();
  INFO(program.describe());
  REQUIRE(code == 0);
  const auto lines = lines_of(program.out());
  REQUIRE_FALSE(lines.empty());
  return nlohmann::json::parse(lines.back());
}

std::vector<std::string> complaints_of(const Process& program) {
  auto lines = lines_of(program.err());
  std::erase_if(lines, only_tells_how_it_goes);
  return lines;
}

std::string failure_of(Process& program, int exit_code) {
  const int code = program.wait();
  INFO(program.describe());
  REQUIRE(code == exit_code);
  const auto complaints = complaints_of(program);
  REQUIRE(complaints.size() == 1);
  return complaints[0];
}

Environment environment_of_programs() {
  Environment environment{{"DISPLAY", ""}, {"WAYLAND_DISPLAY", ""}, {"QT_QPA_PLATFORM", ""}};
#ifdef __SANITIZE_THREAD__
  environment.emplace_back("TSAN_OPTIONS",
                           "print_suppressions=0:suppressions=" JPEGWIRE_TESTS "/tsan.supp");
#endif
#ifdef __SANITIZE_ADDRESS__
  environment.emplace_back("LSAN_OPTIONS",
                           "print_suppressions=0:suppressions=" JPEGWIRE_TESTS "/lsan.supp");
#endif
  return environment;
}

Environment with_fake_camera(const Environment& settings) {
  Environment environment = environment_of_programs();
  environment.insert(environment.end(), settings.begin(), settings.end());
  const std::string runtime = sanitizer_runtime();
  environment.emplace_back("LD_PRELOAD", runtime.empty() ? std::string(JPEGWIRE_FAKECAM)
                                                         : runtime + ":" JPEGWIRE_FAKECAM);
  return environment;
}

bool is_slowed_down() {
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
  return true;
#else
  return false;
#endif
}

}  // namespace jpegwire
