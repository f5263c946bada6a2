#include "viewer/window/desktop.hpp"

#include <fmt/format.h>
#include <xcb/xcb.h>

#include <clocale>
#include <cstdlib>
#include <opencv2/highgui.hpp>
#include <stdexcept>
#include <string_view>

namespace jpegwire {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// Qt prints warnings about things that the user cannot change, such as a missing XDG_RUNTIME_DIR.
/// Its fatal errors are still shown.
void silence_qt() {
  constexpr int kKeepTheUsersOwn = 0;
  setenv("QT_LOGGING_RULES", "*.debug=false;*.info=false;*.warning=false", kKeepTheUsersOwn);
}

class NoDisplay : public std::runtime_error {
 public:
  NoDisplay(std::string_view why, std::string_view or_else)
      : std::runtime_error(fmt::format(
            "cannot open a window: {}; run it inside a desktop session{}", why, or_else)) {}
};

/// Throws if no X server answers.
XConnection connect_to_x_server(std::string_view or_else) {
  const std::string display = environment("DISPLAY");
  if (display.empty() && !environment("WAYLAND_DISPLAY").empty())
    throw NoDisplay("DISPLAY is not set, and Wayland needs qtwayland5 and QT_QPA_PLATFORM=wayland",
                    or_else);
  if (display.empty()) throw NoDisplay("DISPLAY is not set", or_else);
  XConnection connection(xcb_connect(nullptr, nullptr), &xcb_disconnect);
  if (xcb_connection_has_error(connection.get()) != 0)
    throw NoDisplay(fmt::format("the display '{}' does not answer", display), or_else);
  return connection;
}

XConnection require_display(std::string_view or_else) {
  const std::string platform = environment("QT_QPA_PLATFORM");  // the user's choice, if any
  const bool is_x = platform.empty() || platform.starts_with("xcb");
  return is_x ? connect_to_x_server(or_else) : XConnection(nullptr, &xcb_disconnect);
}

}  // namespace

XConnection open_desktop(std::string_view or_else) {
  XConnection connection = require_display(or_else);
  silence_qt();
  return connection;
}

cv::Size screen_size(xcb_connection_t* connection) {
  if (connection == nullptr) return {};
  const auto screens = xcb_setup_roots_iterator(xcb_get_setup(connection));
  if (screens.rem == 0) return {};
  return {screens.data->width_in_pixels, screens.data->height_in_pixels};
}

// Qt changes the locale of the program. With a decimal comma, standard functions would print and
// parse numbers in another form.
void open_window(const std::string& title, cv::Size size) {
  const std::string locale = std::setlocale(LC_ALL, nullptr);
  cv::namedWindow(title, cv::WINDOW_NORMAL | cv::WINDOW_FREERATIO | cv::WINDOW_GUI_NORMAL);
  std::setlocale(LC_ALL, locale.c_str());
  cv::resizeWindow(title, size);
}

}  // namespace jpegwire
