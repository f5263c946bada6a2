#pragma once

#include <unistd.h>

#include <string>

namespace jpegwire {

/// The name of this machine, from gethostname(); empty if that fails.
inline std::string host_name() {
  char name[256] = "";
  static_cast<void>(::gethostname(name, sizeof name - 1));
  return name;
}

}  // namespace jpegwire
