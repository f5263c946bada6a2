#include "viewer/window/picture_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "viewer/camera/picture_pixels.hpp"

namespace jpegwire {
namespace {

const cv::Vec3b kRecordingRed{80, 80, 255};
const cv::Vec3b kWaitingAmber{60, 190, 255};
const cv::Vec3b kFrozenBlue{255, 210, 130};
const cv::Vec3b kCaption{120, 200, 255};

/// How often a frozen picture's age and a recording's length are redrawn.
constexpr milliseconds kRedrawInterval{100};

/// How often the overlay's figures change, so that they can be read.
constexpr milliseconds kFiguresInterval{200};

cv::Rect centred(cv::Size size, cv::Size room) {
  return {(room.width - size.width) / 2, (room.height - size.height) / 2, size.width, size.height};
}

/// Fills everything outside of the area.
void fill_around(cv::Mat& view, cv::Rect area) {
  if (area.empty()) {
    view.setTo(kBackground);
    return;
  }
  view.rowRange(0, area.y).setTo(kBackground);
  view.rowRange(area.br().y, view.rows).setTo(kBackground);
  const cv::Mat rows = view.rowRange(area.y, area.br().y);
  cv::Mat(rows.colRange(0, area.x)).setTo(kBackground);
  cv::Mat(rows.colRange(area.br().x, view.cols)).setTo(kBackground);
}

}  // namespace

PictureView::PictureView(const PictureViewSettings& settings, Clock clock)
    : clock_(std::move(clock)),
      name_(settings.name),
      has_trace_(settings.trace),
      has_caption_(settings.caption),
      overlay_(settings.source, settings.name) {}

void Toast::show(std::string_view sentence, WallTime now) {
  sentence_ = sentence;
  shown_at_ = now;
}

cv::Rect Toast::place(cv::Size picture, cv::Rect room) {
  const TextMetrics metrics = TextMetrics::for_picture(picture);
  std::vector<ColouredText> lines;
  for (std::string& line : wrapped(sentence_, metrics, room.width - 2 * metrics.padding()))
    lines.push_back({std::move(line)});
  return box_.place(picture, room, Corner::bottom_middle, lines);
}

bool PictureView::show(ShownFrame frame, const LiveFigures& figures) {
  figures_ = figures;
  notice_.clear();
  if (is_frozen_)
    waiting_ = std::move(frame);
  else
    present(std::move(frame));
  return !is_frozen_;
}

void PictureView::present(ShownFrame frame) {
  shown_ = std::move(frame);
  is_changed_ = true;
  if (!shown_.arrival) return;
  if (has_caption_) update_caption(*shown_.arrival);
  trace_.add(shown_.arrival);
}

// A sentence that changes with each frame cannot be read.
void PictureView::update_caption(const FrameArrival& arrival) {
  constexpr std::chrono::seconds kInterval{1};
  const WallTime now = clock_();
  if (now - caption_updated_ < kInterval) return;
  caption_updated_ = now;
  caption_ = arrival.naive_mistake();
  if (caption_.empty())
    caption_ = "one recv returned the whole frame: this is luck, TCP does not guarantee it";
}

void PictureView::show_notice(std::string_view sentence) {
  if (sentence == notice_) return;
  notice_ = sentence;
  is_changed_ = true;
  if (is_frozen_) show_message(sentence);
}

void PictureView::refresh(const LiveFigures& figures) {
  figures_ = figures;
  is_changed_ = is_changed_ || !has_notice() || notice_detail() != notice_detail_drawn_;
}

void PictureView::show_message(std::string_view sentence) {
  toast_.show(sentence, clock_());
  is_changed_ = true;
}

void PictureView::show_recording(const std::optional<RecordingState>& recording) {
  if (recording != recording_) is_changed_ = true;
  recording_ = recording;
}

void PictureView::toggle_freeze() {
  if (!shown_.picture) return show_message("there is no picture yet to freeze");
  is_frozen_ = !is_frozen_;
  frozen_at_ = clock_();
  show_message(is_frozen_ ? "frozen: the stream continues, press space to show it again"
                          : "live again");
  if (!is_frozen_ && waiting_.picture) present(std::exchange(waiting_, {}));
}

void PictureView::next_overlay() {
  overlay_.next_level();
  show_message(overlay_.level() == Overlay::Level::off     ? "no figures"
               : overlay_.level() == Overlay::Level::small ? "figures in one line"
                                                           : "all figures");
}

void PictureView::show_overlay(Overlay::Level level) {
  while (overlay_.level() != level) overlay_.next_level();
  is_changed_ = true;
}

void PictureView::toggle_trace() {
  has_trace_ = !has_trace_;
  show_message(has_trace_ ? "how the frames arrive: each block is one read" : "no arrival trace");
}

void PictureView::zoom_in(cv::Point point, cv::Size view) {
  zoom_.zoom_in(picture_point(point, view));
  show_message(zoom_.describe());
}

void PictureView::zoom_out(cv::Point point, cv::Size view) {
  zoom_.zoom_out(picture_point(point, view));
  show_message(zoom_.describe());
}

void PictureView::reset_zoom() {
  zoom_.reset();
  show_message(zoom_.describe());
}

void PictureView::reset() {
  if (is_frozen_) toggle_freeze();
  zoom_.reset();
  has_trace_ = false;
  is_changed_ = true;
}

/// In shares of the visible part of the picture; a point outside is moved to the nearest edge.
cv::Point2d PictureView::picture_point(cv::Point point, cv::Size view) const {
  const cv::Rect area = areas_of(view).picture;
  if (area.empty()) return {0.5, 0.5};
  return {std::clamp((point.x + 0.5 - area.x) / area.width, 0.0, 1.0),
          std::clamp((point.y + 0.5 - area.y) / area.height, 0.0, 1.0)};
}

cv::Size PictureView::picture_size() const {
  if (!shown_.picture) return {};
  const PictureSize jpeg = shown_.jpeg_size;
  if (jpeg == PictureSize{}) return {shown_.picture->width, shown_.picture->height};
  return {jpeg.width, jpeg.height};
}

// When the user zooms in, a part of the picture is shown larger than the whole would be.
PictureSize PictureView::shown_size() const {
  return zoom_.is_whole() ? drawn_size_ : PictureSize{};
}

int PictureView::strip_height(cv::Size view) const {
  return has_trace_ ? std::min(ArrivalTrace::strip_height(view), view.height / 2) : 0;
}

PictureView::Areas PictureView::areas_of(cv::Size view) const {
  const int strip = has_notice() ? 0 : strip_height(view);
  const cv::Size room(view.width, view.height - strip);
  Areas areas{.picture = {}, .strip = {0, room.height, view.width, strip}};
  const cv::Size size = picture_size();
  if (!size.empty() && !room.empty()) areas.picture = centred(scaled_to_fit(size, room), room);
  return areas;
}

bool PictureView::is_stale() const {
  const WallTime now = clock_();
  if (is_changed_ || toast_drawn_ != toast_.is_visible(now)) return true;
  return is_frozen_ && now - drawn_at_ >= kRedrawInterval;
}

void PictureView::draw(cv::Mat& view) {
  const Areas areas = areas_of(view.size());
  drawn_size_ = {areas.picture.width, areas.picture.height};
  place_boxes(view.size(), areas);
  draw_picture(view, areas);
  notice_detail_drawn_ = notice_detail();
  if (has_notice()) draw_notice_below_name(view);
  paint_boxes(view);
}

void PictureView::draw_notice_below_name(cv::Mat& view) {
  cv::Rect room({}, view.size());
  if (name_drawn_) room.y = name_box_.area().br().y;
  if (signs_drawn_) room.y = std::max(room.y, signs_.area().br().y);
  room.height -= room.y;
  draw_notice(view, room, notice_, notice_detail_drawn_);
}

void PictureView::draw_picture(cv::Mat& view, const Areas& areas) {
  fill_around(view, areas.picture);
  if (areas.picture.empty()) return;
  cv::Mat picture = view(areas.picture);
  scale_part(pixels_of(*shown_.picture), zoom_.part(), picture);
  if (areas.strip.empty()) return;
  trace_.draw_tint(picture, zoom_.part());
  trace_.draw_strip(view, areas.strip);
}

std::optional<cv::Mat> PictureView::draw_in_place(cv::Size view) {
  Picture* const owned = shown_.picture.owned();
  if (owned == nullptr || has_notice() || has_trace_ || !zoom_.is_whole()) return std::nullopt;
  cv::Mat picture = pixels_of(*owned);
  if (picture.size() != view) return std::nullopt;
  drawn_size_ = {view.width, view.height};
  place_boxes(view, areas_of(view));
  paint_boxes(picture);
  return picture;
}

void PictureView::paint_boxes(cv::Mat& view) {
  if (overlay_drawn_) overlay_.paint(view);
  if (name_drawn_) name_box_.paint(view);
  if (signs_drawn_) signs_.paint(view);
  if (caption_drawn_) caption_box_.paint(view);
  if (toast_drawn_) toast_.paint(view);
  drawn_at_ = clock_();
  is_changed_ = false;
}

// In the reverse order, since one may cover another in a small view.
void PictureView::erase(cv::Mat& view) {
  if (toast_drawn_) toast_.erase(view);
  if (caption_drawn_) caption_box_.erase(view);
  if (signs_drawn_) signs_.erase(view);
  if (name_drawn_) name_box_.erase(view);
  if (overlay_drawn_) overlay_.erase(view);
}

// A toast never covers the figures or the name: if there is no room for both, these are hidden
// meanwhile.
void PictureView::place_boxes(cv::Size view, const Areas& areas) {
  const cv::Rect room = inside_margin({view.width, view.height - areas.strip.height});
  overlay_drawn_ =
      shown_.picture && !has_notice() && !overlay_.place(view, overlay_figures()).empty();
  name_drawn_ = !name_.empty() && has_notice();  // otherwise the figures begin with it
  if (name_drawn_)
    name_box_.place(view, inside_margin(view), Corner::top_left, {{name_, kNameColour}});
  toast_drawn_ = toast_.is_visible(clock_());
  const int bottom = place_caption(view, room.br().y);
  if (toast_drawn_) {
    const cv::Rect toast = toast_.place(view, {room.x, room.y, room.width, bottom - room.y});
    if (overlay_drawn_ && !(toast & overlay_.area()).empty()) overlay_drawn_ = false;
    if (name_drawn_ && !(toast & name_box_.area()).empty()) name_drawn_ = false;
  }
  place_signs(view);
}

/// At the picture's lower edge; returns the lower end of the room above it.
int PictureView::place_caption(cv::Size view, int bottom) {
  caption_drawn_ = !caption_.empty() && !has_notice();
  if (!caption_drawn_) return bottom;
  const int margin = overlay_margin(view);
  const TextMetrics metrics = TextMetrics::for_picture(view);
  const cv::Rect room(margin, 0, view.width - 2 * margin, bottom);
  std::vector<ColouredText> lines;
  for (std::string& line : wrapped(caption_, metrics, room.width - 2 * metrics.padding()))
    lines.push_back({std::move(line), kCaption});
  const cv::Rect area = caption_box_.place(view, room, Corner::bottom_middle, lines);
  return std::max(area.y - margin, margin);
}

/// In the upper right corner, or below the figures or the name if these are as wide as the view.
void PictureView::place_signs(cv::Size view) {
  const std::vector<ColouredText> words = signs();
  signs_drawn_ = !words.empty();
  if (!signs_drawn_) return;
  cv::Rect room = inside_margin(view);
  const cv::Rect area = signs_.place(view, room, Corner::top_right, words);
  const cv::Rect left = overlay_drawn_ ? overlay_.area()
                        : name_drawn_  ? name_box_.area()
                                       : cv::Rect();
  if ((area & left).empty()) return;
  room.y = std::max(std::min(left.br().y + room.x, view.height - area.height), 0);
  signs_.place(view, room, Corner::top_right, words);
}

std::vector<ColouredText> PictureView::signs() const {
  std::vector<ColouredText> words;
  if (recording_ && recording_->is_writing)
    words.push_back({fmt::format("{} {}", kDot, describe(*recording_)), kRecordingRed});
  else if (recording_)
    words.push_back({describe(*recording_), kWaitingAmber});
  if (is_frozen_)
    words.push_back({fmt::format("{} FROZEN for {}", kPause,
                                 as_clock(std::chrono::duration_cast<std::chrono::seconds>(
                                     clock_() - frozen_at_))),
                     kFrozenBlue});
  if (is_frozen_ && !notice_.empty()) words.push_back({"NO SIGNAL", kRecordingRed});
  // The picture looks the same whether new ones come or not, so it is marked whatever is hidden.
  if (!is_frozen_ && !has_notice() && figures_.last_picture)
    words.push_back({describe_last_picture(figures_), kRecordingRed});
  return words;
}

/// The page says the same while it is disconnected.
std::string PictureView::notice_detail() const {
  return shown_.picture && figures_.last_picture ? describe_last_picture(figures_) : "";
}

// A frozen picture grows old, whatever the stream does.
void PictureView::describe_frozen(LiveFigures& figures, WallTime now) const {
  figures.no_signal = shown_.no_signal;
  figures.last_picture.reset();
  figures.age_ms.reset();
  if (shown_.capture_time) figures.age_ms = to_milliseconds(now - *shown_.capture_time);
}

// Figures that change with each frame cannot be read.
const LiveFigures& PictureView::overlay_figures() {
  const WallTime now = clock_();
  const bool is_first = overlay_figures_.width == 0;
  if (is_first || now - overlay_updated_ >= kFiguresInterval) {
    overlay_figures_ = figures_;
    overlay_updated_ = now;
    if (is_frozen_) describe_frozen(overlay_figures_, now);
  }
  overlay_figures_.age_history = figures_.age_history;
  return overlay_figures_;
}

}  // namespace jpegwire
