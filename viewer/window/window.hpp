#pragma once

#include <opencv2/core.hpp>
#include <optional>
#include <string>
#include <vector>

#include "viewer/camera/display.hpp"
#include "viewer/window/desktop.hpp"
#include "viewer/window/mosaic.hpp"

namespace jpegwire {

/// A window on the desktop, through OpenCV's highgui, that shows a Mosaic of one or more cameras.
/// Handles keys and the mouse; the key h lists the keys.
class Window : public Display {
 public:
  /// Opens the window. Throws std::runtime_error if no desktop answers: Qt would end the process.
  /// Sets environment variables for Qt, so construct it before the first thread that reads any.
  /// `controls` has one element for each of the views; there must be at least one.
  Window(std::string title, const std::vector<PictureViewSettings>& views,
         std::vector<CameraControls> controls);
  ~Window() override;

  CameraDisplay& camera(std::size_t index) override { return mosaic_.view(index); }

  /// Takes a millisecond or two: highgui sleeps that long to wait for events.
  bool handle_events() override;

 private:
  struct Mouse {
    std::optional<cv::Point> place;  // nothing before it has moved
    bool is_clicked = false;         // not handled yet
    bool is_second = false;          // of a double click, which counts as one click
  };

  static std::optional<int> character_of(int key);
  static void note_mouse(int event, int x, int y, int flags, void* mouse);
  void handle_key(int key);
  void handle_key_for_one(int key);
  cv::Point mouse_place() const;
  PictureView* view_alone();
  void show_message(std::string_view sentence);
  bool is_mosaic() const { return mosaic_.size() > 1; }
  void toggle_full_screen();
  void toggle_trace(PictureView& view);
  void toggle_keys();
  void next_overlay();
  void toggle_recording();
  void save_pictures();
  void fit_to_first_picture();
  void keep_on_screen(cv::Size size);
  void redraw();
  void show_with_keys(cv::Mat& image);
  cv::Size view_size() const;

  const std::string title_;
  const std::vector<CameraControls> controls_;
  Mosaic mosaic_;
  XConnection connection_;
  cv::Size screen_;         // empty if it is unknown
  bool open_ = true;        // until the user wants to quit
  bool is_fitted_ = false;  // to the first picture
  bool is_changed_ = true;  // apart from the mosaic
  bool keys_visible_ = false;
  Mouse mouse_;
  int grown_by_ = 0;  // pixels, for the trace
  cv::Mat canvas_;    // of the window's size
  cv::Size shown_size_;
  TextBox keys_{TextBox::Flow::table, TextBox::kOpaque};
};

}  // namespace jpegwire
