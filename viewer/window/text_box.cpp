#include "viewer/window/text_box.hpp"

#include <algorithm>
#include <opencv2/imgproc.hpp>

namespace jpegwire {
namespace {

/// The transparency of each pixel of a top left corner, up to 255.
cv::Mat round_corner(int radius, double opacity) {
  constexpr int kOversampling = 4;
  const int large_radius = radius * kOversampling;
  cv::Mat large = cv::Mat::zeros(large_radius, large_radius, CV_8UC1);
  cv::circle(large, {large_radius - 1, large_radius - 1}, large_radius - 1, 255, cv::FILLED);
  cv::Mat coverage;
  cv::resize(large, coverage, {radius, radius}, 0, 0, cv::INTER_AREA);
  cv::Mat corner;
  coverage.convertTo(corner, CV_8U, -opacity, 255);
  cv::cvtColor(corner, corner, cv::COLOR_GRAY2BGR);
  return corner;
}

void begin_box(Blend& blend, cv::Size size, int wanted_radius, double opacity) {
  blend.keep.create(size, CV_8UC3);
  blend.keep.setTo(cv::Scalar::all(cv::saturate_cast<std::uint8_t>(255 * (1 - opacity))));
  blend.add.create(size, CV_8UC3);
  blend.add.setTo(cv::Scalar::all(0));
  const int radius = std::min({wanted_radius, size.width / 2, size.height / 2});
  if (radius < 1) return;
  cv::Mat corner = round_corner(radius, opacity);
  for (const int y : {0, size.height - radius}) {
    for (const int x : {0, size.width - radius}) {
      corner.copyTo(blend.keep(cv::Rect(x, y, radius, radius)));
      cv::flip(corner, corner, 1);
    }
    cv::flip(corner, corner, 0);
  }
}

/// The top left point of a box of this size.
cv::Point corner_point(cv::Rect room, Corner corner, cv::Size size) {
  const cv::Point free(room.width - size.width, room.height - size.height);
  switch (corner) {
    case Corner::top_left:
      return room.tl();
    case Corner::top_right:
      return room.tl() + cv::Point(free.x, 0);
    case Corner::bottom_middle:
      return room.tl() + cv::Point(free.x / 2, free.y);
    case Corner::middle:
      return room.tl() + cv::Point(free.x / 2, free.y / 2);
  }
  return room.tl();
}

bool fits(const std::vector<std::string>& lines, const TextMetrics& metrics, cv::Size room) {
  const auto wide = [&](const std::string& line) { return metrics.width_of(line) > room.width; };
  return static_cast<int>(lines.size()) * metrics.line_height() <= room.height &&
         std::none_of(lines.begin(), lines.end(), wide);
}

}  // namespace

int overlay_margin(cv::Size picture) {
  return TextMetrics::for_picture(picture).cap_height * 3 / 4;
}

cv::Rect inside_margin(cv::Size picture) {
  const int margin = overlay_margin(picture);
  return {margin, margin, std::max(picture.width - 2 * margin, 0),
          std::max(picture.height - 2 * margin, 0)};
}

cv::Rect TextBox::place(cv::Size picture, cv::Rect room, Corner corner,
                        const std::vector<ColouredText>& words) {
  const bool is_other_picture = picture != picture_size_ || room.size() != room_;
  if (is_other_picture) layout_ = {};
  if (words != words_ || is_other_picture) {
    words_ = words;
    picture_size_ = picture;
    room_ = room.size();
    render(room_, TextMetrics::for_picture(picture));
  }
  area_ = cv::Rect(corner_point(room, corner, blend_.add.size()), blend_.add.size()) &
          cv::Rect({}, picture);
  return area_;
}

void TextBox::paint(cv::Mat& picture) {
  if (area_.empty()) return;
  const cv::Mat pixels = picture(area_);
  pixels.copyTo(covered_);
  const cv::Rect drawn({}, area_.size());
  Blend{blend_.keep(drawn), blend_.add(drawn)}.apply_to(pixels);
}

void TextBox::draw(cv::Mat& picture, cv::Point corner, const std::vector<ColouredText>& words) {
  const int edge = std::min(corner.x, overlay_margin(picture.size()));
  const cv::Rect room(corner.x, corner.y, picture.cols - corner.x - edge, picture.rows - 2 * edge);
  place(picture.size(), room, Corner::top_left, words);
  paint(picture);
}

void TextBox::erase(cv::Mat& picture) {
  if (!area_.empty()) covered_.copyTo(picture(area_));
}

cv::Rect TextBox::word_area(std::size_t index) const {
  const cv::Point padding(metrics_.padding(), metrics_.padding());
  const cv::Point place = area_.tl() + padding + layout_.places[index];
  return {place.x, place.y - metrics_.cap_height * 3 / 2, area_.br().x - padding.x - place.x,
          metrics_.line_height()};
}

TextBox::Layout TextBox::lay_out(const TextMetrics& metrics, int width) const {
  return flow_ == Flow::table ? lay_out_table(metrics) : lay_out_lines(metrics, width);
}

TextBox::Layout TextBox::lay_out_lines(const TextMetrics& metrics, int width) const {
  Layout layout;
  cv::Point pen(0, metrics.cap_height);
  for (const ColouredText& word : drawn_) {
    const int word_width = metrics.width_of(word.text);
    const bool full = pen.x + word_width > width || flow_ == Flow::one_per_line;
    if (full && !layout.places.empty()) pen = {0, pen.y + metrics.line_height()};
    layout.places.push_back(pen);
    layout.size.width = std::max(layout.size.width, pen.x + word_width);
    pen.x += word_width + metrics.gap();
  }
  layout.size.height = pen.y;
  return layout;
}

TextBox::Layout TextBox::lay_out_table(const TextMetrics& metrics) const {
  std::array<int, 2> widths{};
  for (std::size_t i = 0; i < drawn_.size(); ++i)
    widths[i % 2] = std::max(widths[i % 2], metrics.width_of(drawn_[i].text));
  const int second = widths[0] + metrics.gap() * 3 / 4;
  Layout layout;
  for (std::size_t i = 0; i < drawn_.size(); ++i) {
    const int line = static_cast<int>(i / 2);
    layout.places.emplace_back(i % 2 == 0 ? 0 : second,
                               metrics.cap_height + line * metrics.line_height());
  }
  const bool is_known = metrics.cap_height == metrics_.cap_height;
  layout.size.width = std::max(second + widths[1], is_known ? layout_.size.width : 0);
  layout.size.height = layout.places.empty() ? 0 : layout.places.back().y;
  return layout;
}

/// Until the text fits into the room, as far as that is possible.
void TextBox::shorten(cv::Size room, const TextMetrics& metrics) {
  const int left =
      flow_ != Flow::table || drawn_.size() < 2 ? 0 : lay_out_table(metrics).places[1].x;
  for (std::size_t i = 0; i < drawn_.size(); ++i)
    if (flow_ != Flow::table || i % 2 == 1)
      drawn_[i].text = shortened(drawn_[i].text, metrics, room.width - left);
  while (flow_ != Flow::table && drawn_.size() > 1 &&
         lay_out_lines(metrics, room.width).size.height > room.height)
    drawn_.pop_back();
}

void TextBox::render(cv::Size room, TextMetrics metrics) {
  drawn_ = words_;
  Layout layout = lay_out(metrics, room.width - 2 * metrics.padding());
  const auto has_room = [&] {
    return layout.size.width + 2 * metrics.padding() <= room.width &&
           layout.size.height + 2 * metrics.padding() <= room.height;
  };
  while (!has_room() && metrics.cap_height > TextMetrics::kSmallestCapHeight) {
    --metrics.cap_height;
    layout = lay_out(metrics, room.width - 2 * metrics.padding());
  }
  if (!has_room()) {
    shorten({room.width - 2 * metrics.padding(), room.height - 2 * metrics.padding()}, metrics);
    layout = lay_out(metrics, room.width - 2 * metrics.padding());
  }
  metrics_ = metrics;
  layout_ = std::move(layout);
  const cv::Point padding(metrics.padding(), metrics.padding());
  begin_box(blend_, layout_.size + cv::Size(2 * padding), metrics.cap_height * 2 / 3, opacity_);
  for (std::size_t i = 0; i < drawn_.size(); ++i)
    renderer_.write(blend_, drawn_[i].text, metrics, layout_.places[i] + padding, drawn_[i].bgr);
}

namespace {

/// The lines of a notice, as large as the room allows.
struct NoticeLines {
  NoticeLines(std::string_view sentence, std::string_view detail, int cap_height, cv::Size room)
      : metrics(cap_height) {
    wrap(sentence, detail, room);
    while (!fits(lines, metrics, room) && metrics.cap_height > TextMetrics::kSmallestCapHeight) {
      --metrics.cap_height;
      wrap(sentence, detail, room);
    }
    if (!fits(lines, metrics, room)) leave_out(room);
  }

