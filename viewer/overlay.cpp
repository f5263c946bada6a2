#include "viewer/overlay.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <sstream>

namespace jpegwire {
namespace {

constexpr int kFont = cv::FONT_HERSHEY_SIMPLEX;
constexpr int kFontCapHeight = 21;  // pixels at scale 1
constexpr int kSmallestCapHeight = 5;
constexpr double kBoxOpacity = 0.72;

// OpenCV draws its stroke fonts evenly only when they are large: draw them so, then shrink.
constexpr int kOversampling = 4;

const cv::Vec3b kAmber{60, 190, 255};
const cv::Vec3b kRed{120, 120, 255};

/// Distances of text in pixels, all in proportion to the height of its capitals.
struct TextMetrics {
  explicit TextMetrics(int cap) : cap_height(cap) {}

  int cap_height;
  int line_height() const { return cap_height * 2; }
  int gap() const { return cap_height * 2; }           // between words
  int padding() const { return cap_height * 9 / 10; }  // around the text
  double scale() const { return static_cast<double>(cap_height) / kFontCapHeight; }
  /// Strokes of an eighth of the height, as in a medium weight.
  int oversampled_thickness() const {
    return std::max(1, static_cast<int>(std::lround(cap_height * kOversampling / 7.5)));
  }
  int width_of(const std::string& text) const {
    int baseline = 0;
    const cv::Size size =
        cv::getTextSize(text, kFont, scale() * kOversampling, oversampled_thickness(), &baseline);
    return (size.width + kOversampling - 1) / kOversampling;
  }
};

/// The capitals' height for a picture that will be seen at about its own size.
int cap_height_for(cv::Size picture) {
  const double size = std::min<double>(picture.height, picture.width * 9.0 / 16);
  return std::clamp(static_cast<int>(std::lround(size * 0.0175)), 9, 44);
}

/// Where each word goes: the left end of its baseline, and the size of all of them together.
struct TextLayout {
  std::vector<cv::Point> places;
  cv::Size size;
};

TextLayout lay_out(const std::vector<ColouredText>& words, const TextMetrics& metrics, int width,
                   TextBox::Flow flow) {
  TextLayout layout;
  cv::Point pen(0, metrics.cap_height);
  for (const ColouredText& word : words) {
    const int word_width = metrics.width_of(word.text);
    const bool full = pen.x + word_width > width || flow == TextBox::Flow::one_per_line;
    if (full && !layout.places.empty()) pen = {0, pen.y + metrics.line_height()};
    layout.places.push_back(pen);
    layout.size.width = std::max(layout.size.width, pen.x + word_width);
    pen.x += word_width + metrics.gap();
  }
  layout.size.height = pen.y;
  return layout;
}

/// How much of each pixel the text covers, of 255. Its baseline begins at `place`.
cv::Mat text_coverage(const std::string& text, const TextMetrics& metrics, cv::Size size,
                      cv::Point place) {
  cv::Mat large = cv::Mat::zeros(size * kOversampling, CV_8UC1);
  cv::putText(large, text, place * kOversampling, kFont, metrics.scale() * kOversampling, 255,
              metrics.oversampled_thickness(), cv::LINE_8);
  cv::Mat coverage;
  cv::resize(large, coverage, size, 0, 0, cv::INTER_AREA);
  return coverage;
}

cv::Mat rounded_box(cv::Size size, int radius) {
  cv::Mat large = cv::Mat::zeros(size * kOversampling, CV_8UC1);
  const cv::Size edge = large.size();
  const int r = std::min({radius * kOversampling, edge.width / 2, edge.height / 2});
  cv::rectangle(large, {r, 0}, {edge.width - r - 1, edge.height - 1}, 255, cv::FILLED);
  cv::rectangle(large, {0, r}, {edge.width - 1, edge.height - r - 1}, 255, cv::FILLED);
  for (const int x : {r, edge.width - r - 1})
    for (const int y : {r, edge.height - r - 1}) cv::circle(large, {x, y}, r, 255, cv::FILLED);
  cv::Mat box;
  cv::resize(large, box, size, 0, 0, cv::INTER_AREA);
  return box;
}

/// What a picture's pixels become: kept * keep / 255 + add, all CV_8UC3.
struct Blend {
  cv::Mat keep;
  cv::Mat add;

