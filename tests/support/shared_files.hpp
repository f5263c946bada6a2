#pragma once

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

namespace jpegwire {

/// Writes a file with an old modification time: a recent one may belong to a recording in progress.
inline void write_long_ago(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
  std::filesystem::last_write_time(path,
                                   std::filesystem::last_write_time(path) - std::chrono::hours(1));
}

}  // namespace jpegwire
