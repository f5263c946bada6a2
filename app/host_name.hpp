#pragma once

#include <unistd.h>

#include <string>

namespace jpegwire {

/// This machine's own name, as gethostname() tells it; empty where it does not.
inline std::string host_name() {
  char name[256] = "";
  static_cast<void>(::gethostname(name, sizeof name - 1));
  return name;
}

}  // namespace jpegwire
