#include "app/new_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

namespace jpegwire {

Descriptor create_new_file(const std::filesystem::path& file) {
  constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  return Descriptor(::open(file.c_str(), kFlags, 0666));
}

// unlink() removes a name and follows no link, so no other file is harmed if the name changes in
// between.
Descriptor create_anew(const std::filesystem::path& file) {
  Descriptor created = create_new_file(file);
  if (created.is_open() || errno != EEXIST) return created;
  struct stat status{};
  const bool is_left_over = ::lstat(file.c_str(), &status) == 0 && S_ISREG(status.st_mode);
  if (is_left_over && ::unlink(file.c_str()) == 0) return create_new_file(file);
  if (!is_left_over) errno = EEXIST;
  return created;
}

bool write_all(const Descriptor& file, Bytes bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file.number(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

bool close_written(Descriptor file) { return ::close(file.release()) == 0; }

}  // namespace jpegwire
