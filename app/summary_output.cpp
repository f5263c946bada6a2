#include "app/summary_output.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <system_error>

namespace jpegwire {
namespace {

[[noreturn]] void fail(const std::string& target) {
  throw std::runtime_error(
      fmt::format("cannot write the summary to '{}': {}; choose another file with --summary FILE",
                  target, std::generic_category().message(errno)));
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
  if (target_ == "-") {
    fmt::print("{}\n", summary.dump());
    if (std::fflush(stdout) != 0) fail("standard output");
    return;
  }
  file_ << summary.dump() << '\n' << std::flush;
  if (!file_) fail(target_);
}

}  // namespace jpegwire
