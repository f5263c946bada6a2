#include "app/terminal_width.hpp"

#include <sys/ioctl.h>

namespace jpegwire {

int terminal_width(std::FILE* stream) {
  constexpr int kUsualColumns = 80;
  winsize size{};
  const bool is_known = ::ioctl(::fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return is_known ? size.ws_col : kUsualColumns;
}

}  // namespace jpegwire
