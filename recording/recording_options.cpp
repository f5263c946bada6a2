#include "recording/recording_options.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>
#include <stdexcept>
#include <string>

#include "app/command_line.hpp"
#include "app/text.hpp"
#include "recording/output_file.hpp"

namespace jpegwire {
namespace {

void require_recording_name(const std::string& file) {
  if (!is_recording_name(file))
    throw std::invalid_argument(fmt::format(
        "'{}' is not the name of a recording; it must end in .mkv, .mov or .avi", file));
}

}  // namespace

void add_recording_options(CommandLine& command_line, RecordingOptions& options, const char* what) {
  command_line.add(
      "--record", "FILE",
      [&](const std::string& file) {
        require_recording_name(file);
        options.file = file;
      },
      what);
  command_line.add_number(
      "--record-split", "MINUTES",
      [&](double minutes) {
        options.split = std::chrono::duration<double, std::ratio<60>>(minutes);
      },
      {0.01, 100'000}, "Begin a new file after MINUTES: FILE-2 and so on");
}

bool is_recording_name(const std::filesystem::path& file) {
  const std::string ending = lower(file.extension().string());
  return ending == ".mkv" || ending == ".mov" || ending == ".avi";
}

void require_new_recording(const std::filesystem::path& file) {
  require_writable(file.parent_path());
  std::error_code error;
  if (std::filesystem::exists(std::filesystem::symlink_status(file, error)))
    throw std::runtime_error(
        fmt::format("cannot record to '{}': the file exists, and a recording overwrites nothing; "
                    "choose another name with --record FILE",
                    file.string()));
}

std::filesystem::path first_free_name(const std::filesystem::path& file) {
  std::filesystem::path name = file;
  std::error_code error;
  for (int part = 2; std::filesystem::exists(std::filesystem::symlink_status(name, error)); ++part)
    name.replace_filename(
        fmt::format("{}-{}{}", file.stem().string(), part, file.extension().string()));
  return name;
}

std::filesystem::path recording_name_at(WallTime time, std::string_view ending) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  return fmt::format("jpegwire-{:%Y-%m-%dT%H-%M-%S}{}.mkv", fmt::localtime(seconds), ending);
}

}  // namespace jpegwire
