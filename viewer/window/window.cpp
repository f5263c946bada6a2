#include "viewer/window/window.hpp"

#include <fmt/format.h>
#include <xcb/xcb.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <opencv2/highgui.hpp>
#include <string_view>
#include <utility>
#include <vector>

#include "viewer/window/desktop.hpp"

namespace jpegwire {
namespace {

constexpr double kLargestShareOfScreen = 0.9;
const cv::Size kSizeBeforePictures{640, 360};
const cv::Size kSizeOfMosaic{1280, 720};

cv::Point pointer_on_screen(xcb_connection_t* connection) {
  const xcb_window_t root = xcb_setup_roots_iterator(xcb_get_setup(connection)).data->root;
  const std::unique_ptr<xcb_query_pointer_reply_t, decltype(&std::free)> reply(
      xcb_query_pointer_reply(connection, xcb_query_pointer(connection, root), nullptr),
      &std::free);
  return reply ? cv::Point(reply->root_x, reply->root_y) : cv::Point();
}

struct Key {
  const char* names;
  const char* what;
  bool is_for_several = false;
};

/// In the order of the list that h shows.
constexpr Key kKeys[] = {
    {"q, Esc", "quit"},
    {"m, click", "one camera alone, or all", true},
    {"f", "full screen"},
    {"space", "freeze the picture; the stream continues"},
    {"s", "save the picture as it was received"},
    {"r", "start or stop a recording"},
    {"o", "figures: one line, all, none"},
    {"t", "show how frames arrive"},
    {"+  -", "zoom at the mouse pointer"},
    {"0", "show the whole picture"},
    {"h", "this list"},
};

std::vector<ColouredText> keys_help(bool several) {
  const cv::Vec3b name_colour{120, 215, 255};
  std::vector<ColouredText> words;
  for (const Key& key : kKeys) {
    if (key.is_for_several && !several) continue;
    words.push_back({key.names, name_colour});
    words.push_back({key.what});
  }
  return words;
}

/// Leaves room for the frame of the window and the panels of the desktop.
cv::Size room_on(cv::Size screen) {
  return {cvFloor(screen.width * kLargestShareOfScreen),
          cvFloor(screen.height * kLargestShareOfScreen)};
}

cv::Size fitted(cv::Size size, cv::Size room) {
  const bool fits = room.empty() || (size.width <= room.width && size.height <= room.height);
  return fits ? size : scaled_to_fit(size, room);
}

}  // namespace

Window::Window(std::string title, const std::vector<PictureViewSettings>& views,
               std::vector<CameraControls> controls)
    : title_(std::move(title)),
      controls_(std::move(controls)),
      mosaic_(views),
      connection_(open_desktop(", or use --headless")) {
  screen_ = screen_size(connection_.get());
  const cv::Size size = is_mosaic() ? fitted(kSizeOfMosaic, room_on(screen_)) : kSizeBeforePictures;
  is_fitted_ = is_mosaic();
  open_window(title_, size);
  cv::setMouseCallback(title_, note_mouse, &mouse_);
}

Window::~Window() {
  if (cv::getWindowProperty(title_, cv::WND_PROP_VISIBLE) >= 0) cv::destroyWindow(title_);
}

void Window::note_mouse(int event, int x, int y, int, void* user) {
  Mouse& mouse = *static_cast<Mouse*>(user);
  mouse.place = {x, y};
  if (event == cv::EVENT_LBUTTONDBLCLK) mouse.is_second = true;
  if (event == cv::EVENT_LBUTTONUP) mouse.is_clicked |= !std::exchange(mouse.is_second, false);
}

/// All other keys have numbers above those of characters. Of these only the keys of the numeric
/// keypad stand for characters.
std::optional<int> Window::character_of(int key) {
  constexpr int kFirstWithout = 0x100;
  constexpr int kPlus = 0xffab, kMinus = 0xffad, kZero = 0xffb0;  // XK_KP_Add and so on
  if (key == kPlus) return '+';
  if (key == kMinus) return '-';
  if (key == kZero) return '0';
  return key >= 0 && key < kFirstWithout ? std::optional(key) : std::nullopt;
}

bool Window::handle_events() {
  if (!open_) return false;
  if (is_changed_ || mosaic_.is_stale() || view_size() != shown_size_) redraw();
  const int key = cv::pollKey();
  // The user may have just closed the window. Drawing would open another one.
  open_ = cv::getWindowProperty(title_, cv::WND_PROP_VISIBLE) >= 1;
  if (const std::optional<int> character = character_of(key); open_ && character)
    handle_key(*character);
  if (std::exchange(mouse_.is_clicked, false)) mosaic_.toggle_alone(mouse_place());
  return open_;
}

/// The window may open under a mouse pointer that has not moved. If its place is unknown, the
/// middle of the window.
cv::Point Window::mouse_place() const {
  const cv::Size size = view_size();
  if (!mouse_.place && connection_) {
    const cv::Point on_screen = pointer_on_screen(connection_.get());
    return on_screen - cv::getWindowImageRect(title_).tl();
  }
  return mouse_.place.value_or(cv::Point(size.width / 2, size.height / 2));
}

PictureView* Window::view_alone() {
  return mosaic_.alone() ? &mosaic_.view(*mosaic_.alone()) : nullptr;
}

/// In the view that the mouse pointer is in.
void Window::show_message(std::string_view sentence) {
  mosaic_.view(mosaic_.nearest_to(mouse_place())).show_message(sentence);
}

void Window::handle_key(int key) {
  switch (key) {
    case kEscapeKey:
    case 'q':
    case 'Q':
      open_ = false;
      return;
    case 'f':
    case 'F':
      return toggle_full_screen();
    case 'm':
    case 'M':
      return mosaic_.toggle_alone(mouse_place());
    case 's':
    case 'S':
      return save_pictures();
    case 'r':
    case 'R':
      return toggle_recording();
    case 'o':
    case 'O':
      return next_overlay();
    case 'h':
    case 'H':
      return toggle_keys();
    default:
      return handle_key_for_one(key);
  }
}

/// The keys that apply to one camera; in the grid they show a message.
void Window::handle_key_for_one(int key) {
  if (std::string_view(" tT+=-_0").find(static_cast<char>(key)) == std::string_view::npos) return;
  PictureView* view = view_alone();
  if (view == nullptr)
    return show_message("this key applies to one camera: press m or click the camera first");
  switch (key) {
    case ' ':
      return view->toggle_freeze();
    case 't':
    case 'T':
      return toggle_trace(*view);
    case '+':
    case '=':
      return view->zoom_in(mouse_place(), view_size());
    case '-':
    case '_':
      return view->zoom_out(mouse_place(), view_size());
    default:
      return view->reset_zoom();
  }
}

void Window::toggle_full_screen() {
  const bool full = cv::getWindowProperty(title_, cv::WND_PROP_FULLSCREEN) > 0;
  cv::setWindowProperty(title_, cv::WND_PROP_FULLSCREEN,
                        full ? cv::WINDOW_NORMAL : cv::WINDOW_FULLSCREEN);
  show_message(full ? "full screen ended" : "full screen: press f to leave it");
}

/// The strip is below the picture; the window grows by its height if it can.
void Window::toggle_trace(PictureView& view) {
  const cv::Size size = view_size();
  view.toggle_trace();
  const bool full = cv::getWindowProperty(title_, cv::WND_PROP_FULLSCREEN) > 0;
  if (full || is_mosaic() || view.picture_size().empty()) return;
  const int grown_by = view.has_trace() ? ArrivalTrace::strip_height(size) : 0;
  const int height = size.height + grown_by - grown_by_;
  if (height > 0) cv::resizeWindow(title_, size.width, height);
  grown_by_ = grown_by;
}

void Window::toggle_keys() {
  keys_visible_ = !keys_visible_;
  is_changed_ = true;
}

/// All cameras of a grid show the same figures.
void Window::next_overlay() {
  if (PictureView* view = view_alone()) return view->next_overlay();
  const Overlay::Level next = Overlay::after(mosaic_.view(0).overlay_level());
  for (const std::size_t camera : mosaic_.shown()) mosaic_.view(camera).show_overlay(next);
}

/// In a grid, starts all recordings; if all are running, stops all.
void Window::toggle_recording() {
  const std::vector<std::size_t> shown = mosaic_.shown();
  const bool stops = std::ranges::all_of(
      shown, [this](std::size_t camera) { return mosaic_.view(camera).is_recorded(); });
  for (const std::size_t camera : shown)
    if (mosaic_.view(camera).is_recorded() == stops) controls_[camera].toggle_recording();
}

void Window::save_pictures() {
  for (const std::size_t camera : mosaic_.shown()) {
    PictureView& view = mosaic_.view(camera);
    if (view.shown().picture)
      controls_[camera].save_picture(view.shown());
    else
      view.show_message("there is no picture yet to save");
  }
}

/// Makes the window as large as the picture, unless the user has already resized it.
void Window::fit_to_first_picture() {
  is_fitted_ = true;
  if (view_size() != kSizeBeforePictures) return;
  cv::Size size = mosaic_.view(0).picture_size();
  const int strip = mosaic_.view(0).strip_height(size);
  cv::Size room = room_on(screen_);
  if (!room.empty()) room.height = std::max(room.height - strip, 1);
  size = fitted(size, room);
  size.height += strip;
  grown_by_ = strip;
  cv::resizeWindow(title_, size);
  if (!screen_.empty()) keep_on_screen(size);
}

/// The window grew to the right and downward, perhaps beyond the edges of the screen.
void Window::keep_on_screen(cv::Size size) {
  const cv::Point corner = cv::getWindowImageRect(title_).tl();
  const double furthest = (1 + kLargestShareOfScreen) / 2;
  const cv::Point nearest(std::min(corner.x, cvFloor(screen_.width * furthest) - size.width),
                          std::min(corner.y, cvFloor(screen_.height * furthest) - size.height));
  if (nearest != corner) cv::moveWindow(title_, nearest.x, nearest.y);
}

void Window::redraw() {
  if (!is_fitted_ && !mosaic_.view(0).picture_size().empty()) fit_to_first_picture();
  shown_size_ = view_size();
  is_changed_ = false;
  PictureView* view = is_mosaic() ? nullptr : view_alone();
  std::optional<cv::Mat> picture;
  if (view != nullptr) picture = view->draw_in_place(shown_size_);
  if (picture) {
    show_with_keys(*picture);
    view->erase(*picture);
  } else {
    canvas_.create(shown_size_, CV_8UC3);
    mosaic_.draw(canvas_);
    show_with_keys(canvas_);
  }
}

void Window::show_with_keys(cv::Mat& image) {
  if (keys_visible_) {
    keys_.place(image.size(), inside_margin(image.size()), Corner::middle, keys_help(is_mosaic()));
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
