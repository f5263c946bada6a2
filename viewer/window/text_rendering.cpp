#include "viewer/window/text_rendering.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <sstream>
#include <utility>

namespace jpegwire {
namespace {

constexpr int kFont = cv::FONT_HERSHEY_SIMPLEX;
constexpr int kFontCapHeight = 21;  // units of the font
constexpr int kSignAdvance = 26;    // likewise

// OpenCV draws its stroke fonts evenly only at large sizes, so letters are drawn large and then
// reduced. A letter can begin at any of these fractions of a pixel.
constexpr int kOversampling = 4;

bool is_sign(char symbol) { return symbol == kDot || symbol == kPause; }

/// Calls `use` for signs and ASCII letters, and with '?' once for each other letter, which has
/// several bytes in UTF-8.
template <class Use>
void for_each_symbol(std::string_view text, Use use) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool continues = (byte & 0xC0U) == 0x80;
    if (byte >= 0x80 && !continues) use('?');
    if (is_sign(c) || (byte >= 0x20 && byte < 0x7F)) use(c);
  }
}

/// How far each letter moves the pen, in units of the font.
std::array<int, 128> font_advances() {
  std::array<int, 128> advances{};
  int baseline = 0;
  for (char c = 0x20; c < 0x7F; ++c)
    advances[static_cast<unsigned char>(c)] =
        cv::getTextSize(std::string(1, c), kFont, 1, 0, &baseline).width;
  return advances;
}

double advance(char symbol, const TextMetrics& metrics) {
  static const std::array<int, 128> font = font_advances();
  const int units = is_sign(symbol) ? kSignAdvance : font[static_cast<unsigned char>(symbol)];
  return static_cast<double>(units) * metrics.cap_height / kFontCapHeight;
}

/// Strokes of an eighth of the height, a medium weight.
int oversampled_thickness(const TextMetrics& metrics) {
  return std::max(1, static_cast<int>(std::lround(metrics.cap_height * kOversampling / 7.5)));
}

void draw_sign(cv::Mat& large, char symbol, cv::Point pen, int cap_height) {
  const int cap = cap_height * kOversampling;
  if (symbol == kDot) {
    cv::circle(large, pen + cv::Point(cap / 2, -cap / 2), cap * 9 / 20, 255, cv::FILLED);
    return;
  }
  for (const int left : {cap / 10, cap * 6 / 10})
    cv::rectangle(large, cv::Rect(pen.x + left, pen.y - cap, cap * 3 / 10, cap), 255, cv::FILLED);
}

/// The coverage of each pixel, up to 255, and the offset of the first pixel from the pen. Cropped
/// to the covered pixels, since blending the others would take more time than the letter itself.
cv::Mat draw_letter(char symbol, int phase, const TextMetrics& metrics, cv::Point& offset) {
  const int width = static_cast<int>(std::ceil(advance(symbol, metrics))) + 2 * metrics.padding();
  const cv::Size size(width + 1, metrics.line_height());
  cv::Mat large = cv::Mat::zeros(size * kOversampling, CV_8UC1);
  const cv::Point pen(metrics.padding(), metrics.cap_height * 3 / 2);
  const cv::Point large_pen = pen * kOversampling + cv::Point(phase, 0);
  if (is_sign(symbol))
    draw_sign(large, symbol, large_pen, metrics.cap_height);
  else
    cv::putText(large, std::string(1, symbol), large_pen, kFont,
                static_cast<double>(metrics.cap_height) * kOversampling / kFontCapHeight, 255,
                oversampled_thickness(metrics), cv::LINE_8);
  cv::Mat coverage;
  cv::resize(large, coverage, size, 0, 0, cv::INTER_AREA);
  const cv::Rect covered = cv::boundingRect(coverage);
  offset = covered.tl() - pen;
  return coverage(covered).clone();
}

Blend coloured(const cv::Mat& coverage, const cv::Vec3b& bgr) {
  Blend blend;
  if (coverage.empty()) return blend;
  cv::Mat three;
  cv::cvtColor(coverage, three, cv::COLOR_GRAY2BGR);
  cv::subtract(cv::Scalar::all(255), three, blend.keep);
  cv::multiply(three, cv::Scalar(bgr), blend.add, 1.0 / 255);
  cv::min(blend.add, three, blend.add);  // a rounded sum must fit into a byte
  return blend;
}

}  // namespace

std::string shortened(const std::string& text, const TextMetrics& metrics, int width) {
  std::string shorter = text;
  for (std::size_t kept = text.size(); metrics.width_of(shorter) > width && kept > 1; --kept) {
    const std::size_t front = kept / 3;  // the end of a path is more useful
    shorter = text.substr(0, front) + "..." + text.substr(text.size() - (kept - front));
  }
  return shorter;
}

TextMetrics TextMetrics::for_picture(cv::Size picture) {
  const double size = std::min<double>(picture.height, picture.width * 9.0 / 16);
  return TextMetrics(std::clamp(static_cast<int>(std::lround(size * 0.0175)), 9, 44));
}

int TextMetrics::width_of(std::string_view text) const {
  double width = static_cast<double>(oversampled_thickness(*this)) / kOversampling;
  for_each_symbol(text, [&](char symbol) { width += advance(symbol, *this); });
  return static_cast<int>(std::ceil(width));
}

const TextRenderer::Letter& TextRenderer::letter(char symbol, int phase, const TextMetrics& metrics,
                                                 const cv::Vec3b& bgr) {
  if (metrics.cap_height != cap_height_) letters_.clear();
  cap_height_ = metrics.cap_height;
  std::uint64_t key = static_cast<unsigned char>(symbol);
  for (const int part : {phase, int{bgr[0]}, int{bgr[1]}, int{bgr[2]}})
    key = key << 8 | static_cast<std::uint64_t>(part);
  const auto known = letters_.find(key);
  if (known != letters_.end()) return known->second;
  cv::Point offset;
  const cv::Mat coverage = draw_letter(symbol, phase, metrics, offset);
  Letter drawn{.blend = coloured(coverage, bgr), .offset = offset};
  return letters_.emplace(key, std::move(drawn)).first->second;
}

void TextRenderer::write(Blend& blend, std::string_view text, const TextMetrics& metrics,
                         cv::Point place, const cv::Vec3b& bgr) {
  double pen = place.x * kOversampling;
  for_each_symbol(text, [&](char symbol) {
    const int x = static_cast<int>(std::lround(pen));
    const int phase = ((x % kOversampling) + kOversampling) % kOversampling;
    const Letter& drawn = letter(symbol, phase, metrics, bgr);
    const cv::Point at((x - phase) / kOversampling, place.y);
    blend.cover_with(drawn.blend, at + drawn.offset);
    pen += advance(symbol, metrics) * kOversampling;
  });
}

std::vector<std::string> wrapped(std::string_view sentence, const TextMetrics& metrics, int width) {
  std::vector<std::string> lines;
  std::istringstream words{std::string(sentence)};
  for (std::string word; words >> word;) {
    word = shortened(word, metrics, width);
    const std::string longer = lines.empty() ? word : lines.back() + " " + word;
    if (lines.empty() || metrics.width_of(longer) > width)
      lines.push_back(word);
    else
      lines.back() = longer;
  }
  return lines;
}

}  // namespace jpegwire
