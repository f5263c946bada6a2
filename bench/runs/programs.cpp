#include "bench/runs/programs.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <initializer_list>
#include <stdexcept>

#include "app/child_process.hpp"

namespace jpegwire {
namespace {

namespace fs = std::filesystem;

bool is_program(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error) && ::access(path.c_str(), X_OK) == 0;
}

std::string find(std::initializer_list<fs::path> candidates, const std::string& name) {
  for (const fs::path& candidate : candidates)
    if (is_program(candidate)) return candidate;
  throw std::runtime_error(
      fmt::format("cannot find {} in {}; choose its directory with --programs DIR", name,
                  candidates.begin()->parent_path().string()));
}

}  // namespace

Programs find_programs(const std::string& directory) {
  const std::string sender = "jpegwire-sender";
  const std::string viewer = "jpegwire-viewer";
  if (!directory.empty()) {
    const fs::path chosen = fs::absolute(directory);
    return {find({chosen / sender}, sender), find({chosen / viewer}, viewer)};
  }
  const fs::path own = fs::read_symlink("/proc/self/exe").parent_path();
  const fs::path built = own.parent_path();
  return {find({own / sender, built / "sender" / sender}, sender),
          find({own / viewer, built / "viewer" / viewer}, viewer)};
}

std::string version_of(EventLoop& loop, const std::string& program) {
  constexpr std::chrono::seconds kTimeout{15};
  ChildProcess child(loop.io(), {program, "--version"});
  if (!loop.wait(kTimeout, [&] { return child.has_ended(); }))
    throw std::runtime_error(fmt::format(
        "{} did not answer --version in time; check the directory of --programs", program));
  const std::string line = child.out().substr(0, child.out().find('\n'));
  const std::string version = line.substr(line.rfind(' ') + 1);  // behind the program's name
  if (child.exit_code() != 0 || version.empty())
    throw std::runtime_error(fmt::format("cannot run {} --version: exit code {} {}", program,
                                         child.exit_code(), child.err()));
  return version;
}

}  // namespace jpegwire
