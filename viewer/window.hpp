#pragma once

#include <functional>
#include <opencv2/core.hpp>
#include <string>
#include <string_view>

#include "viewer/arrival_trace.hpp"
#include "viewer/display.hpp"
#include "viewer/overlay.hpp"

namespace jpegwire {

/// What a window draws for who wants to see how frames arrive.
struct WindowSettings {
  bool trace = false;    // begin with the trace; the key t shows and hides it
  bool caption = false;  // say what is wrong with a picture that one read was to bring
};

/// A window on the desktop, through OpenCV's highgui. The picture keeps its shape whatever the
/// window's; it is scaled smoothly, and the text is drawn at the window's own resolution.
/// Keys: q or Esc quits, r begins or ends a recording, o shows or hides the figures, t shows how
/// the frames arrive, f switches full screen, h lists the keys.
class Window : public Display {
 public:
  /// Opens the window. Throws std::runtime_error where no desktop answers: Qt would end the
  /// process. Sets environment variables for Qt, so construct it before the first thread that reads
  /// any.
  /// `on_record` is called when the user wants to begin or end a recording.
  Window(std::string title, WindowSettings settings, std::function<void()> on_record);
  ~Window() override;

  void note_arrival(const std::shared_ptr<const FrameArrival>& arrival) override;

  /// Keeps the picture's pixels and gives those of the one before in return, so that none are
  /// copied.
  void show(Picture& picture, const LiveFigures& figures) override;

  void show_notice(std::string_view sentence) override;

  void refresh(const LiveFigures& figures) override;

  /// Takes a millisecond or two, as highgui sleeps that long for the events.
  bool handle_events() override;

 private:
  void handle_key(int key);
  void toggle_full_screen();
  void toggle_trace();
  void note_mistake(const FrameArrival& arrival);
  int strip_height(cv::Size view) const;
  void fit_to_first_picture();
  void keep_on_screen(cv::Size size);
  void redraw();
  void draw_canvas();
  void show_with_boxes(cv::Mat& view);
  void show_with_notice(cv::Mat& view);
  void draw_caption(cv::Mat& view);
  cv::Size view_size() const;

  const std::string title_;
  const std::function<void()> on_record_;
  cv::Size screen_;   // nothing where it cannot be known
  bool open_ = true;  // until the user wants to quit
  bool figures_visible_ = true;
  bool keys_visible_ = false;
  Picture picture_;  // the last one, empty before the first
  LiveFigures figures_;
  std::string notice_;  // shown in place of the figures, if not empty
  cv::Mat canvas_;      // of the window's size
  cv::Rect picture_area_;
  cv::Size shown_size_;
  Overlay overlay_;
  bool trace_visible_;
  bool caption_visible_;
  ArrivalTrace trace_;
  std::string caption_;
  std::chrono::steady_clock::time_point captioned_{};
  TextBox caption_box_{TextBox::Flow::wrap};
  TextBox keys_{TextBox::Flow::one_per_line};
};

}  // namespace jpegwire
