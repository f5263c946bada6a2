#pragma once

#include <fstream>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "app/text_output.hpp"

namespace jpegwire {

/// The output of --summary: one JSON object on one line, in a file or, with "-", as the last line
/// of standard output; then text for people goes to standard error. With "" there is no output.
class SummaryOutput {
 public:
  /// Throws std::runtime_error if the file cannot be written.
  explicit SummaryOutput(const std::string& target);

  /// The output for text for people.
  TextOutput& text_output() const { return target_ == "-" ? standard_error() : standard_output(); }

  /// Throws std::runtime_error if it cannot be written completely, or if nobody reads standard
  /// output within kLastLinesTimeout.
  void write(const nlohmann::json& summary);

 private:
  std::string target_;
  std::ofstream file_;
};

}  // namespace jpegwire
