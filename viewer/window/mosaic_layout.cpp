#include "viewer/window/mosaic_layout.hpp"

#include <algorithm>
#include <cstdint>

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

}  // namespace jpegwire
