#pragma once

#include <string>

namespace jpegwire {

/// A file that is written when the runs are over. That it can be written at all is found out
/// before they begin. What it held is kept until the new text is whole: that is written beside it,
/// to NAME.part, unless it is a device or a pipe.
class ReportFile {
 public:
  /// No file where the name is empty. Throws std::runtime_error with a sentence.
  explicit ReportFile(std::string name);

  bool is_wanted() const { return !name_.empty(); }

  /// Throws std::runtime_error with a sentence where it cannot be written whole.
  void write(const std::string& text) const;

 private:
  std::string name_;
};

}  // namespace jpegwire
