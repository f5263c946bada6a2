#include "viewer/window/arrival_trace.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <utility>

#include "viewer/window/blending.hpp"

namespace jpegwire {
namespace {

const cv::Scalar kBandEnd{235, 235, 235};

/// A strip's distances, all proportional to a unit, of which its height has kUnits.
struct StripMetrics {
  explicit StripMetrics(cv::Size strip) : unit(std::max(strip.height / kUnits, 1)) {}

  static constexpr int kTextUnits = 5;
  static constexpr int kNewestUnits = 3;
  static constexpr int kUnits = kTextUnits + kNewestUnits + 1 + (ArrivalTrace::kHistory - 1) + 1;

  int unit;
  int top(std::size_t age) const {
    if (age == 0) return kTextUnits * unit;
    return (kTextUnits + kNewestUnits + static_cast<int>(age)) * unit;
  }
  int row_height(std::size_t age) const {
    return age == 0 ? kNewestUnits * unit : unit - std::max(unit / 3, 1);
  }
};

std::string in_milliseconds(microseconds time) {
  return fmt::format("{:.3g} ms", to_milliseconds(time));
}

/// The position of a byte in a row that `bytes` bytes fill.
int place_of(std::size_t byte, std::size_t bytes, cv::Rect row) {
  return row.x + static_cast<int>(byte * static_cast<std::size_t>(row.width) / bytes);
}

cv::Vec3b faded(const cv::Vec3b& colour, std::size_t age) {
  const double strength = 1 - 0.6 * static_cast<double>(age) / ArrivalTrace::kHistory;
  cv::Vec3b result;
  for (int i = 0; i < 3; ++i)
    result[i] =
        cv::saturate_cast<std::uint8_t>(colour[i] * strength + kBackground[i] * (1 - strength));
  return result;
}

}  // namespace

cv::Vec3b ArrivalTrace::colour_at(double share) {
  // From cool to hot, all about equally bright.
  static constexpr std::array<std::array<double, 3>, 4> kStops{
      {{250, 165, 60}, {165, 215, 70}, {70, 200, 250}, {90, 85, 250}}};
  const double place = std::clamp(share, 0.0, 1.0) * (kStops.size() - 1);
  const auto stop = std::min(static_cast<std::size_t>(place), kStops.size() - 2);
  const double rest = place - static_cast<double>(stop);
  cv::Vec3b colour;
  for (std::size_t i = 0; i < 3; ++i)
    colour[static_cast<int>(i)] =
        cv::saturate_cast<std::uint8_t>(kStops[stop][i] * (1 - rest) + kStops[stop + 1][i] * rest);
  return colour;
}

int ArrivalTrace::strip_height(cv::Size view) {
  return StripMetrics::kUnits * overlay_margin(view);
}

void ArrivalTrace::add(std::shared_ptr<const FrameArrival> arrival) {
  std::shift_right(rows_.begin(), rows_.end(), 1);
  rows_[0] = std::move(arrival);
}

microseconds ArrivalTrace::scale() const {
  std::int64_t longest = 1;
  for (const auto& row : rows_)
    if (row) longest = std::max<std::int64_t>(longest, row->reads.duration().count());
  for (std::int64_t power = 10;; power *= 10)
    for (const std::int64_t step : {1, 2, 5})
      if (step * power >= longest) return microseconds(step * power);
}

std::size_t ArrivalTrace::largest() const {
  std::size_t largest = 1;
  for (const auto& row : rows_)
    if (row) largest = std::max(largest, row->reads.size_bytes());
  return largest;
}

std::vector<ArrivalTrace::Block> ArrivalTrace::blocks(std::size_t age, cv::Rect row) const {
  std::vector<Block> blocks;
  if (!rows_[age]) return blocks;
  const auto whole = static_cast<double>(scale().count());
  for (const FrameRead& read : rows_[age]->reads.list) {
    const int left = place_of(read.offset, largest(), row);
    const int right = place_of(read.offset + read.bytes, largest(), row);
    if (right == left) continue;
    blocks.push_back({{left, row.y, right - left, row.height},
                      colour_at(static_cast<double>(read.since_first.count()) / whole)});
  }
  return blocks;
}

std::vector<int> ArrivalTrace::band_ends(cv::Rect row) const {
  std::vector<int> ends;
  if (!rows_[0]) return ends;
  for (const FrameArrival::BandPlace& band : rows_[0]->bands)
    ends.push_back(place_of(band.end, largest(), row));
  return ends;
}

cv::Rect ArrivalTrace::row_area(std::size_t age, cv::Size strip) {
  const StripMetrics metrics(strip);
  return {metrics.unit, metrics.top(age), std::max(strip.width - 2 * metrics.unit, 1),
          std::max(metrics.row_height(age), 1)};
}

std::vector<ArrivalTrace::Tint> ArrivalTrace::tints() const {
  std::vector<Tint> tints;
  if (!rows_[0]) return tints;
  const std::vector<FrameRead>& reads = rows_[0]->reads.list;
  const auto whole = static_cast<double>(scale().count());
  auto read = reads.begin();
  for (const FrameArrival::BandPlace& band : rows_[0]->bands) {
    while (read + 1 != reads.end() && read->offset + read->bytes < band.end) ++read;
    tints.push_back(
        {band.top, band.height, colour_at(static_cast<double>(read->since_first.count()) / whole)});
  }
  return tints;
}

void ArrivalTrace::draw_strip(cv::Mat& view, cv::Rect strip) {
  strip &= cv::Rect({}, view.size());
  if (strip.empty()) return;
  cv::Mat pixels = view(strip);
  pixels.setTo(kBackground);
  for (std::size_t age = 0; age < kHistory; ++age) draw_row(pixels, age);
  update_figures();
  draw_text(view, strip);
}

void ArrivalTrace::draw_row(cv::Mat& strip, std::size_t age) const {
  const cv::Rect row = row_area(age, strip.size());
  for (const Block& block : blocks(age, row)) {
    cv::Rect area = block.area & cv::Rect({}, strip.size());
    if (area.width > 3) --area.width;  // a gap between two blocks that are wide enough
    strip(area).setTo(faded(block.colour, age));
  }
  if (age > 0) return;
  const int tick = std::max(row.height / 6, 2);
  for (const int end : band_ends(row))
    cv::rectangle(strip, cv::Rect(end - 1, row.br().y + 2, 2, tick) & cv::Rect({}, strip.size()),
                  kBandEnd, cv::FILLED);
}

// Figures that change with each frame cannot be read.
void ArrivalTrace::update_figures() {
  constexpr std::chrono::milliseconds kInterval{300};
  if (Clock::now() - figures_updated_ < kInterval) return;
  figures_updated_ = Clock::now();
  const FrameReads* reads = rows_[0] ? &rows_[0]->reads : nullptr;
  const std::size_t count = reads == nullptr ? 0 : reads->count();
  figures_ = {{"no frame with recorded reads yet"}};
  if (reads == nullptr) return;
  figures_ = {
      {fmt::format("{} bytes in {} read{}", reads->size_bytes(), count, count == 1 ? "" : "s")},
      {"within " + in_milliseconds(reads->duration())}};
}

// From left to right: the figures of the newest frame, and the scale of colours.
void ArrivalTrace::draw_text(cv::Mat& view, cv::Rect strip) {
  const int unit = StripMetrics(strip.size()).unit;
  const int y = strip.y + unit / 2;
  const cv::Rect room(strip.x + unit, y, strip.width - 2 * unit,
                      StripMetrics::kTextUnits * unit - unit / 2);  // the rest is for the rows
  text_.place(view.size(), room & strip, Corner::top_left, figures_);
  if (text_.area().br().y > room.br().y) return;
  text_.paint(view);
  const cv::Rect rest(text_.area().br().x + 2 * unit, y, strip.width / 2, room.height);
  scale_start_.place(view.size(), rest & strip, Corner::top_left, {{"first byte"}});
  const int height = scale_start_.area().height;
  const cv::Rect bar(scale_start_.area().br().x, y + height / 2 - unit / 2, 20 * unit, unit);
  if (bar.br().x + 18 * unit > strip.br().x) return;
  scale_start_.paint(view);
  cv::Mat line = view(cv::Rect(bar.x, bar.y, bar.width, 1));
  for (int x = 0; x < bar.width; ++x)
    line.at<cv::Vec3b>(0, x) = colour_at(static_cast<double>(x) / bar.width);
  for (int y_below = bar.y + 1; y_below < bar.br().y; ++y_below)
    line.copyTo(view(cv::Rect(bar.x, y_below, bar.width, 1)));
  scale_end_.draw(view, {bar.br().x, y}, {{in_milliseconds(scale()) + " later"}});
}

void ArrivalTrace::draw_tint(cv::Mat& picture, const cv::Rect2d& part) const {
  if (!rows_[0]) return;
  const int edge = std::min(overlay_margin(picture.size()), picture.cols);
  const auto seen = [&](int row) {
    const double share = static_cast<double>(row) / std::max(rows_[0]->height, 1);
    return std::clamp(cvFloor((share - part.y) / part.height * picture.rows), 0, picture.rows);
  };
  for (const Tint& band : tints()) {
    const int top = seen(band.top);
    const int bottom = seen(band.top + band.height);
    if (bottom <= top) continue;
    const cv::Mat rows = picture.rowRange(top, bottom);
    tint(rows, band.colour);
    rows.colRange(0, edge).setTo(band.colour);
    if (bottom - top > 4) rows.rowRange(0, 1).setTo(band.colour);
  }
}

}  // namespace jpegwire
