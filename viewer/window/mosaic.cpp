#include "viewer/window/mosaic.hpp"

#include <algorithm>
#include <numeric>

#include "viewer/window/mosaic_layout.hpp"
#include "viewer/window/zoom.hpp"

namespace jpegwire {
namespace {

constexpr PictureSize kSmallest{1, 1};

int gap_of(cv::Size window) { return std::max(2, std::min(window.width, window.height) / 180); }

std::int64_t squared_distance(cv::Point point, const cv::Rect& area) {
  const cv::Point nearest(std::clamp(point.x, area.x, area.br().x - 1),
                          std::clamp(point.y, area.y, area.br().y - 1));
  const cv::Point away = nearest - point;
  return std::int64_t{away.x} * away.x + std::int64_t{away.y} * away.y;
}

}  // namespace

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
  if (alone_) views_[*alone_].set_wanted_size({});
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
