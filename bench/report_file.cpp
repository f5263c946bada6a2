#include "bench/report_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace jpegwire {
namespace {

[[noreturn]] void fail(const std::string& name) {
  throw std::runtime_error(
      fmt::format("cannot write '{}': {}", name, std::generic_category().message(errno)));
}

}  // namespace

ReportFile::ReportFile(std::string name) : name_(std::move(name)) {
  if (name_.empty()) return;
  const std::ofstream file(name_, std::ios::app);
  if (!file) fail(name_);
}

void ReportFile::write(const std::string& text) const {
  if (name_.empty()) return;
  std::ofstream file(name_, std::ios::binary | std::ios::trunc);
  file << text << std::flush;
  if (!file) fail(name_);
}

}  // namespace jpegwire
