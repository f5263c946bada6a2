#pragma once

#include <string>

namespace jpegwire {

/// A file that is written after the runs; the constructor checks before the runs that it can be
/// written. The new text goes to NAME.part and is renamed when it is complete, so the old content
/// is kept until then. Devices and pipes are written directly.
class ReportFile {
 public:
  /// No file if the name is empty. Throws std::runtime_error with a message for the user.
  explicit ReportFile(std::string name);

  bool is_wanted() const { return !name_.empty(); }

  /// Throws std::runtime_error with a message for the user if the file cannot be written
  /// completely.
  void write(const std::string& text) const;

 private:
  std::string name_;
};

}  // namespace jpegwire
