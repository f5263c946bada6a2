#pragma once

#include <sys/mount.h>

#include <string>

#include "support/temporary_directory.hpp"

namespace jpegwire {

/// A small file system, where the test may mount one.
class TinyDisk {
 public:
  /// The size in the form that mount takes: "64k".
  explicit TinyDisk(const std::string& size) {
    const std::string options = "size=" + size;
    mounted_ = ::mount("none", directory_.path().c_str(), "tmpfs", 0, options.c_str()) == 0;
  }
  TinyDisk(const TinyDisk&) = delete;
  TinyDisk& operator=(const TinyDisk&) = delete;
  ~TinyDisk() {
    if (mounted_) ::umount2(directory_.path().c_str(), MNT_DETACH);
  }
  bool is_mounted() const { return mounted_; }
  std::string path() const { return directory_.path(); }

 private:
  TemporaryDirectory directory_;
  bool mounted_ = false;
};

}  // namespace jpegwire
