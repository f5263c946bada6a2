#pragma once

#include <opencv2/core.hpp>
#include <string>

#include "viewer/display.hpp"
#include "viewer/picture_view.hpp"

namespace jpegwire {

/// A window on the desktop, through OpenCV's highgui: its keys and its mouse, and what they do.
/// What is drawn in it is the camera's PictureView. The key h lists the keys.
class Window : public Display {
 public:
  /// Opens the window. Throws std::runtime_error where no desktop answers: Qt would end the
  /// process. Sets environment variables for Qt, so construct it before the first thread that reads
  /// any.
  Window(std::string title, const PictureViewSettings& settings, CameraControls controls);
  ~Window() override;

  CameraDisplay& camera() override { return view_; }

  /// Takes a millisecond or two, as highgui sleeps that long for the events.
  bool handle_events() override;

 private:
  void handle_key(int key);
  void toggle_full_screen();
  void toggle_trace();
  void toggle_keys();
  void save_picture();
  void fit_to_first_picture();
  void keep_on_screen(cv::Size size);
  void redraw();
  void show_with_keys(cv::Mat& image);
  cv::Size view_size() const;

  const std::string title_;
  const CameraControls controls_;
  PictureView view_;
  cv::Size screen_;         // nothing where it cannot be known
  bool open_ = true;        // until the user wants to quit
  bool is_fitted_ = false;  // to the first picture
  bool is_changed_ = true;  // by what is the window's own
  bool keys_visible_ = false;
  cv::Point mouse_;
  cv::Mat canvas_;  // of the window's size
  cv::Size shown_size_;
  TextBox keys_{TextBox::Flow::table};
};

}  // namespace jpegwire
