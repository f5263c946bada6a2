#include "viewer/window.hpp"

#include <fmt/format.h>
#include <xcb/xcb.h>

#include <algorithm>
#include <clocale>
#include <cstdlib>
#include <memory>
#include <opencv2/highgui.hpp>
#include <stdexcept>
#include <utility>
#include <vector>

namespace jpegwire {
namespace {

constexpr int kEscape = 27;
constexpr double kLargestShareOfScreen = 0.9;
const cv::Size kSizeBeforePictures{640, 360};

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// Qt warns on the user's terminal about things that the user cannot change, such as a missing
/// XDG_RUNTIME_DIR. What makes it give up is shown all the same.
void silence_qt() {
  constexpr int kKeepTheUsersOwn = 0;
  setenv("QT_LOGGING_RULES", "*.debug=false;*.info=false;*.warning=false", kKeepTheUsersOwn);
}

[[noreturn]] void throw_no_display(std::string_view why) {
  throw std::runtime_error(fmt::format(
      "cannot open a window: {}; run it inside a desktop session, or use --headless", why));
}

using XConnection = std::unique_ptr<xcb_connection_t, decltype(&xcb_disconnect)>;

/// Throws where no X server answers.
XConnection connect_to_x_server() {
  const std::string display = environment("DISPLAY");
  if (display.empty() && !environment("WAYLAND_DISPLAY").empty())
    throw_no_display(
        "DISPLAY is not set, and Wayland needs qtwayland5 and QT_QPA_PLATFORM=wayland");
  if (display.empty()) throw_no_display("DISPLAY is not set");
  XConnection connection(xcb_connect(nullptr, nullptr), &xcb_disconnect);
  if (xcb_connection_has_error(connection.get()) != 0)
    throw_no_display(fmt::format("the display '{}' does not answer", display));
  return connection;
}

/// Asks before Qt does, because Qt ends the process where no display answers.
/// Nothing where only Qt knows the display.
XConnection require_display() {
  const std::string platform = environment("QT_QPA_PLATFORM");  // the user's choice, if any
  const bool is_x = platform.empty() || platform.starts_with("xcb");
  return is_x ? connect_to_x_server() : XConnection(nullptr, &xcb_disconnect);
}

cv::Size screen_size(xcb_connection_t* connection) {
  if (connection == nullptr) return {};
  const auto screens = xcb_setup_roots_iterator(xcb_get_setup(connection));
  if (screens.rem == 0) return {};
  return {screens.data->width_in_pixels, screens.data->height_in_pixels};
}

/// Opens the window, and keeps Qt from changing the locale of the program, in which a decimal
/// comma would spoil what standard functions print and parse.
void open_window(const std::string& title, cv::Size size) {
  const std::string locale = std::setlocale(LC_ALL, nullptr);
  cv::namedWindow(title, cv::WINDOW_NORMAL | cv::WINDOW_FREERATIO | cv::WINDOW_GUI_NORMAL);
  std::setlocale(LC_ALL, locale.c_str());
  cv::resizeWindow(title, size);
}

struct Key {
  const char* names;
  const char* what;
};

/// In the order in which h lists them.
constexpr Key kKeys[] = {
    {"q, Esc", "quit"},
    {"f", "full screen"},
    {"space", "freeze the picture; the stream goes on"},
    {"s", "save the picture as it came"},
    {"r", "begin or end a recording"},
    {"o", "figures: one line, all, none"},
    {"t", "how frames arrive"},
    {"+  -", "zoom at the mouse"},
    {"0", "the whole picture again"},
    {"h", "this list"},
};

std::vector<ColouredText> keys_help() {
  const cv::Vec3b name_colour{120, 215, 255};
  std::vector<ColouredText> words;
  for (const Key& key : kKeys) {
    words.push_back({key.names, name_colour});
    words.push_back({key.what});
  }
  return words;
}

void keep_mouse(int, int x, int y, int, void* mouse) { *static_cast<cv::Point*>(mouse) = {x, y}; }

}  // namespace

Window::Window(std::string title, const PictureViewSettings& settings, CameraControls controls)
    : title_(std::move(title)), controls_(std::move(controls)), view_(settings) {
  // Held until Qt has a connection of its own: a bare X server starts anew when its last client
  // leaves, and drops whoever is just coming.
  const XConnection connection = require_display();
  screen_ = screen_size(connection.get());
  silence_qt();
  open_window(title_, kSizeBeforePictures);
  mouse_ = {kSizeBeforePictures.width / 2, kSizeBeforePictures.height / 2};
  cv::setMouseCallback(title_, keep_mouse, &mouse_);
}

Window::~Window() {
  if (cv::getWindowProperty(title_, cv::WND_PROP_VISIBLE) >= 0) cv::destroyWindow(title_);
}

bool Window::handle_events() {
  if (!open_) return false;
  if (is_changed_ || view_.is_stale() || view_size() != shown_size_) redraw();
  const int key = cv::pollKey();
  // The user may have closed the window just now. Drawing would open another one.
  open_ = cv::getWindowProperty(title_, cv::WND_PROP_VISIBLE) >= 1;
  if (open_ && key >= 0) handle_key(key & 0xff);
  return open_;
}

void Window::handle_key(int key) {
  switch (key) {
    case kEscape:
    case 'q':
    case 'Q':
      open_ = false;
      return;
    case 'f':
    case 'F':
      return toggle_full_screen();
    case ' ':
      return view_.toggle_freeze();
    case 's':
    case 'S':
      return save_picture();
    case 'r':
    case 'R':
      return controls_.toggle_recording();
    case 'o':
    case 'O':
      return view_.next_overlay();
    case 't':
    case 'T':
      return toggle_trace();
    case '+':
    case '=':
      return view_.zoom_nearer(mouse_, view_size());
    case '-':
    case '_':
      return view_.zoom_further(mouse_, view_size());
    case '0':
      return view_.reset_zoom();
    case 'h':
    case 'H':
      return toggle_keys();
    default:
      return;
  }
}

void Window::toggle_full_screen() {
  const bool full = cv::getWindowProperty(title_, cv::WND_PROP_FULLSCREEN) > 0;
  cv::setWindowProperty(title_, cv::WND_PROP_FULLSCREEN,
                        full ? cv::WINDOW_NORMAL : cv::WINDOW_FULLSCREEN);
  view_.tell(full ? "in a window again" : "full screen: f leaves it");
}

/// The strip comes below the picture, for which the window grows where it can.
void Window::toggle_trace() {
  const cv::Size view = view_size();
  const int height = ArrivalTrace::strip_height(view);
  view_.toggle_trace();
  const bool full = cv::getWindowProperty(title_, cv::WND_PROP_FULLSCREEN) > 0;
  const int grown = view.height + (view_.has_trace() ? height : -height);
  const bool has_picture = !view_.picture_size().empty();
  if (!full && has_picture && grown > height) cv::resizeWindow(title_, view.width, grown);
}

void Window::toggle_keys() {
  keys_visible_ = !keys_visible_;
  is_changed_ = true;
}

void Window::save_picture() {
  if (!view_.shown().picture) return view_.tell("there is no picture yet to save");
  controls_.save_picture(view_.shown());
}

/// As large as the picture, unless the user has chosen a size already.
void Window::fit_to_first_picture() {
  is_fitted_ = true;
  if (view_size() != kSizeBeforePictures) return;
  cv::Size size = view_.picture_size();
  const int strip = view_.strip_height(size);
  const cv::Size room(cvFloor(screen_.width * kLargestShareOfScreen),
                      std::max(cvFloor(screen_.height * kLargestShareOfScreen) - strip, 1));
  if (!room.empty() && (size.width > room.width || size.height > room.height))
    size = scaled_to_fit(size, room);
  size.height += strip;
  cv::resizeWindow(title_, size);
  if (!screen_.empty()) keep_on_screen(size);
}

/// Growing to the right and downward may have pushed the window's edges off the screen.
void Window::keep_on_screen(cv::Size size) {
  const cv::Point corner = cv::getWindowImageRect(title_).tl();
  const double furthest = (1 + kLargestShareOfScreen) / 2;
  const cv::Point nearest(std::min(corner.x, cvFloor(screen_.width * furthest) - size.width),
                          std::min(corner.y, cvFloor(screen_.height * furthest) - size.height));
  if (nearest != corner) cv::moveWindow(title_, nearest.x, nearest.y);
}

void Window::redraw() {
  if (!is_fitted_ && !view_.picture_size().empty()) fit_to_first_picture();
  shown_size_ = view_size();
  is_changed_ = false;
  if (std::optional<cv::Mat> picture = view_.draw_in_place(shown_size_)) {
    show_with_keys(*picture);
    view_.erase(*picture);
  } else {
    canvas_.create(shown_size_, CV_8UC3);
    view_.draw(canvas_);
    show_with_keys(canvas_);
  }
}

void Window::show_with_keys(cv::Mat& image) {
  if (keys_visible_) {
    keys_.place(image.size(), inside_margin(image.size()), Corner::middle, keys_help());
    keys_.paint(image);
  }
  cv::imshow(title_, image);
  if (keys_visible_) keys_.erase(image);
}

cv::Size Window::view_size() const {
  const cv::Rect area = cv::getWindowImageRect(title_);
  return {std::max(area.width, 1), std::max(area.height, 1)};
}

}  // namespace jpegwire
