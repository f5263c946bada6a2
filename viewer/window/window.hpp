#pragma once

#include <opencv2/core.hpp>
#include <optional>
#include <string>
#include <vector>

#include "viewer/camera/display.hpp"
#include "viewer/window/desktop.hpp"
#include "viewer/window/mosaic.hpp"

namespace jpegwire {

/// A window on the desktop, through OpenCV's highgui: its keys and its mouse, and what they do.
/// What is drawn in it is a Mosaic of one or more cameras. The key h lists the keys.
class Window : public Display {
 public:
  /// Opens the window. Throws std::runtime_error where no desktop answers: Qt would end the
  /// process. Sets environment variables for Qt, so construct it before the first thread that reads
  /// any.
  /// `controls` has one for each of the views, of which there must be one.
  Window(std::string title, const std::vector<PictureViewSettings>& views,
         std::vector<CameraControls> controls);
  ~Window() override;

  CameraDisplay& camera(std::size_t index) override { return mosaic_.view(index); }

  /// Takes a millisecond or two, as highgui sleeps that long for the events.
  bool handle_events() override;

 private:
  struct Mouse {
    std::optional<cv::Point> place;  // nothing before it has moved
    bool is_clicked = false;         // and this is not handled yet
    bool is_second = false;          // click of a double one, which is one
  };

  static std::optional<int> character_of(int key);
  static void note_mouse(int event, int x, int y, int flags, void* mouse);
  void handle_key(int key);
  void handle_key_for_one(int key);
  cv::Point mouse_place() const;
  PictureView* view_alone();
  void tell(std::string_view sentence);
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
  cv::Size screen_;         // nothing where it cannot be known
  bool open_ = true;        // until the user wants to quit
  bool is_fitted_ = false;  // to the first picture
  bool is_changed_ = true;  // by what is the window's own
  bool keys_visible_ = false;
  Mouse mouse_;
  int grown_by_ = 0;  // for the trace
  cv::Mat canvas_;    // of the window's size
  cv::Size shown_size_;
  TextBox keys_{TextBox::Flow::table};
};

}  // namespace jpegwire
