#pragma once

#include <cstdio>
#include <fstream>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace jpegwire {

/// Where --summary goes: one JSON object as a line, to a file, or with "-" as the last line of
/// standard output; all else that people read goes to standard error then. Nowhere with "".
class SummaryOutput {
 public:
  /// Throws std::runtime_error where the file cannot be written.
  explicit SummaryOutput(const std::string& target);

  /// Where lines for people go.
  std::FILE* text_stream() const { return target_ == "-" ? stderr : stdout; }

  /// Throws std::runtime_error where it cannot be written whole.
  void write(const nlohmann::json& summary);

 private:
  std::string target_;
  std::ofstream file_;
};

}  // namespace jpegwire
