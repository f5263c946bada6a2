#include "bench/runs/program_end.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <filesystem>

#include "bench/runs/run.hpp"

namespace jpegwire {
namespace {

std::string last_line(const std::string& text) {
  const std::size_t end = text.find_last_not_of(" \n");
  if (end == std::string::npos) return "";
  const std::size_t begin = text.rfind('\n', end);
  return text.substr(begin + 1, end - begin);  // npos + 1 is 0
}

}  // namespace

std::string last_error_line(const ChildProcess& child) {
  const std::string words = last_line(child.err());
  return words.empty() ? "it wrote nothing" : words;
}

// Skip env(1) and nsenter(1), which start the program itself.
std::string short_name(const ChildProcess& child) {
  const auto is_wrapper = [](const std::string& word) {
    return word == "env" || word == "nsenter" || word.find('=') != std::string::npos;
  };
  const auto program = std::ranges::find_if_not(child.command(), is_wrapper);
  return std::filesystem::path(*program).filename();
}

std::string describe_end(const ChildProcess& child) {
  constexpr int kSignals = 128;
  const int code = child.exit_code();
  const std::string how =
      code > kSignals ? fmt::format("was ended by a signal, {}", ::strsignal(code - kSignals))
                      : fmt::format("ended with exit code {}", code);
  return fmt::format("{} {} ({})", short_name(child), how, last_error_line(child));
}

nlohmann::json last_object(const std::string& text) {
  const nlohmann::json object = nlohmann::json::parse(last_line(text), nullptr, false);
  return object.is_object() ? object : nlohmann::json(nlohmann::json::value_t::discarded);
}

nlohmann::json summary_at_end(EventLoop& loop, const ChildProcess& child) {
  if (!loop.wait(kProgramTimeout, [&] { return child.has_ended(); }))
    throw RunFailure(
        fmt::format("{} did not end within {} s after it was interrupted, and was killed",
                    short_name(child), kProgramTimeout.count()));
  if (child.exit_code() != 0) throw RunFailure(describe_end(child));
  nlohmann::json summary = last_object(child.out());
  if (summary.is_discarded())
    throw RunFailure(fmt::format("{} wrote no summary", short_name(child)));
  return summary;
}

}  // namespace jpegwire
