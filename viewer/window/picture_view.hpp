#pragma once

#include <functional>
#include <opencv2/core.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "viewer/camera/display.hpp"
#include "viewer/window/arrival_trace.hpp"
#include "viewer/window/overlay.hpp"
#include "viewer/window/text_box.hpp"
#include "viewer/window/zoom.hpp"

namespace jpegwire {

/// The initial settings of a view of one camera.
struct PictureViewSettings {
  std::string source;    // the stream's address as the user wrote it
  std::string name{};    // identifies the camera among others; empty if there are none
  bool trace = false;    // show how the frames arrive
  bool caption = false;  // explain what is wrong with a picture decoded from one read
};

/// A message at the lower edge of a view, shown for a few seconds.
class Toast {
 public:
  static constexpr std::chrono::seconds kDuration{3};

  void show(std::string_view sentence, WallTime now);

  bool is_visible(WallTime now) const { return !sentence_.empty() && now - shown_at_ < kDuration; }

  /// Lays out the message within this room of a picture of this size and returns its area. It may
  /// take the whole width; a file's path that is longer is shortened in its middle.
  cv::Rect place(cv::Size picture, cv::Rect room);

  void paint(cv::Mat& picture) { box_.paint(picture); }
  void erase(cv::Mat& picture) { box_.erase(picture); }

 private:
  std::string sentence_;
  WallTime shown_at_{};
  TextBox box_{TextBox::Flow::one_per_line};
};

/// One camera's picture with everything drawn over it and below it, in a part of a window of any
/// size. The picture keeps its shape and is scaled smoothly; text is drawn at the window's own
/// resolution. Views are CV_8UC3, BGR. Draws on images and does not depend on a window. Bound to
/// the main thread.
class PictureView final : public CameraDisplay {
 public:
  using Clock = std::function<WallTime()>;

  explicit PictureView(const PictureViewSettings& settings, Clock clock = steady_now);

  bool show(ShownFrame frame, const LiveFigures& figures) override;
  void show_notice(std::string_view sentence) override;
  void show_refusals(std::string_view sentence) override { show_notice(sentence); }
  void refresh(const LiveFigures& figures) override;
  void show_message(std::string_view sentence) override;
  void show_recording(const std::optional<RecordingState>& recording) override;

  PictureSize wanted_size() const override { return wanted_size_; }

  /// The size of the picture in the last drawing; empty if it was zoomed, or before the first one.
  PictureSize shown_size() const override;

  /// Nothing of the view is drawn until the next drawing.
  void hide() { drawn_size_ = {1, 1}; }

  /// The size that pictures are needed in; empty: full size.
  void set_wanted_size(PictureSize size) { wanted_size_ = size; }

  // Commands of the user.

  /// Freezes the picture, whose age keeps growing, or shows the newest one again.
  void toggle_freeze();
  void next_overlay();
  void show_overlay(Overlay::Level level);
  Overlay::Level overlay_level() const { return overlay_.level(); }
  void toggle_trace();

  /// The point is in a view of this size.
  void zoom_in(cv::Point point, cv::Size view);
  void zoom_out(cv::Point point, cv::Size view);
  void reset_zoom();

  /// Ends freezing, zoom and trace.
  void reset();

  /// The frame that is shown, frozen or not; it has no picture before the first frame.
  const ShownFrame& shown() const { return shown_; }

  /// The size of the received picture, before scaling; empty before the first one.
  cv::Size picture_size() const;

  bool has_trace() const { return has_trace_; }
  /// Whether a recording is switched on.
  bool is_recorded() const { return recording_.has_value(); }

  /// The height that the trace takes below the picture in a view of this size.
  int strip_height(cv::Size view) const;

  /// Whether the drawing would differ from the last one.
  bool is_stale() const;

  /// Draws the whole view.
  void draw(cv::Mat& view);

  /// Avoids a copy of the picture if it is the view's own and fills a view of this size unscaled:
  /// draws on the picture itself and returns it, to be shown and then passed to erase(). Otherwise
  /// draws nothing.
  std::optional<cv::Mat> draw_in_place(cv::Size view);
  void erase(cv::Mat& view);

 private:
  struct Areas {
    cv::Rect picture;
    cv::Rect strip;
  };

  void present(ShownFrame frame);
  void update_caption(const FrameArrival& arrival);
  bool has_notice() const { return !notice_.empty() && !is_frozen_; }
  Areas areas_of(cv::Size view) const;
  cv::Point2d picture_point(cv::Point point, cv::Size view) const;
  const LiveFigures& overlay_figures();
  void describe_frozen(LiveFigures& figures, WallTime now) const;
  std::vector<ColouredText> signs() const;
  std::string notice_detail() const;
  void draw_picture(cv::Mat& view, const Areas& areas);
  void draw_notice_below_name(cv::Mat& view);
  void paint_boxes(cv::Mat& view);
  void place_boxes(cv::Size view, const Areas& areas);
  void place_signs(cv::Size view);
  int place_caption(cv::Size view, int bottom);

  const Clock clock_;
  const std::string name_;
  PictureSize wanted_size_;
  ShownFrame shown_;
  ShownFrame waiting_;  // the newest frame while an older one is frozen
  bool is_frozen_ = false;
  WallTime frozen_at_{};
  LiveFigures figures_;
  LiveFigures overlay_figures_;  // as the overlay shows them
  WallTime overlay_updated_{};
  std::string notice_;  // shown in place of the figures, if not empty
  std::string notice_detail_drawn_;
  std::optional<RecordingState> recording_;
  Zoom zoom_;
  bool has_trace_;
  const bool has_caption_;
  ArrivalTrace trace_;
  std::string caption_;
  WallTime caption_updated_{};

  Overlay overlay_;
  Toast toast_;
  TextBox name_box_{TextBox::Flow::wrap};
  TextBox signs_{TextBox::Flow::wrap};
  TextBox caption_box_{TextBox::Flow::one_per_line};

  // Of the last drawing.
  bool is_changed_ = true;
  WallTime drawn_at_{};
  PictureSize drawn_size_;
  bool overlay_drawn_ = false;
  bool name_drawn_ = false;
  bool toast_drawn_ = false;
  bool signs_drawn_ = false;
  bool caption_drawn_ = false;
};

}  // namespace jpegwire
