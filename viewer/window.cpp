#include "viewer/window.hpp"

#include <fmt/format.h>
#include <xcb/xcb.h>

#include <algorithm>
#include <clocale>
#include <cstdlib>
#include <memory>
#include <opencv2/highgui.hpp>
#include <opencv2/imgproc.hpp>
#include <stdexcept>
#include <utility>
#include <vector>

namespace jpegwire {
namespace {

constexpr int kEscape = 27;
constexpr double kLargestShareOfScreen = 0.9;
const cv::Size kSizeBeforePictures{640, 360};
const cv::Scalar kBackground{24, 24, 24};

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

/// The largest size of the same shape that fits.
cv::Size scaled_to_fit(cv::Size size, cv::Size room) {
  const double factor = std::min(static_cast<double>(room.width) / size.width,
                                 static_cast<double>(room.height) / size.height);
  return {std::clamp(cvRound(size.width * factor), 1, std::max(room.width, 1)),
          std::clamp(cvRound(size.height * factor), 1, std::max(room.height, 1))};
}

cv::Rect centred(cv::Size size, cv::Size room) {
  return {(room.width - size.width) / 2, (room.height - size.height) / 2, size.width, size.height};
}

cv::Size size_of(const Picture& picture) { return {picture.width, picture.height}; }

cv::Mat as_mat(Picture& picture) {
  return {picture.height, picture.width, CV_8UC3, picture.pixels.data()};
}

/// Averages where many pixels become one; else bilinear is as good and several times faster.
void scale(const cv::Mat& from, cv::Mat to) {
  const bool much_smaller = to.cols * 2 < from.cols;
  cv::resize(from, to, to.size(), 0, 0, much_smaller ? cv::INTER_AREA : cv::INTER_LINEAR);
}

const std::vector<ColouredText>& keys_help() {
  static const std::vector<ColouredText> lines{{"q or Esc: quit"},
                                               {"r: begin or end recording"},
                                               {"f: full screen"},
                                               {"o: figures"},
                                               {"h: this list"}};
  return lines;
}

}  // namespace

Window::Window(std::string title, std::function<void()> on_record)
    : title_(std::move(title)), on_record_(std::move(on_record)) {
  // Held until Qt has a connection of its own: a bare X server starts anew when its last client
  // leaves, and drops whoever is just coming.
  const XConnection connection = require_display();
  screen_ = screen_size(connection.get());
  silence_qt();
  open_window(title_, kSizeBeforePictures);
}

Window::~Window() {
  if (cv::getWindowProperty(title_, cv::WND_PROP_VISIBLE) >= 0) cv::destroyWindow(title_);
}

void Window::show(Picture& picture, const LiveFigures& figures) {
  const bool first = picture_.width == 0;
  std::swap(picture_, picture);
  figures_ = figures;
  notice_.clear();
  if (first) fit_to_first_picture();
  redraw();
}

void Window::show_notice(std::string_view sentence) {
  if (sentence == notice_) return;
  notice_ = sentence;
  redraw();
}

void Window::refresh(const LiveFigures& figures) {
  figures_ = figures;
  if (notice_.empty()) redraw();
}

bool Window::handle_events() {
  if (!open_) return false;
  const int key = cv::pollKey();
  // The user may have closed the window just now. Drawing would open another one.
  open_ = cv::getWindowProperty(title_, cv::WND_PROP_VISIBLE) >= 1;
  if (!open_) return false;
  if (key >= 0) handle_key(key & 0xff);
  if (view_size() != shown_size_) redraw();
  return open_;
}

void Window::handle_key(int key) {
  switch (key) {
    case kEscape:
    case 'q':
    case 'Q':
      open_ = false;
      return;
    case 'o':
    case 'O':
      figures_visible_ = !figures_visible_;
      return redraw();
    case 'h':
    case 'H':
      keys_visible_ = !keys_visible_;
      return redraw();
    case 'r':
    case 'R':
      return on_record_();
    case 'f':
    case 'F':
      return toggle_full_screen();
    default:
      return;
  }
}

void Window::toggle_full_screen() {
  const bool full = cv::getWindowProperty(title_, cv::WND_PROP_FULLSCREEN) > 0;
  cv::setWindowProperty(title_, cv::WND_PROP_FULLSCREEN,
                        full ? cv::WINDOW_NORMAL : cv::WINDOW_FULLSCREEN);
}

/// As large as the picture, unless the user has chosen a size already.
void Window::fit_to_first_picture() {
  if (view_size() != kSizeBeforePictures) return;
  cv::Size size = size_of(picture_);
  const cv::Size room(cvFloor(screen_.width * kLargestShareOfScreen),
                      cvFloor(screen_.height * kLargestShareOfScreen));
  if (!room.empty() && (size.width > room.width || size.height > room.height))
    size = scaled_to_fit(size, room);
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
  if (!open_) return;
  shown_size_ = view_size();
  const bool drawn_on_canvas = !notice_.empty() || shown_size_ != size_of(picture_);
  if (drawn_on_canvas) draw_canvas();
  cv::Mat view = drawn_on_canvas ? canvas_ : as_mat(picture_);
  if (notice_.empty())
    show_with_boxes(view);
  else
    show_with_notice(view);
}

/// The picture in the middle of a canvas of the window's size.
void Window::draw_canvas() {
  cv::Rect area;
  if (picture_.width > 0)
    area = centred(scaled_to_fit(size_of(picture_), shown_size_), shown_size_);
  if (canvas_.size() != shown_size_ || area != picture_area_) {
    canvas_.create(shown_size_, CV_8UC3);
    canvas_.setTo(kBackground);
    picture_area_ = area;
  }
  if (!area.empty()) scale(as_mat(picture_), canvas_(area));
}

void Window::show_with_boxes(cv::Mat& view) {
  const int margin = overlay_margin(view.size());
  cv::Point corner(margin, margin);
  const bool figures_shown = figures_visible_ && picture_.width > 0;
  if (figures_shown) {
    overlay_.draw(view, figures_);
    corner.y += overlay_.area().height + margin;
  }
  if (keys_visible_) keys_.draw(view, corner, keys_help());
  cv::imshow(title_, view);
  // So that the next drawing finds the picture as it came, and the canvas around it clean.
  if (keys_visible_) keys_.erase(view);
  if (figures_shown) overlay_.erase(view);
}

void Window::show_with_notice(cv::Mat& view) {
  draw_notice(view, notice_);
  const int margin = overlay_margin(view.size());
  if (keys_visible_) keys_.draw(view, {margin, margin}, keys_help());
  cv::imshow(title_, view);
  canvas_.release();  // dimmed and written on all over
}

cv::Size Window::view_size() const {
  const cv::Rect area = cv::getWindowImageRect(title_);
  return {std::max(area.width, 1), std::max(area.height, 1)};
}

}  // namespace jpegwire
