#pragma once

#include <stdlib.h>

#include <filesystem>
#include <string>

namespace jpegwire::test {

/// A directory of its own, gone at the end of the test.
class Directory {
 public:
  Directory() {
    std::string name = std::filesystem::temp_directory_path() / "jpegwire_XXXXXX";
    path_ = ::mkdtemp(name.data());
  }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  ~Directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace jpegwire::test
