#include "end_to_end/programs.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>
#include <stdexcept>

#include "end_to_end/pictures.hpp"

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
      "jpegwire-(sender|viewer): (connected to |waiting for |record(ing to|ed) |"
      "(viewer|client) .* (connected|disconnected|left|fetches)|"
      "the kernel limits the receive buffer).*|"
      "(source|watch|share|note): .*|sends (to|by) .*|  .*|.* frames/s,? .*");
  return line.empty() || std::regex_match(line, news);
}

/// The ages in a viewer's status lines.
std::vector<double> ages_of(const Process& viewer) {
  static const std::regex age("frames/s, age ([0-9.]+) (ms|s),");
  const std::string text = viewer.err() + viewer.out();
  std::vector<double> ages_ms;
  for (std::sregex_iterator found(text.begin(), text.end(), age), end; found != end; ++found)
    ages_ms.push_back(std::stod((*found)[1]) * ((*found)[2] == "s" ? 1000 : 1));
  return ages_ms;
}

/// Appends the option and its value unless the options contain it already.
Command unless_given(const Command& options, const Command& option) {
  return std::ranges::find(options, option[0]) == options.end() ? option : Command{};
}

/// A free port, unless the options choose where to listen.
Command listening(const Command& options) {
  const auto chooses = [&](const char* name) {
    return std::ranges::find(options, name) != options.end();
  };
  return chooses("--tcp") || chooses("-s") || chooses("-p") ? Command{} : Command{"--tcp", "0"};
}

/// A sanitizer's runtime must precede any other preloaded library; the programs and the tests are
/// built with the same one.
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
    : Process(Command{JPEGWIRE_SENDER} + listening(options) +
                  unless_given(options, {"--http", "off"}) + options,
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
    : Process(Command{JPEGWIRE_VIEWER, "--headless"} + unless_given(options, {"--timeout", "30"}) +
                  options,
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

void check_shown(const nlohmann::json& summary) {
  CHECK(summary["frames"] == 5);
  CHECK(summary["corrupt"] == 0);
  CHECK(summary["reconnects"] == 0);
  CHECK(summary["width"] == 320);
  CHECK(summary["height"] == 240);
}

std::size_t count_written(const Process& program, std::string_view words) {
  const std::string text = program.err() + program.out();
  std::size_t count = 0;
  for (std::size_t at = text.find(words); at != std::string::npos; at = text.find(words, at + 1))
    ++count;
  return count;
}

void wait_for_more(const Process& program, std::string_view words, std::size_t than) {
  const bool is_written = eventually([&] { return count_written(program, words) > than; });
  INFO(program.describe());
  REQUIRE(is_written);
}

void wait_until_shown(Process& viewer) { viewer.wait_for("frames/s, age"); }

void wait_until_shown_again(Process& viewer) {
  const auto before = static_cast<std::ptrdiff_t>(ages_of(viewer).size());
  const bool is_shown = eventually([&] {
    const std::vector<double> ages = ages_of(viewer);
    return !std::is_sorted(ages.begin() + before, ages.end());
  });
  INFO(viewer.describe());
  REQUIRE(is_shown);
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

void check_ends(Process& program, int signal) {
  program.send_signal(signal);
  const int code = program.wait();
  INFO(program.describe());
  CHECK(code == 0);
  CHECK(complaints_of(program).empty());
}

int either_signal() { return GENERATE(SIGINT, SIGTERM); }

std::vector<std::string> save_frames(const TemporaryDirectory& directory) {
  SenderProgram sender(test_card());
  ViewerProgram viewer({sender.url(), "--frames", "3", "--save", directory / "sent"});
  REQUIRE(viewer.wait() == 0);
  std::vector<std::string> files;
  for (const std::string& name : files_in(directory / "sent"))
    files.push_back(directory / "sent/" + name);
  return files;
}

void check_saved(const TemporaryDirectory& directory, const std::vector<std::string>& sent) {
  REQUIRE(files_in(directory / "shown").size() == sent.size());
  for (const std::string& file : sent) {
    const std::string name = file.substr(file.rfind('/') + 1);
    CHECK((read_file(directory / "shown/" + name) == read_file(file)));
  }
}

Command python(const std::string& script, const Command& arguments) {
  return Command{"python3", JPEGWIRE_TESTS "/end_to_end/" + script} + arguments;
}

std::uint16_t port_of(Process& script) {
  script.wait_for("\n");
  return static_cast<std::uint16_t>(std::stoi(script.out().substr(std::string("port ").size())));
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

bool may_make_network_namespaces() {
  if (Process({"unshare", "--net", "true"}).wait() == 0) return true;
  WARN("skipped: only root may make a network namespace");
  return false;
}

bool is_slowed_down() {
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
  return true;
#else
  return false;
#endif
}

}  // namespace jpegwire
