#include "recording/output_file.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "app/new_file.hpp"

namespace jpegwire {
namespace {

[[noreturn]] void fail(const std::filesystem::path& file, std::error_code error) {
  throw std::runtime_error(fmt::format("cannot write '{}': {}", file.string(), error.message()));
}

std::error_code last_error() { return {errno, std::generic_category()}; }

[[noreturn]] void fail_to_create(const std::filesystem::path& file) {
  if (errno != EEXIST) fail(file, last_error());
  throw std::runtime_error(
      fmt::format("cannot write '{}': a link, a directory or the like with that name is in the "
                  "way; move it away",
                  file.string()));
}

}  // namespace

void write_whole_file(const std::filesystem::path& file, Bytes bytes) {
  std::filesystem::path part = file;
  part += ".part";
  Descriptor out = create_anew(part);
  if (!out.is_open()) fail_to_create(part);
  std::error_code error;
  if (!write_all(out, bytes) || !close_written(std::move(out)))
    error = last_error();
  else
    std::filesystem::rename(part, file, error);
  if (!error) return;
  std::error_code ignored;
  std::filesystem::remove(part, ignored);
  fail(file, error);
}

void write_chosen_file(const std::filesystem::path& file, Bytes bytes) {
  std::error_code error;
  const std::filesystem::path target = std::filesystem::canonical(file, error);
  write_whole_file(error ? file : target, bytes);
}

void require_writable(const std::filesystem::path& directory) {
  const std::filesystem::path here = directory.empty() ? "." : directory;
  if (!std::filesystem::is_directory(here))
    throw std::runtime_error(fmt::format("'{}' is not a directory", here.string()));
  if (::access(here.c_str(), W_OK | X_OK) != 0) fail(here, last_error());
}

void require_writable_file(const std::filesystem::path& file) {
  require_writable(file.parent_path());
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored))
    fail(file, std::make_error_code(std::errc::is_a_directory));
}

Descriptor require_new_file(const std::filesystem::path& file) {
  Descriptor created = create_new_file(file);
  if (!created.is_open()) fail(file, last_error());
  return created;
}

}  // namespace jpegwire
