#include "recording/output_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <system_error>

#include "app/descriptor.hpp"

namespace jpegwire {
namespace {

[[noreturn]] void fail(const std::filesystem::path& file, std::error_code error) {
  throw std::runtime_error(fmt::format("cannot write '{}': {}", file.string(), error.message()));
}

std::error_code last_error() { return {errno, std::generic_category()}; }

}  // namespace

void write_whole_file(const std::filesystem::path& file, Bytes bytes) {
  std::filesystem::path part = file;
  part += ".part";
  errno = 0;
  std::ofstream out(part, std::ios::binary);
  out.write(reinterpret_cast<const char*>(bytes.data()),
            static_cast<std::streamsize>(bytes.size()));
  out.close();
  std::error_code error;
  if (!out)
    error = last_error();
  else
    std::filesystem::rename(part, file, error);
  if (!error) return;
  std::error_code ignored;
  std::filesystem::remove(part, ignored);
  fail(file, error);
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

void create_new_file(const std::filesystem::path& file) {
  const Descriptor created(::open(file.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666));
  if (!created.is_open()) fail(file, last_error());
}

}  // namespace jpegwire
