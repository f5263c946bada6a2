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
  static const std::vector<ColouredText> lines{
      {"q or Esc: quit"}, {"r: begin or end recording"}, {"f: full screen"},
      {"o: figures"},     {"t: how frames arrive"},      {"h: this list"}};
  return lines;
}

}  // namespace

Window::Window(std::string title, WindowSettings settings, std::function<void()> on_record)
    : title_(std::move(title)),
      on_record_(std::move(on_record)),
      trace_visible_(settings.trace),
      caption_visible_(settings.caption) {
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

void Window::note_arrival(const std::shared_ptr<const FrameArrival>& arrival) {
  if (!arrival) return;
  if (caption_visible_) note_mistake(*arrival);
  trace_.add(arrival);
}

// A sentence that changes with each frame cannot be read.
void Window::note_mistake(const FrameArrival& arrival) {
  constexpr std::chrono::seconds kLegible{1};
  const auto now = std::chrono::steady_clock::now();
  if (now - captioned_ < kLegible) return;
  captioned_ = now;
  caption_ = arrival.naive_mistake();
  if (caption_.empty()) caption_ = "one recv brought the whole frame: that is luck, and no promise";
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
    case 't':
    case 'T':
      return toggle_trace();
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

/// The strip comes below the picture, for which the window grows where it can.
void Window::toggle_trace() {
  const cv::Size view = view_size();
  const int height = ArrivalTrace::strip_height(view);
  trace_visible_ = !trace_visible_;
  const bool full = cv::getWindowProperty(title_, cv::WND_PROP_FULLSCREEN) > 0;
  const int grown = view.height + (trace_visible_ ? height : -height);
  if (!full && picture_.width > 0 && grown > height) cv::resizeWindow(title_, view.width, grown);
  canvas_.release();
  redraw();
}

int Window::strip_height(cv::Size view) const {
  return trace_visible_ ? std::min(ArrivalTrace::strip_height(view), view.height / 2) : 0;
}

/// As large as the picture, unless the user has chosen a size already.
void Window::fit_to_first_picture() {
  if (view_size() != kSizeBeforePictures) return;
  cv::Size size = size_of(picture_);
  const int strip = strip_height(size);
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
  if (!open_) return;
  shown_size_ = view_size();
  const bool drawn_on_canvas =
      !notice_.empty() || trace_visible_ || shown_size_ != size_of(picture_);
  if (drawn_on_canvas) draw_canvas();
  cv::Mat view = drawn_on_canvas ? canvas_ : as_mat(picture_);
  if (notice_.empty())
    show_with_boxes(view);
  else
    show_with_notice(view);
}

/// The picture in the middle of a canvas of the window's size, over the strip where there is one.
void Window::draw_canvas() {
  cv::Rect area;
  const int strip = notice_.empty() ? strip_height(shown_size_) : 0;
  const cv::Size room(shown_size_.width, shown_size_.height - strip);
  if (picture_.width > 0) area = centred(scaled_to_fit(size_of(picture_), room), room);
  if (canvas_.size() != shown_size_ || area != picture_area_) {
    canvas_.create(shown_size_, CV_8UC3);
    canvas_.setTo(kBackground);
    picture_area_ = area;
  }
  if (!area.empty()) scale(as_mat(picture_), canvas_(area));
  if (strip == 0 || area.empty()) return;
  cv::Mat picture = canvas_(area);
  trace_.draw_tint(picture);
  trace_.draw_strip(canvas_, {0, room.height, room.width, strip});
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
  draw_caption(view);
  cv::imshow(title_, view);
  // So that the next drawing finds the picture as it came, and the canvas around it clean.
  if (!caption_.empty()) caption_box_.erase(view);
  if (keys_visible_) keys_.erase(view);
  if (figures_shown) overlay_.erase(view);
}

/// Across the picture's lower edge.
void Window::draw_caption(cv::Mat& view) {
  if (caption_.empty()) return;
  const int margin = overlay_margin(view.size());
  const int bottom = view.rows - strip_height(view.size()) - 6 * margin;
  caption_box_.draw(view, {margin, std::max(bottom, 0)}, {{caption_, {120, 200, 255}}});
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
