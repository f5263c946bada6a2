#pragma once

#include <functional>
#include <opencv2/core.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "viewer/camera/display.hpp"
#include "viewer/window/arrival_trace.hpp"
#include "viewer/window/overlay.hpp"
#include "viewer/window/toast.hpp"
#include "viewer/window/zoom.hpp"

namespace jpegwire {

/// What a view of one camera begins with.
struct PictureViewSettings {
  std::string source;    // where the frames come from, as its user knows it
  std::string name{};    // what tells it from other cameras; empty where there are none
  bool trace = false;    // show how the frames arrive
  bool caption = false;  // say what is wrong with a picture that one read was to bring
};

/// One camera's picture, with all that is drawn over it and below it, in a part of a window of any
/// size. The picture keeps its shape, is scaled smoothly, and text is drawn at the window's own
/// resolution. Views are CV_8UC3, BGR. Bound to the main thread; knows no window.
class PictureView final : public CameraDisplay {
 public:
  using Clock = std::function<WallTime()>;

  explicit PictureView(const PictureViewSettings& settings, Clock clock = steady_now);

  bool show(const ShownFrame& frame, const LiveFigures& figures) override;
  void show_notice(std::string_view sentence) override;
  void refresh(const LiveFigures& figures) override;
  void tell(std::string_view sentence) override;
  void show_recording(std::optional<std::chrono::seconds> since_begin) override;

  PictureSize wanted_size() const override { return wanted_size_; }

  /// Its pictures need not be larger; empty: they are wanted whole.
  void want(PictureSize size) { wanted_size_ = size; }

  // What the user wants.

  /// The picture stays, and its age counts on; or the newest one is shown again.
  void toggle_freeze();
  void next_overlay();
  void show_overlay(Overlay::Level level);
  Overlay::Level overlay_level() const { return overlay_.level(); }
  void toggle_trace();

  /// At this point of a view of this size.
  void zoom_nearer(cv::Point point, cv::Size view);
  void zoom_further(cv::Point point, cv::Size view);
  void reset_zoom();

  /// Of what was there to look closer, only the freezing stays.
  void show_plainly();

  /// What is shown, frozen or not; without a picture before the first one.
  const ShownFrame& shown() const { return shown_; }

  /// Of the picture as it came; nothing before the first one.
  cv::Size picture_size() const;

  bool has_trace() const { return has_trace_; }
  bool is_recorded() const { return recorded_for_.has_value(); }

  /// What the trace takes of a view of this size, below the picture.
  int strip_height(cv::Size view) const;

  /// Whether something else would be drawn now than the last time.
  bool is_stale() const;

  /// Draws on all of the view.
  void draw(cv::Mat& view);

  /// Spares copying the picture where it fills a view of this size just as it is, and nobody else
  /// reads it: draws on the picture itself and gives it, to be shown and then given to erase().
  /// Else nothing is drawn.
  std::optional<cv::Mat> draw_in_place(cv::Size view);
  void erase(cv::Mat& view);

 private:
  struct Areas {
    cv::Rect picture;
    cv::Rect strip;
  };

  void present(const ShownFrame& frame);
  void note_mistake(const FrameArrival& arrival);
  bool has_notice() const { return !notice_.empty() && !is_frozen_; }
  Areas areas_of(cv::Size view) const;
  cv::Point2d picture_point(cv::Point point, cv::Size view) const;
  cv::Mat pixels() const;
  const LiveFigures& told_figures();
  std::vector<ColouredText> signs() const;
  void draw_picture(cv::Mat& view, const Areas& areas);
  void draw_boxes(cv::Mat& view, const Areas& areas);
  void place_boxes(cv::Size view, const Areas& areas);
  void place_signs(cv::Size view);
  int place_caption(cv::Size view, int bottom);

  const Clock clock_;
  const std::string name_;
  PictureSize wanted_size_;
  ShownFrame shown_;
  ShownFrame waiting_;  // the newest one, while an older one is frozen
  bool is_frozen_ = false;
  WallTime frozen_at_{};
  LiveFigures figures_;
  LiveFigures told_figures_;  // by the overlay
  WallTime told_at_{};
  std::string notice_;  // shown in place of the figures, if not empty
  std::optional<std::chrono::seconds> recorded_for_;
  Zoom zoom_;
  bool has_trace_;
  const bool has_caption_;
  ArrivalTrace trace_;
  std::string caption_;
  WallTime captioned_{};

  Overlay overlay_;
  Toast toast_;
  TextBox name_box_{TextBox::Flow::wrap};
  TextBox signs_{TextBox::Flow::wrap};
  TextBox caption_box_{TextBox::Flow::one_per_line};

  // Of the last drawing.
  bool is_changed_ = true;
  WallTime drawn_at_{};
  bool overlay_drawn_ = false;
  bool name_drawn_ = false;
  bool toast_drawn_ = false;
  bool signs_drawn_ = false;
  bool caption_drawn_ = false;
};

}  // namespace jpegwire
