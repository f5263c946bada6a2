#include "sender/sources/device_users.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <system_error>

#include "app/parse_number.hpp"
#include "app/text.hpp"

namespace jpegwire {
namespace {

namespace fs = std::filesystem;

bool has_open(const fs::path& process, const fs::path& file) {
  std::error_code error;
  for (fs::directory_iterator it(process / "fd", error), end; !error && it != end;
       it.increment(error)) {
    std::error_code unreadable;
    if (fs::read_symlink(it->path(), unreadable) == file) return true;
  }
  return false;
}

std::string name_of(const fs::path& process) {
  std::string name;
  std::getline(std::ifstream(process / "comm"), name);
  return as_plain_line(name, 64);
}

}  // namespace

std::optional<std::string> program_using(const std::string& path) {
  std::error_code error;
  const fs::path file = fs::canonical(path, error);
  if (error) return std::nullopt;
  for (fs::directory_iterator it("/proc", error), end; !error && it != end; it.increment(error)) {
    const std::string number = it->path().filename();
    const std::optional<int> process = parse_number<int>(number);
    if (process && *process != ::getpid() && has_open(it->path(), file))
      return fmt::format("{} (process {})", name_of(it->path()), number);
  }
  return std::nullopt;
}

}  // namespace jpegwire
