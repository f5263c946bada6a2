#pragma once

#include <cstdio>
#include <fstream>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace jpegwire {

/// The output of --summary: one JSON object on one line, in a file or, with "-", as the last line
/// of standard output; then text for people goes to standard error. With "" there is no output.
class SummaryOutput {
 public:
  /// Throws std::runtime_error if the file cannot be written.
  explicit SummaryOutput(const std::string& target);

  /// The stream for text for people.
  std::FILE* text_stream() const { return target_ == "-" ? stderr : stdout; }

  /// Throws std::runtime_error if it cannot be written completely.
  void write(const nlohmann::json& summary);

 private:
  std::string target_;
  std::ofstream file_;
};

}  // namespace jpegwire
