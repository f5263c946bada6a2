#pragma once

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace jpegwire {

/// Writes a file with an old modification time: a recent one may belong to a recording in progress.
inline void write_long_ago(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
  std::filesystem::last_write_time(path,
                                   std::filesystem::last_write_time(path) - std::chrono::hours(1));
}

/// Text of this size that does not repeat.
inline std::string numbers(std::size_t size) {
  std::string text;
  while (text.size() < size) text += std::to_string(text.size());
  text.resize(size);
  return text;
}

}  // namespace jpegwire
