#pragma once

#include <CLI/App.hpp>
#include <chrono>
#include <filesystem>
#include <optional>
#include <string_view>

#include "codec/time.hpp"

namespace jpegwire {

/// --record and --record-split, the same in both programs.
struct RecordingOptions {
  std::filesystem::path file;                          // empty: none
  std::optional<std::chrono::duration<double>> split;  // a new file after so long

  bool is_wanted() const { return !file.empty(); }
};

void add_recording_options(CLI::App& app, RecordingOptions& options, const char* what);

/// Whether the name ends as a container's does that is recorded to, whatever the case.
bool is_recording_name(const std::filesystem::path& file);

/// Throws std::runtime_error with a sentence where the file is there already or its directory
/// cannot be written to. To be asked at the start.
void require_new_recording(const std::filesystem::path& file);

/// The file itself, or the first of name-2, name-3 and so on that is not there yet.
std::filesystem::path first_free_name(const std::filesystem::path& file);

/// A name for a recording that the user has not named: jpegwire-YYYY-MM-DDTHH-MM-SS.mkv, in the
/// working directory and in local time, with the ending in front of the extension.
std::filesystem::path recording_name_at(WallTime time, std::string_view ending = "");

}  // namespace jpegwire
