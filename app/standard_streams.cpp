#include "app/standard_streams.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace jpegwire {

// open() takes the lowest number that is free.
void open_closed_standard_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(stream, F_GETFD) != -1 || errno != EBADF) continue;
    if (::open("/dev/null", O_RDWR) != stream)
      throw std::runtime_error(fmt::format("cannot open /dev/null as a standard stream: {}",
                                           std::generic_category().message(errno)));
  }
}

}  // namespace jpegwire
