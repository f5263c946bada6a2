#include "viewer/window/mosaic.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>

#include "viewer/window/zoom.hpp"

namespace jpegwire {
namespace {

struct Grid {
  int columns = 1;
  int rows = 1;
  cv::Size tile;  // as large as the largest picture needs
  std::int64_t shown_pixels = 0;
};

/// An unknown picture is assumed to have the shape of the first known one.
cv::Size shape_of(cv::Size picture, std::span<const cv::Size> others) {
  if (!picture.empty()) return picture;
  const auto known = std::ranges::find_if(others, [](cv::Size size) { return !size.empty(); });
  return known == others.end() ? cv::Size(16, 9) : *known;
}

int share_of(int length, int parts, int gap) {
  return std::max((length - (parts - 1) * gap) / parts, 1);
}

Grid grid_of(int columns, std::span<const cv::Size> pictures, cv::Size window, int gap) {
  const int count = static_cast<int>(pictures.size());
  Grid grid{.columns = columns, .rows = (count + columns - 1) / columns, .tile = {}};
  const cv::Size cell(share_of(window.width, grid.columns, gap),
                      share_of(window.height, grid.rows, gap));
  for (const cv::Size picture : pictures) {
    const cv::Size shown = scaled_to_fit(shape_of(picture, pictures), cell);
    grid.tile.width = std::max(grid.tile.width, shown.width);
    grid.tile.height = std::max(grid.tile.height, shown.height);
    grid.shown_pixels += std::int64_t{shown.width} * shown.height;
  }
  return grid;
}

Grid best_grid(std::span<const cv::Size> pictures, cv::Size window, int gap) {
  Grid best;
  for (int columns = 1; columns <= static_cast<int>(pictures.size()); ++columns) {
    const Grid grid = grid_of(columns, pictures, window, gap);
    if (grid.shown_pixels > best.shown_pixels) best = grid;
  }
  return best;
}

int length_of(int parts, int length, int gap) { return parts * length + (parts - 1) * gap; }

constexpr PictureSize kSmallest{1, 1};

int gap_of(cv::Size window) { return std::max(2, std::min(window.width, window.height) / 180); }

std::int64_t squared_distance(cv::Point point, const cv::Rect& area) {
  const cv::Point nearest(std::clamp(point.x, area.x, area.br().x - 1),
                          std::clamp(point.y, area.y, area.br().y - 1));
  const cv::Point away = nearest - point;
  return std::int64_t{away.x} * away.x + std::int64_t{away.y} * away.y;
}

}  // namespace

std::vector<cv::Rect> mosaic_layout(std::span<const cv::Size> pictures, cv::Size window, int gap) {
  const Grid grid = best_grid(pictures, window, gap);
  const int count = static_cast<int>(pictures.size());
  const int top = (window.height - length_of(grid.rows, grid.tile.height, gap)) / 2;
  std::vector<cv::Rect> tiles;
  for (int index = 0; index < count; ++index) {
    const int row = index / grid.columns;
    const int in_row = std::min(grid.columns, count - row * grid.columns);
    const int left = (window.width - length_of(in_row, grid.tile.width, gap)) / 2;
    const cv::Point corner(left + index % grid.columns * (grid.tile.width + gap),
                           top + row * (grid.tile.height + gap));
    tiles.emplace_back(corner, grid.tile);
  }
  return tiles;
}

Mosaic::Mosaic(const std::vector<PictureViewSettings>& settings) {
  for (const PictureViewSettings& one : settings) views_.emplace_back(one);
  if (views_.size() == 1)
    alone_ = 0;
  else
    set_wanted_size(kSmallest);  // until the layout is known
}

void Mosaic::set_wanted_size(PictureSize size) {
  for (PictureView& view : views_) view.set_wanted_size(size);
}

std::vector<std::size_t> Mosaic::shown() const {
  if (alone_) return {*alone_};
  std::vector<std::size_t> all(views_.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return all;
}

std::size_t Mosaic::nearest_to(cv::Point point) const {
  if (alone_ || tiles_.empty()) return alone_.value_or(0);
  const auto nearest = std::ranges::min_element(
      tiles_, {}, [point](const cv::Rect& tile) { return squared_distance(point, tile); });
  return static_cast<std::size_t>(nearest - tiles_.begin());
}

void Mosaic::toggle_alone(cv::Point point) {
  if (views_.size() == 1) return;
  if (alone_) views_[*alone_].reset();
  alone_ = alone_ ? std::nullopt : std::optional(nearest_to(point));
  is_laid_out_ = false;
  set_wanted_size(kSmallest);
  if (!alone_) return;
  views_[*alone_].set_wanted_size({});
  for (std::size_t index = 0; index < views_.size(); ++index)
    if (index != *alone_) views_[index].hide();
}

bool Mosaic::is_stale() const {
  if (!is_laid_out_) return true;
  if (alone_) return views_[*alone_].is_stale();
  return std::ranges::any_of(views_, &PictureView::is_stale);
}

void Mosaic::draw(cv::Mat& image) {
  if (!alone_) return draw_grid(image);
  views_[*alone_].draw(image);
  is_laid_out_ = true;
}

void Mosaic::draw_grid(cv::Mat& image) {
  const bool is_new = !is_laid_out_ || image.data != image_ || image.size() != window_ ||
                      picture_sizes() != picture_sizes_;
  if (is_new) {
    lay_out(image.size());
    image.setTo(kBackground);
    image_ = image.data;
  }
  for (std::size_t index = 0; index < views_.size(); ++index) {
    if (!is_new && !views_[index].is_stale()) continue;
    cv::Mat tile = image(tiles_[index] & cv::Rect({}, image.size()));
    if (!tile.empty()) views_[index].draw(tile);
  }
}

void Mosaic::lay_out(cv::Size window) {
  window_ = window;
  picture_sizes_ = picture_sizes();
  tiles_ = mosaic_layout(picture_sizes_, window, gap_of(window));
  is_laid_out_ = true;
  for (std::size_t index = 0; index < views_.size(); ++index) {
    const cv::Size tile = tiles_[index].size();
    const cv::Size picture = picture_sizes_[index];
    const cv::Size shown = picture.empty() ? tile : scaled_to_fit(picture, tile);
    views_[index].set_wanted_size({shown.width, shown.height});
  }
}

std::vector<cv::Size> Mosaic::picture_sizes() const {
  std::vector<cv::Size> sizes;
  sizes.reserve(views_.size());
  for (const PictureView& view : views_) sizes.push_back(view.picture_size());
  return sizes;
}

}  // namespace jpegwire
