#include "app/summary_output.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <system_error>

namespace jpegwire {
namespace {

[[noreturn]] void fail(const std::string& target, const std::string& why) {
  throw std::runtime_error(
      fmt::format("cannot write the summary to '{}': {}; choose another file with --summary FILE",
                  target, why));
}

[[noreturn]] void fail(const std::string& file) {
  fail(file, std::generic_category().message(errno));
}

void write_to_standard_output(const std::string& line) {
  standard_output().put(line);
  const std::error_code error =
      standard_output().flush_until(TextOutput::Clock::now() + kLastLinesTimeout);
  if (error)
    fail("standard output", error == std::errc::timed_out ? "nobody reads it" : error.message());
}

// Names and sources may contain bytes that are not UTF-8.
std::string line_of(const nlohmann::json& summary) {
  return summary.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

// The file is opened before the run, so that a wrong name is reported before it.
SummaryOutput::SummaryOutput(const std::string& target) : target_(target) {
  if (target_.empty() || target_ == "-") return;
  file_.open(target_);
  if (!file_) fail(target_);
}

void SummaryOutput::write(const nlohmann::json& summary) {
  if (target_.empty()) return;
  if (target_ == "-") return write_to_standard_output(line_of(summary) + '\n');
  file_ << line_of(summary) << '\n' << std::flush;
  if (!file_) fail(target_);
}

}  // namespace jpegwire