  void apply_to(cv::Mat& pixels) const {
    cv::multiply(pixels, keep, pixels, 1.0 / 255);
    cv::add(pixels, add, pixels);
  }
};

/// Puts text in front of what the blend already shows, which loses what the text covers.
void cover(Blend& blend, const cv::Mat& coverage, const cv::Vec3b& colour) {
  for (int y = 0; y < coverage.rows; ++y) {
    const auto* covered = coverage.ptr<std::uint8_t>(y);
    for (int x = 0; x < coverage.cols; ++x) {
      const int rest = 255 - covered[x];
      cv::Vec3b& keep = blend.keep.at<cv::Vec3b>(y, x);
      cv::Vec3b& add = blend.add.at<cv::Vec3b>(y, x);
      for (int channel = 0; channel < 3; ++channel) {
        const int added = add[channel] * rest + colour[channel] * covered[x];
        keep[channel] = static_cast<std::uint8_t>(keep[channel] * rest / 255);
        add[channel] = static_cast<std::uint8_t>(added / 255);
      }
    }
  }
}

void write_text(Blend blend, const ColouredText& word, const TextMetrics& metrics,
                cv::Point place) {
  const cv::Rect around(place.x - metrics.padding(), place.y - metrics.cap_height * 3 / 2,
                        metrics.width_of(word.text) + 2 * metrics.padding(), metrics.line_height());
  const cv::Rect area = around & cv::Rect({}, blend.add.size());
  if (area.empty()) return;
  Blend under{blend.keep(area), blend.add(area)};
  cover(under, text_coverage(word.text, metrics, area.size(), place - area.tl()), word.bgr);
}

cv::Vec3b colour_of_age(const LiveFigures& figures) {
  if (figures.age_ms.value_or(0) > 1000) return kRed;
  if (figures.age_ms.value_or(0) > 200) return kAmber;
  return ColouredText().bgr;
}

std::vector<ColouredText> words_of(const LiveFigures& figures) {
  std::vector<ColouredText> words{{describe_rate(figures)},
                                  {describe_age(figures), colour_of_age(figures)},
                                  {describe_bit_rate(figures)},
                                  {describe_size(figures)}};
  if (figures.lost > 0) words.push_back({describe_lost(figures)});
  if (figures.patched > 0) words.push_back({describe_patched(figures)});
  if (figures.skipped > 0) words.push_back({describe_skipped(figures)});
  return words;
}

/// Breaks between words; a word wider than a line has a line of its own.
std::vector<std::string> wrapped(std::string_view sentence, const TextMetrics& metrics, int width) {
  std::vector<std::string> lines;
  std::istringstream words{std::string(sentence)};
  for (std::string word; words >> word;) {
    const std::string longer = lines.empty() ? word : lines.back() + " " + word;
    if (lines.empty() || metrics.width_of(longer) > width)
      lines.push_back(word);
    else
      lines.back() = longer;
  }
  return lines;
}

bool fits(const std::vector<std::string>& lines, const TextMetrics& metrics, cv::Size room) {
  const auto wide = [&](const std::string& line) { return metrics.width_of(line) > room.width; };
  return static_cast<int>(lines.size()) * metrics.line_height() <= room.height &&
         std::none_of(lines.begin(), lines.end(), wide);
}

}  // namespace

int overlay_margin(cv::Size picture) { return cap_height_for(picture) * 3 / 4; }

void TextBox::draw(cv::Mat& picture, cv::Point corner, const std::vector<ColouredText>& words) {
  if (words != words_ || picture.size() != picture_size_) {
    words_ = words;
    picture_size_ = picture.size();
    const int edge = std::min(corner.x, overlay_margin(picture.size()));
    render({picture.cols - corner.x - edge, picture.rows - 2 * edge},
           cap_height_for(picture.size()));
  }
  area_ = cv::Rect(corner, add_.size()) & cv::Rect({}, picture.size());
  if (area_.empty()) return;
  cv::Mat pixels = picture(area_);
  const cv::Rect drawn({}, area_.size());
  pixels.copyTo(covered_);
  Blend{keep_(drawn), add_(drawn)}.apply_to(pixels);
}

void TextBox::erase(cv::Mat& picture) {
  if (!area_.empty()) covered_.copyTo(picture(area_));
}

void TextBox::render(cv::Size room, int cap_height) {
  TextMetrics metrics(cap_height);
  TextLayout layout = lay_out(words_, metrics, room.width - 2 * metrics.padding(), flow_);
  const auto has_room = [&] {
    return layout.size.width + 2 * metrics.padding() <= room.width &&
           layout.size.height + 2 * metrics.padding() <= room.height;
  };
  while (!has_room() && metrics.cap_height > kSmallestCapHeight) {
    --metrics.cap_height;
    layout = lay_out(words_, metrics, room.width - 2 * metrics.padding(), flow_);
  }
  const cv::Point padding(metrics.padding(), metrics.padding());
  const cv::Size size(layout.size.width + 2 * padding.x, layout.size.height + 2 * padding.y);
  cv::Mat see_through;
  rounded_box(size, metrics.cap_height * 2 / 3).convertTo(see_through, CV_8U, -kBoxOpacity, 255);
  cv::cvtColor(see_through, keep_, cv::COLOR_GRAY2BGR);
  add_ = cv::Mat::zeros(size, CV_8UC3);
  for (std::size_t i = 0; i < words_.size(); ++i)
    write_text({keep_, add_}, words_[i], metrics, layout.places[i] + padding);
}

void Overlay::draw(cv::Mat& picture, const LiveFigures& figures) {
  const int margin = overlay_margin(picture.size());
  box_.draw(picture, {margin, margin}, words_of(figures));
}

void draw_notice(cv::Mat& picture, std::string_view sentence) {
  picture.convertTo(picture, -1, 0.3, 12);
  const cv::Size room(picture.cols * 9 / 10, picture.rows * 9 / 10);
  TextMetrics metrics(cap_height_for(picture.size()) * 2);
  std::vector<std::string> lines = wrapped(sentence, metrics, room.width);
  while (!fits(lines, metrics, room) && metrics.cap_height > kSmallestCapHeight) {
    --metrics.cap_height;
    lines = wrapped(sentence, metrics, room.width);
  }
  const int text_height =
      (static_cast<int>(lines.size()) - 1) * metrics.line_height() + metrics.cap_height;
  cv::Point place(0, (picture.rows - text_height) / 2 + metrics.cap_height);
  Blend blend{cv::Mat(picture.size(), CV_8UC3, cv::Scalar::all(255)),
              cv::Mat::zeros(picture.size(), CV_8UC3)};
  for (const std::string& line : lines) {
    place.x = (picture.cols - metrics.width_of(line)) / 2;
    write_text(blend, {line}, metrics, place);
    place.y += metrics.line_height();
  }
  blend.apply_to(picture);
}

}  // namespace jpegwire
