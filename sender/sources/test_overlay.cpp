#include "sender/sources/test_overlay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <iterator>
#include <numbers>
#include <opencv2/imgproc.hpp>
#include <string>
#include <utility>

namespace jpegwire {
namespace {

constexpr int kOverlayFont = cv::FONT_HERSHEY_DUPLEX;
constexpr int kSmallestDigits = 7;    // pixels; below, nobody can read them
constexpr int kDigitsOfFullBox = 16;  // below, neither dial nor bars
constexpr std::string_view kWidestClock = "00:00:00.000";
constexpr double kBalloonSecondsAcross = 40;

int even(double value) { return static_cast<int>(value) / 2 * 2; }

/// Small pictures get larger digits for their size.
int digit_height(cv::Size frame) {
  const int wanted = std::max(frame.height / 20, std::min(10, frame.height / 10));
  return std::max(1, std::min(wanted, frame.width / 14));
}

double seconds_of(WallTime time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

/// Local time, HH:MM:SS.mmm, without allocating.
struct ClockText {
  explicit ClockText(WallTime time) {
    const auto second = std::chrono::floor<std::chrono::seconds>(time);
    const std::time_t since_epoch = second.time_since_epoch().count();
    std::tm local{};
    localtime_r(&since_epoch, &local);
    const auto milli = std::chrono::duration_cast<milliseconds>(time - second).count();
    fmt::format_to_n(letters.begin(), letters.size(), "{:02}:{:02}:{:02}.{:03}", local.tm_hour,
                     local.tm_min, local.tm_sec, milli);
  }
  std::string_view view() const { return {letters.data(), letters.size()}; }
  std::array<char, kWidestClock.size()> letters{};
};

/// The eight bars of a television's test picture at three quarters of full strength, with a ramp
/// of grey below.
cv::Mat make_bars(cv::Size size) {
  cv::Mat bars(size, CV_8UC3);
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x) {
      const int code = 7 - x * 8 / size.width;  // green, red, blue from the highest bit
      const auto grey = static_cast<uchar>(x * 255 / size.width);
      const auto on = [&](int bit) { return static_cast<uchar>((code & bit) != 0 ? 191 : 16); };
      bars.at<cv::Vec3b>(y, x) =
          y < size.height * 2 / 3 ? cv::Vec3b(on(1), on(4), on(2)) : cv::Vec3b(grey, grey, grey);
    }
  return bars;
}

/// Half the envelope's width at this part of its height, from the top.
double envelope(double part) {
  if (part < 0.44) return std::sqrt(1 - std::pow((part - 0.44) / 0.44, 2));
  return 0.20 + 0.80 * std::pow(std::cos((part - 0.44) / 0.56 * std::numbers::pi / 2), 0.8);
}

/// The striped cloth, round because its gores narrow towards the sides, lit from the left.
cv::Vec3b cloth_at(double across) {
  static const std::array<cv::Vec3d, 4> colours{
      {{52, 52, 214}, {66, 158, 248}, {214, 236, 246}, {150, 132, 36}}};
  const double angle = std::asin(std::clamp(across, -1.0, 1.0));
  const auto gore = static_cast<std::size_t>((angle / std::numbers::pi + 0.5) * 11.99);
  const double light = 0.45 + 0.6 * std::max(0.0, std::cos(angle + 0.6));
  const cv::Vec3d colour = colours[gore % colours.size()] * light;
  return {cv::saturate_cast<uchar>(colour[0]), cv::saturate_cast<uchar>(colour[1]),
          cv::saturate_cast<uchar>(colour[2])};
}

/// Basket and ropes below the envelope.
void draw_basket(cv::Mat& picture, const cv::Scalar& wood, const cv::Scalar& rope) {
  const double width = picture.cols, height = picture.rows;
  const auto at = [&](double x, double y) {
    return cv::Point(cvRound(x * width), cvRound(y * height));
  };
  for (const double side : {-1.0, 1.0})
    cv::line(picture, at(0.5 + side * 0.09, 0.77), at(0.5 + side * 0.075, 0.9), rope,
             std::max(1, cvRound(width * 0.008)), cv::LINE_AA);
  cv::rectangle(picture, at(0.42, 0.89), at(0.58, 0.985), wood, cv::FILLED);
}

/// A balloon, and how much of each pixel it covers; drawn larger for smooth edges.
void draw_balloon_parts(cv::Size size, cv::Mat& picture, cv::Mat& opacity) {
  constexpr int kFiner = 3;
  const cv::Size fine = size * kFiner;
  cv::Mat colours(fine, CV_8UC3, cv::Scalar(90, 110, 130)), cover(fine, CV_8UC1, cv::Scalar(0));
  const int envelope_height = fine.height * 78 / 100;
  for (int y = 0; y < envelope_height; ++y) {
    const double half = envelope(static_cast<double>(y) / envelope_height);
    for (int x = 0; x < fine.width; ++x) {
      const double across = (2.0 * x / fine.width - 1) / half;
      if (!(std::abs(across) <= 1)) continue;  // nor where the tip is no pixel wide
      colours.at<cv::Vec3b>(y, x) = cloth_at(across);
      cover.at<uchar>(y, x) = 255;
    }
  }
  draw_basket(colours, {44, 84, 126}, {60, 70, 80});
  draw_basket(cover, {255}, {255});
  cv::resize(colours, picture, size, 0, 0, cv::INTER_AREA);
  cv::resize(cover, opacity, size, 0, 0, cv::INTER_AREA);
}

/// What blend() wants: the balloon times its opacity, and 255 less its opacity.
void make_balloon(cv::Size size, Planes& balloon, Planes& shade) {
  cv::Mat picture, opacity, half_opacity;
  draw_balloon_parts(size, picture, opacity);
  cv::resize(opacity, half_opacity, {}, 0.5, 0.5, cv::INTER_AREA);
  balloon = to_planes(picture);
  cv::multiply(balloon.luma, opacity, balloon.luma, 1 / 255.0);
  cv::multiply(balloon.chroma_blue, half_opacity, balloon.chroma_blue, 1 / 255.0);
  cv::multiply(balloon.chroma_red, half_opacity, balloon.chroma_red, 1 / 255.0);
  shade = {255 - opacity, 255 - half_opacity, 255 - half_opacity};
}

/// From the middle of a square, in the direction of a turn (0 is up, 1/4 is right).
cv::Point2d towards(double turn, double reach, int size) {
  const double angle = turn * 2 * std::numbers::pi;
  return {size * (0.5 + 0.5 * reach * std::sin(angle)),
          size * (0.5 - 0.5 * reach * std::cos(angle))};
}

/// Twelve ticks and a hand.
cv::Mat make_dial(double turn, int size) {
  cv::Mat dial(size, size, CV_8UC1, cv::Scalar(0));
  for (int tick = 0; tick < 12; ++tick) {
    const double inner = tick % 3 == 0 ? 0.76 : 0.84, at = tick / 12.0;
    cv::line(dial, towards(at, inner, size), towards(at, 0.94, size), {150}, std::max(1, size / 40),
             cv::LINE_AA);
  }
  constexpr int kFractionBits = 4;  // for a smooth turn
  std::vector<cv::Point> hand;
  for (const auto& [ahead, reach] : {std::pair(0.0, 0.74), {0.25, 0.08}, {0.5, 0.2}, {0.75, 0.08}})
    hand.emplace_back(towards(turn + ahead, reach, size) * (1 << kFractionBits));
  cv::fillConvexPoly(dial, hand, {235}, cv::LINE_AA, kFractionBits);
  return dial;
}

/// All positions of the hand beforehand, because OpenCV allocates when it draws lines.
std::vector<cv::Mat> make_dials(int size) {
  constexpr int kPositions = 60;
  std::vector<cv::Mat> dials;
  for (int i = 0; i < kPositions; ++i)
    dials.push_back(make_dial(static_cast<double>(i) / kPositions, size));
  return dials;
}

void blend(cv::Mat target, const cv::Mat& colour, const cv::Mat& shade) {
  cv::multiply(target, shade, target, 1 / 255.0);
  cv::add(target, colour, target);
}

void copy(const Planes& from, Planes to) {
  from.luma.copyTo(to.luma);
  from.chroma_blue.copyTo(to.chroma_blue);
  from.chroma_red.copyTo(to.chroma_red);
}

/// Lets the picture shine through darkly; chroma keeps its middle of 128.
void darken(Planes area) {
  area.luma.convertTo(area.luma, -1, 0.22, 8);
  for (cv::Mat* chroma : {&area.chroma_blue, &area.chroma_red})
    chroma->convertTo(*chroma, -1, 0.3, 128 * 0.7);
}

}  // namespace

GlyphFont::GlyphFont(int height, int brightness)
    : height_(height), thickness_(std::max(1, height / 12)) {
  const double scale = cv::getFontScaleFromHeight(kOverlayFont, height, thickness_);
  const auto advance = [&](char letter) {
    return cv::getTextSize(std::string(1, letter), kOverlayFont, scale, thickness_, nullptr).width;
  };
  int digit_width = 0;
  for (char digit = '0'; digit <= '9'; ++digit) digit_width = std::max(digit_width, advance(digit));
  for (char letter = kFirst; letter <= kLast; ++letter) {
    const bool digit = letter >= '0' && letter <= '9';
    glyphs_[static_cast<std::size_t>(letter - kFirst)] =
        render(letter, digit ? digit_width : advance(letter), brightness);
  }
}

cv::Mat GlyphFont::render(char letter, int width, int brightness) const {
  cv::Mat cell(height_ * 4 / 3 + 2, width, CV_8UC1, cv::Scalar(0));  // with room for descenders
  const double scale = cv::getFontScaleFromHeight(kOverlayFont, height_, thickness_);
  cv::putText(cell, std::string(1, letter), {0, height_}, kOverlayFont, scale,
              cv::Scalar(brightness), thickness_, cv::LINE_AA);
  return cell;
}

const cv::Mat& GlyphFont::glyph(char letter) const {
  const char known = letter >= kFirst && letter <= kLast ? letter : '?';
  return glyphs_[static_cast<std::size_t>(known - kFirst)];
}

int GlyphFont::width_of(std::string_view text) const {
  int width = 0;
  for (const char letter : text) width += glyph(letter).cols;
  return width;
}

void GlyphFont::draw(cv::Mat& luma, cv::Point top_left, std::string_view text) const {
  for (const char letter : text) {
    const cv::Mat& cell = glyph(letter);
    const cv::Rect place = cv::Rect(top_left, cell.size()) & cv::Rect(0, 0, luma.cols, luma.rows);
    if (place.size() != cell.size()) return;
    cv::Mat target = luma(place);
    cv::max(target, cell, target);
    top_left.x += cell.cols;
  }
}

TestOverlay::TestOverlay(cv::Size frame)
    : frame_(frame),
      clock_font_(digit_height(frame), 235),
      number_font_(std::max(1, digit_height(frame) * 6 / 10), 190) {
  place_box();
  if (!box_.empty() && clock_font_.height() >= kDigitsOfFullBox)
    bars_ = to_planes(make_bars({box_.width, std::max(2, even(clock_font_.height() * 0.3))}));
  const int side = std::min(frame.width, frame.height);
  const cv::Size size(std::max(2, even(side * 0.17)), std::max(2, even(side * 0.23)));
  make_balloon(size, balloon_, balloon_shade_);
}

/// Lower left, with a margin; the dial only where the width allows.
void TestOverlay::place_box() {
  const int digits = clock_font_.height(),
            margin = even(std::min(frame_.width, frame_.height) / 24.0), pad = digits * 6 / 10;
  const int bars = digits >= kDigitsOfFullBox ? even(digits * 0.3) : 0;
  const int text_width = clock_font_.width_of(kWidestClock);
  const int text_height = digits + digits / 2 + number_font_.height();
  const int height = even(bars + pad + text_height + pad + 1);
  const int narrow = even(text_width + 2 * pad + 1), wide = even(narrow + text_height + pad);
  if (digits < kSmallestDigits || narrow + 2 * margin > frame_.width) return;
  const bool dial = digits >= kDigitsOfFullBox && wide + 2 * margin <= frame_.width;
  box_ = {margin, (frame_.height - margin - height) / 2 * 2, dial ? wide : narrow, height};
  if (!dial) return;
  dial_ = {box_.x + narrow, box_.y + bars + pad, text_height, text_height};
  dials_ = make_dials(text_height);
}

void TestOverlay::draw(Planes& picture, std::uint64_t number, WallTime time) const {
  draw_balloon(picture, time);
  if (!box_.empty()) draw_box(picture, number, time);
}

/// From beyond one side to beyond the other, bobbing; at even places, because of the chroma.
void TestOverlay::draw_balloon(Planes& picture, WallTime time) const {
  const double turns = seconds_of(time) / kBalloonSecondsAcross;
  const cv::Size size = balloon_.luma.size();
  const double bob = std::sin(turns * 2 * std::numbers::pi * 5);
  const int x = even((turns - std::floor(turns)) * (frame_.width + 2.0 * size.width)) - size.width;
  const int y = even(frame_.height * (0.10 + 0.03 * bob));
  const cv::Rect visible =
      cv::Rect({x, y}, size) & cv::Rect(0, 0, frame_.width / 2 * 2, frame_.height / 2 * 2);
  if (visible.empty()) return;
  const cv::Rect inside = visible - cv::Point(x, y);
  const Planes target = picture.part(visible), colour = balloon_.part(inside),
               shade = balloon_shade_.part(inside);
  blend(target.luma, colour.luma, shade.luma);
  blend(target.chroma_blue, colour.chroma_blue, shade.chroma_blue);
  blend(target.chroma_red, colour.chroma_red, shade.chroma_red);
}

void TestOverlay::draw_box(Planes& picture, std::uint64_t number, WallTime time) const {
  darken(picture.part(box_));
  if (!bars_.luma.empty()) copy(bars_, picture.part({box_.tl(), bars_.luma.size()}));
  const int digits = clock_font_.height(), pad = digits * 6 / 10;
  cv::Point place = box_.tl() + cv::Point(pad, bars_.luma.rows + pad);
  clock_font_.draw(picture.luma, place, ClockText(time).view());
  std::array<char, 32> letters{};
  const auto end = fmt::format_to_n(letters.begin(), letters.size(), "frame {}", number).out;
  place.y += digits + digits / 2;
  number_font_.draw(
      picture.luma, place,
      {letters.data(), static_cast<std::size_t>(std::distance(letters.begin(), end))});
  if (!dials_.empty()) draw_dial(picture.luma, time);
}

/// The hand points up at every full second.
void TestOverlay::draw_dial(cv::Mat& luma, WallTime time) const {
  const double second = seconds_of(time);
  const auto turns = static_cast<double>(dials_.size()) * (second - std::floor(second));
  const cv::Mat& dial = dials_[std::min(static_cast<std::size_t>(turns), dials_.size() - 1)];
  cv::Mat target = luma(dial_);
  cv::max(target, dial, target);
}

}  // namespace jpegwire
