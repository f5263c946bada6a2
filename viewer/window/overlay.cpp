#include "viewer/window/overlay.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace jpegwire {
namespace {

const cv::Vec3b kLabel{190, 180, 170};
const cv::Vec3b kAmber{60, 190, 255};
const cv::Vec3b kRed{120, 120, 255};
const cv::Vec3b kFreshBar{215, 200, 120};

// The index of the table's empty word where the bars are drawn; they also take the line below.
constexpr std::size_t kBarsWord = 5;

/// Of the age, or of the words in its place.
cv::Vec3b colour_of(const LiveFigures& figures) {
  if (figures.no_signal) return kRed;
  return colour_of_age(figures.age_ms.value_or(0), ColouredText().bgr);
}

cv::Vec3b colour_of_loss(const LiveFigures& figures) {
  return is_noticeable_loss(figures) ? kAmber : ColouredText().bgr;
}

ColouredText loss_of(const LiveFigures& figures) {
  return {"loss " + describe_losses(figures), colour_of_loss(figures)};
}

/// A card has no age, and without stamps no picture has one.
bool needs_last_picture(const LiveFigures& figures) {
  return figures.last_picture && (figures.no_signal || !figures.age_ms);
}

std::vector<ColouredText> words_of(const LiveFigures& figures) {
  std::vector<ColouredText> words{{describe_rate(figures)},
                                  {describe_age(figures), colour_of(figures)}};
  words.push_back({describe_bit_rate(figures)});
  words.push_back({describe_size(figures)});
  if (figures.lost > 0) words.push_back({describe_lost(figures)});
  if (figures.patched > 0) words.push_back({describe_patched(figures)});
  if (figures.skipped > 0) words.push_back({describe_skipped(figures)});
  if (has_loss(figures)) words.push_back(loss_of(figures));
  if (is_loss_of_network(figures)) words.push_back({describe_remedy(figures), kAmber});
  return words;
}

/// For one of several cameras, where there is little room.
std::vector<ColouredText> short_words_of(const LiveFigures& figures, const std::string& name) {
  std::vector<ColouredText> words{{name, kNameColour}, {describe_age(figures), colour_of(figures)}};
  words.push_back({describe_rate(figures)});
  if (figures.link) words.push_back({describe_size(figures)});
  if (is_noticeable_loss(figures)) words.push_back(loss_of(figures));
  return words;
}

std::string describe_ages(const LiveFigures& figures) {
  if (figures.no_signal)
    return figures.last_picture ? "no signal, " + describe_last_picture(figures) : "no signal";
  if (needs_last_picture(figures)) return describe_last_picture(figures);
  std::string ages = describe_milliseconds(figures.age_ms);
  if (figures.age_p50_ms && figures.age_p99_ms)
    ages += fmt::format("  (p50 {}, p99 {})", describe_milliseconds(figures.age_p50_ms),
                        describe_milliseconds(figures.age_p99_ms));
  return ages;
}

std::string describe_top(const AgeHistory& history) {
  if (history.ages().empty()) return "";
  return "max " + describe_milliseconds(std::ranges::max(history.ages()));
}

std::string describe_frames(const LiveFigures& figures) {
  return fmt::format("{}, {}, {}", describe_lost(figures), describe_patched(figures),
                     describe_skipped(figures)) +
         (figures.frozen > 0 ? fmt::format(", {} while frozen", figures.frozen) : "");
}

std::vector<ColouredText> table_of(const LiveFigures& figures, const std::string& source) {
  const auto label = [](const std::string& text) { return ColouredText{text, kLabel}; };
  std::vector<ColouredText> table{label("frame rate"),
                                  {describe_rate(figures)},
                                  label("age"),
                                  {describe_ages(figures), colour_of(figures)},
                                  label(describe_top(figures.age_history)),
                                  {""},
                                  label(""),
                                  {""},
                                  label("stages"),
                                  {describe_stages(figures)},
                                  label("bit rate"),
                                  {describe_bit_rate(figures)},
                                  label("frames"),
                                  {describe_frames(figures)},
                                  label("loss"),
                                  {describe_losses(figures), colour_of_loss(figures)}};
  if (is_loss_of_network(figures))
    table.insert(table.end(), {label(""), {describe_remedy(figures), kAmber}});
  table.insert(table.end(), {label("reads"),
                             {describe_reads(figures)},
                             label("source"),
                             {source},
                             label("size"),
                             {describe_size(figures)}});
  return table;
}

}  // namespace

cv::Vec3b colour_of_age(double age_ms, const cv::Vec3b& fresh) {
  if (age_ms > kVeryOldMilliseconds) return kRed;
  return age_ms > kOldMilliseconds ? kAmber : fresh;
}

double sparkline_top(std::span<const float> ages_ms) {
  double top = 10;
  for (const float age : ages_ms) top = std::max<double>(top, age);
  return top;
}

void draw_sparkline(cv::Mat& picture, cv::Rect area, std::span<const float> ages_ms,
                    std::size_t max_bars) {
  const double top = sparkline_top(ages_ms);
  const auto x_of = [&](std::size_t place) {
    return area.x + static_cast<int>(place * static_cast<std::size_t>(area.width) / max_bars);
  };
  std::size_t place = max_bars - std::min(ages_ms.size(), max_bars);
  for (const float age : ages_ms) {
    const int height = std::clamp(cvRound(age / top * area.height), 1, std::max(area.height, 1));
    const cv::Rect bar(cv::Point(x_of(place), area.br().y - height),
                       cv::Point(x_of(place + 1), area.br().y));
    picture(bar & area & cv::Rect({}, picture.size())).setTo(colour_of_age(age, kFreshBar));
    ++place;
  }
}

Overlay::Level Overlay::after(Level level) {
  return level == Level::small ? Level::full : level == Level::full ? Level::off : Level::small;
}

cv::Rect Overlay::place(cv::Size picture, const LiveFigures& figures) {
  ages_ = figures.age_history;
  if (level_ == Level::off) return {};
  const bool is_full = level_ == Level::full;
  return box().place(picture, inside_margin(picture), Corner::top_left,
                     is_full         ? table_of(figures, source_)
                     : name_.empty() ? words_of(figures)
                                     : short_words_of(figures, name_));
}

void Overlay::paint(cv::Mat& picture) {
  if (level_ == Level::off) return;
  box().paint(picture);
  if (level_ != Level::full) return;
  cv::Rect bars = table_.word_area(kBarsWord);
  bars.height = bars.height * 5 / 3;
  draw_sparkline(picture, bars & table_.area(), ages_.ages(), AgeHistory::kMaxAges);
}

void Overlay::draw(cv::Mat& picture, const LiveFigures& figures) {
  place(picture.size(), figures);
  paint(picture);
}

void Overlay::erase(cv::Mat& picture) {
  if (level_ != Level::off) box().erase(picture);
}

}  // namespace jpegwire