  void wrap(std::string_view sentence, std::string_view detail, cv::Size room) {
    lines = wrapped(sentence, metrics, room.width);
    sentence_lines = lines.size();
    if (detail.empty()) return;
    const std::vector<std::string> more = wrapped(detail, metrics, room.width);
    lines.insert(lines.end(), more.begin(), more.end());
  }

  void leave_out(cv::Size room) {
    const auto most = static_cast<std::size_t>(std::max(room.height / metrics.line_height(), 1));
    if (lines.size() <= most) return;
    lines.resize(most);
    lines.back() = shortened(lines.back() + " ...", metrics, room.width);
  }

  int height() const {
    return (static_cast<int>(lines.size()) - 1) * metrics.line_height() + metrics.cap_height;
  }

  TextMetrics metrics;
  std::vector<std::string> lines;
  std::size_t sentence_lines = 0;  // the others are the detail
};

}  // namespace

void draw_notice(cv::Mat& picture, cv::Rect room, std::string_view sentence,
                 std::string_view detail) {
  const cv::Vec3b detail_colour{200, 190, 180};
  picture.convertTo(picture, -1, 0.3, 12);
  const NoticeLines notice(sentence, detail,
                           TextMetrics::for_picture(picture.size()).cap_height * 2,
                           {room.width * 9 / 10, room.height * 9 / 10});
  cv::Point place(0, room.y + (room.height - notice.height()) / 2 + notice.metrics.cap_height);
  Blend blend{cv::Mat(picture.size(), CV_8UC3, cv::Scalar::all(255)),
              cv::Mat::zeros(picture.size(), CV_8UC3)};
  TextRenderer renderer;
  for (std::size_t i = 0; i < notice.lines.size(); ++i) {
    place.x = room.x + (room.width - notice.metrics.width_of(notice.lines[i])) / 2;
    renderer.write(blend, notice.lines[i], notice.metrics, place,
                   i < notice.sentence_lines ? ColouredText().bgr : detail_colour);
    place.y += notice.metrics.line_height();
  }
  blend.apply_to(picture);
}

}  // namespace jpegwire
