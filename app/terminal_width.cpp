#include "app/terminal_width.hpp"

#include <sys/ioctl.h>

namespace jpegwire {

int terminal_width(int descriptor) {
  constexpr int kUsualColumns = 80;
  winsize size{};
  const bool is_known = ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return is_known ? size.ws_col : kUsualColumns;
}

}  // namespace jpegwire
