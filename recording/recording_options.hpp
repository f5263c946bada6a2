#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string_view>

#include "app/command_line.hpp"
#include "codec/time.hpp"

namespace jpegwire {

/// --record and --record-split, the same in both programs.
struct RecordingOptions {
  std::filesystem::path file;                          // empty: none
  std::optional<std::chrono::duration<double>> split;  // a new file after so long

  bool is_wanted() const { return !file.empty(); }
};

void add_recording_options(CommandLine& command_line, RecordingOptions& options, const char* what);

/// Whether the name has the extension of a container for recordings, in any case.
bool is_recording_name(const std::filesystem::path& file);

/// Throws std::runtime_error with a sentence if the file exists or its directory cannot be written
/// to. Call this at the start.
void require_new_recording(const std::filesystem::path& file);

/// The file itself, or the first of name-2, name-3 and so on that does not exist.
std::filesystem::path first_free_name(const std::filesystem::path& file);

/// A name for a recording that the user has not named: jpegwire-YYYY-MM-DDTHH-MM-SS.mkv, in the
/// working directory and in local time, with the ending in front of the extension.
std::filesystem::path recording_name_at(WallTime time, std::string_view ending = "");

}  // namespace jpegwire
