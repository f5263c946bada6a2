#include "bench/report/report_file.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <span>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "app/new_file.hpp"

namespace jpegwire {
namespace {

namespace fs = std::filesystem;

constexpr auto kWriteMode = std::ios::binary | std::ios::trunc;

[[noreturn]] void fail(const std::string& name) {
  throw std::runtime_error(
      fmt::format("cannot write '{}': {}", name, std::generic_category().message(errno)));
}

/// Follows a symbolic link with that name.
fs::path target_of(const std::string& name) {
  std::error_code error;
  const fs::path target = fs::canonical(name, error);
  return error ? fs::path(name) : target;
}

/// A temporary file; the destructor removes it unless it was renamed before.
class UnfinishedFile {
 public:
  explicit UnfinishedFile(fs::path target)
      : target_(std::move(target)),
        path_(target_.string() + ".part"),
        out_(create_anew(path_)),
        is_open_(out_.is_open()) {}
  UnfinishedFile(const UnfinishedFile&) = delete;
  UnfinishedFile& operator=(const UnfinishedFile&) = delete;
  // Keep errno, because the caller still reports the earlier error.
  ~UnfinishedFile() {
    const int error = errno;
    if (is_open_) ::unlink(path_.c_str());
    errno = error;
  }

  bool is_open() const { return is_open_; }
  bool write(const std::string& text) {
    return write_all(out_, std::as_bytes(std::span(text))) && close_written(std::move(out_));
  }
  bool give_name() {
    if (::rename(path_.c_str(), target_.c_str()) != 0) return false;
    is_open_ = false;
    return true;
  }

 private:
  const fs::path target_;
  const fs::path path_;
  Descriptor out_;
  bool is_open_;
};

bool is_written_in_place(const fs::path& target) {
  std::error_code ignored;
  return fs::exists(target, ignored) && !fs::is_regular_file(target, ignored);
}

bool write_in_place(const fs::path& target, const std::string& text) {
  std::ofstream file(target, kWriteMode);
  file << text << std::flush;
  return !file.fail();
}

bool write_beside(const fs::path& target, const std::string& text) {
  UnfinishedFile part(target);
  return part.is_open() && part.write(text) && part.give_name();
}

bool can_be_written(const fs::path& target) {
  if (is_written_in_place(target)) return std::ofstream(target, std::ios::app).is_open();
  if (::access(target.c_str(), W_OK) != 0 && errno != ENOENT) return false;
  return UnfinishedFile(target).is_open();
}

}  // namespace

ReportFile::ReportFile(std::string name) : name_(std::move(name)) {
  if (!name_.empty() && !can_be_written(target_of(name_))) fail(name_);
}

void ReportFile::write(const std::string& text) const {
  if (name_.empty()) return;
  const fs::path target = target_of(name_);
  const bool is_whole =
      is_written_in_place(target) ? write_in_place(target, text) : write_beside(target, text);
  if (!is_whole) fail(name_);
}

}  // namespace jpegwire
