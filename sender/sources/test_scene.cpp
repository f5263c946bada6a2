#include "sender/sources/test_scene.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "codec/band_pool.hpp"
#include "sender/sources/test_texture.hpp"

namespace jpegwire {
namespace {

using Colour = cv::Vec3f;  // blue, green, red

constexpr int kRowsOfBand = 64;
constexpr int kColumnsOfStrip = 512;

// Where things lie, as parts of the scene's height or width.
constexpr float kWaterline = 0.60F;
constexpr float kShore = 0.76F;
constexpr float kSunX = 0.31F;
constexpr float kSunY = 0.33F;

Colour mix(const Colour& a, const Colour& b, float part) { return a + (b - a) * part; }

float smooth_step(float low, float high, float value) {
  const float t = std::clamp((value - low) / (high - low), 0.0F, 1.0F);
  return t * t * (3 - 2 * t);
}

cv::Vec3b to_pixel(const Colour& colour) {
  return {cv::saturate_cast<uchar>(colour[0]), cv::saturate_cast<uchar>(colour[1]),
          cv::saturate_cast<uchar>(colour[2])};
}

cv::Scalar to_scalar(const Colour& colour) { return {colour[0], colour[1], colour[2]}; }

/// A line, or where it has a radius a dot, to be drawn over those before it.
struct Stroke {
  cv::Point from;
  cv::Point to;
  cv::Scalar colour;
  int thickness = 1;
  int radius = 0;

  cv::Rect box() const {
    const int rim = thickness + radius + 2;  // what antialiasing may touch included
    const cv::Point low(std::min(from.x, to.x) - rim, std::min(from.y, to.y) - rim);
    const cv::Point high(std::max(from.x, to.x) + rim, std::max(from.y, to.y) + rim);
    return {low, high};
  }

  void draw(cv::Mat target, cv::Point origin) const {
    if (radius > 0)
      cv::circle(target, from - origin, radius, colour, cv::FILLED, cv::LINE_AA);
    else
      cv::line(target, from - origin, to - origin, colour, thickness, cv::LINE_AA);
  }
};

/// A range of mountains; lengths are parts of the scene's height.
struct MountainRange {
  float crest;       // the mean line of its summits
  float relief;      // how far they depart from it
  int summits;       // about as many across the scene
  Colour rock;       // near the crest
  Colour haze;       // what it fades into at its foot
  float contrast;    // of its texture
  float snow_depth;  // below the crest, 0 for none
};

const std::array<MountainRange, 3> kRanges{{
    {0.30F, 0.17F, 4, {150, 122, 104}, {196, 196, 206}, 1.3F, 0.10F},
    {0.44F, 0.10F, 6, {112, 94, 74}, {168, 172, 170}, 1.0F, 0},
    {0.53F, 0.06F, 9, {62, 70, 50}, {104, 116, 104}, 0.9F, 0},
}};

using Skyline = std::vector<float>;  // y for every x in pixels

class ScenePainter {
 public:
  explicit ScenePainter(cv::Size size)
      : canvas_(size, CV_8UC3), rock_(make_rock(random_)), grass_(make_grass(random_)) {}

  Planes paint() {
    paint_sky();
    paint_mountains();
    paint_lake();
    paint_meadow();
    plant_trees();
    grow_grass();
    draw_strokes();
    soften();
    return planes();
  }

 private:
  int row_at(float part) const { return static_cast<int>(part * static_cast<float>(canvas_.rows)); }
  float scale() const { return static_cast<float>(canvas_.rows); }
  float uniform(float low, float high) { return random_.uniform(low, high); }

  void paint_sky();
  Colour sky_at(float x, float y, float cloud, float cloud_above) const;
  void paint_mountains();
  void paint_mountains_at(int x, int y, const std::vector<Skyline>& crests);
  Colour mountain_at(const MountainRange& range, int x, int y, float crest, float foot) const;
  void paint_lake();
  Colour water_at(int x, int y, const cv::Vec3b& mirrored) const;
  void paint_meadow();
  Colour meadow_at(int x, int y, float beyond_shore) const;
  void plant_trees();
  void plant_pine(cv::Point2f foot, float height);
  void grow_grass();
  void draw_blade(cv::Point2f root, float length);
  void draw_flower(cv::Point2f centre, float radius);
  void draw_strokes();
  void soften();
  Planes planes();
  Skyline make_skyline(float mean, float relief, int features);

  /// Calls paint_row(y) for all rows, on all threads at once.
  template <class PaintRow>
  void for_rows(int first, int end, const PaintRow& paint_row) {
    const int bands = (std::max(0, end - first) + kRowsOfBand - 1) / kRowsOfBand;
    pool_.run(bands, [&](int band, int) {
      const int top = first + band * kRowsOfBand, bottom = std::min(end, top + kRowsOfBand);
      for (int y = top; y < bottom; ++y) paint_row(y);
    });
  }

  BandPool pool_{default_threads()};
  cv::RNG random_{20240607};
  cv::Mat canvas_;
  Texture rock_;
  Texture grass_;
  std::vector<Stroke> strokes_;
};

/// The sky is smooth, so it is painted at a quarter of the size.
void ScenePainter::paint_sky() {
  const cv::Mat cloud_tile = fractal_noise(256, 0.58F, random_);
  const cv::Size quarter(std::max(2, canvas_.cols / 4), std::max(2, row_at(kWaterline) / 4));
  cv::Mat clouds;
  cv::resize(cloud_tile.rowRange(0, 160), clouds, quarter, 0, 0, cv::INTER_CUBIC);
  cv::Mat sky(quarter, CV_8UC3);
  for_rows(0, sky.rows, [&](int y) {
    for (int x = 0; x < sky.cols; ++x) {
      const auto u = static_cast<float>(x) / static_cast<float>(sky.cols);
      const auto v = static_cast<float>(y) / static_cast<float>(sky.rows) * kWaterline;
      const int above = std::max(0, y - sky.rows / 24);
      sky.at<cv::Vec3b>(y, x) =
          to_pixel(sky_at(u, v, clouds.at<float>(y, x), clouds.at<float>(above, x)));
    }
  });
  cv::resize(sky, canvas_.rowRange(0, std::max(1, row_at(kWaterline))),
             {canvas_.cols, std::max(1, row_at(kWaterline))}, 0, 0, cv::INTER_CUBIC);
}

Colour ScenePainter::sky_at(float x, float y, float cloud, float cloud_above) const {
  const Colour zenith{178, 112, 52}, middle{214, 172, 124}, horizon{176, 208, 246};
  const float depth = y / kWaterline;
  Colour colour =
      depth < 0.5F ? mix(zenith, middle, depth * 2) : mix(middle, horizon, depth * 2 - 1);
  const float aspect = static_cast<float>(canvas_.cols) / static_cast<float>(canvas_.rows);
  const float distance = std::hypot((x - kSunX) * aspect, y - kSunY);
  colour = mix(colour, {150, 216, 255}, 0.85F * std::exp(-distance * 5.5F));
  const float cover = smooth_step(-0.02F, 0.34F, cloud - 0.25F * (depth - 0.5F));
  const float lit = std::clamp(0.62F + 2.2F * (cloud - cloud_above), 0.0F, 1.0F);
  colour = mix(colour, mix({182, 166, 158}, {226, 240, 255}, lit), cover * 0.9F);
  return mix(colour, {224, 246, 255}, 1 - smooth_step(0.030F, 0.036F, distance));
}

/// A rough line across the scene.
Skyline ScenePainter::make_skyline(float mean, float relief, int features) {
  Skyline line(static_cast<std::size_t>(canvas_.cols), mean * scale());
  float strength = relief * scale();
  for (int knots = features; knots < canvas_.cols && strength > 0.3F; knots *= 2) {
    cv::Mat coarse(1, knots + 1, CV_32F), fine;
    random_.fill(coarse, cv::RNG::UNIFORM, -strength, strength);
    cv::resize(coarse, fine, {canvas_.cols, 1}, 0, 0, cv::INTER_LINEAR);
    for (int x = 0; x < canvas_.cols; ++x)
      line[static_cast<std::size_t>(x)] += fine.at<float>(0, x);
    strength *= 0.52F;
  }
  return line;
}

void ScenePainter::paint_mountains() {
  std::vector<Skyline> crests;
  for (const MountainRange& range : kRanges)
    crests.push_back(make_skyline(range.crest, range.relief, range.summits));
  for_rows(0, row_at(kWaterline), [&](int y) {
    for (int x = 0; x < canvas_.cols; ++x) paint_mountains_at(x, y, crests);
  });
}

/// From behind to in front, but for what those in front hide.
void ScenePainter::paint_mountains_at(int x, int y, const std::vector<Skyline>& crests) {
  const auto column = static_cast<std::size_t>(x);
  const auto row = static_cast<float>(y), foot = static_cast<float>(row_at(kWaterline));
  std::size_t i = crests.size() - 1;
  while (i > 0 && row < crests[i][column]) --i;
  auto& pixel = canvas_.at<cv::Vec3b>(y, x);
  for (; i < crests.size(); ++i) {
    const float crest = crests[i][column], covered = std::clamp(row + 1 - crest, 0.0F, 1.0F);
    if (covered <= 0) continue;
    pixel = to_pixel(mix(Colour(pixel), mountain_at(kRanges[i], x, y, crest, foot), covered));
  }
}

Colour ScenePainter::mountain_at(const MountainRange& range, int x, int y, float crest,
                                 float foot) const {
  const float below_crest = static_cast<float>(y) - crest;
  const float fade = std::clamp(below_crest / std::max(1.0F, foot - crest), 0.0F, 1.0F);
  const float texture = rock_.at(y, x);
  Colour colour = mix(range.rock, range.haze, fade * 0.85F);
  if (range.snow_depth > 0) {
    const float depth = below_crest / scale() - texture * 0.0016F;
    const float snow = 1 - smooth_step(range.snow_depth * 0.5F, range.snow_depth, depth);
    colour = mix(colour, {248, 238, 232}, 0.85F * snow);
  }
  const float light = texture * range.contrast * (1 - 0.6F * fade);
  return colour + Colour(light, light, light * 1.1F);
}

/// The lake mirrors what is painted above it, row by row, disturbed by its ripples.
void ScenePainter::paint_lake() {
  const int waterline = row_at(kWaterline), end = std::min(canvas_.rows, row_at(kShore + 0.04F));
  std::vector<float> wobbles;
  for (int y = waterline; y < end; ++y) wobbles.push_back(uniform(-0.16F, 0.16F));
  for_rows(waterline, end, [&](int y) {
    const auto depth = static_cast<float>(y - waterline);
    const float wobble = wobbles[static_cast<std::size_t>(y - waterline)] * depth;
    const int source =
        std::clamp(static_cast<int>(static_cast<float>(waterline) - 1 - depth * 2.1F + wobble), 0,
                   canvas_.rows - 1);
    const auto shift = static_cast<int>(depth * 0.05F * std::sin(depth * 140 / scale()));
    for (int x = 0; x < canvas_.cols; ++x) {
      const int from = std::clamp(x + shift, 0, canvas_.cols - 1);
      canvas_.at<cv::Vec3b>(y, x) = to_pixel(water_at(x, y, canvas_.at<cv::Vec3b>(source, from)));
    }
  });
}

Colour ScenePainter::water_at(int x, int y, const cv::Vec3b& mirrored) const {
  const float depth = (static_cast<float>(y) / scale() - kWaterline) / (kShore - kWaterline);
  const float ripple = rock_.at(y, x / 5) * (0.3F + 0.5F * depth);
  const Colour colour = mix(Colour(mirrored), {112, 92, 52}, 0.22F + 0.25F * depth);
  const float beside_sun =
      std::abs(static_cast<float>(x) / static_cast<float>(canvas_.cols) - kSunX);
  const float glint = std::exp(-beside_sun * 26) * std::max(0.0F, ripple) * 4;
  return colour + Colour(ripple + glint * 0.6F, ripple + glint * 0.9F, ripple + glint);
}

void ScenePainter::paint_meadow() {
  const Skyline shore = make_skyline(kShore, 0.022F, 3);
  for_rows(row_at(kShore - 0.06F), canvas_.rows, [&](int y) {
    for (int x = 0; x < canvas_.cols; ++x) {
      const float beyond = static_cast<float>(y) - shore[static_cast<std::size_t>(x)];
      if (beyond > 0) canvas_.at<cv::Vec3b>(y, x) = to_pixel(meadow_at(x, y, beyond));
    }
  });
}

Colour ScenePainter::meadow_at(int x, int y, float beyond_shore) const {
  const float near = std::min(1.0F, beyond_shore / (scale() * (1 - kShore)));
  const Colour ground = mix({58, 104, 92}, {40, 128, 118}, near);
  const float blades = grass_.at(y, x) * (0.6F + 0.5F * near);
  const float patches = rock_.at(y / 3, x / 4) * 0.5F;
  const float light = blades + patches - 26 * (1 - smooth_step(0, 0.02F * scale(), beyond_shore));
  return ground + Colour(light * 0.6F, light, light);
}

void ScenePainter::plant_trees() {
  constexpr int kTrees = 34;
  for (int i = 0; i < kTrees; ++i) {
    const float depth = static_cast<float>(i) / kTrees;  // from the far shore's ends to the near
    const float aside = uniform(0, 0.20F + 0.06F * depth);
    const float x = i % 3 == 0 ? 1 - aside * 0.7F : aside;
    const float y = kShore + 0.012F + 0.085F * depth;
    const float height = (0.12F + 0.20F * depth) * uniform(0.75F, 1.2F);
    plant_pine({x * static_cast<float>(canvas_.cols), y * scale()}, height * scale());
  }
}

/// A pine is a trunk with drooping twigs, the lower the longer, lit from the right.
void ScenePainter::plant_pine(cv::Point2f foot, float height) {
  const int twigs = std::clamp(static_cast<int>(height * 2.2F), 20, 1200);
  const float tone = uniform(0.75F, 1.2F);
  const int thickness = std::max(1, static_cast<int>(height * 0.012F));
  strokes_.push_back({foot,
                      cv::Point2f(foot.x, foot.y - height),
                      {22, 32, 40},
                      std::max(1, static_cast<int>(height * 0.022F))});
  for (int i = 0; i < twigs; ++i) {
    const float part = static_cast<float>(i) / static_cast<float>(twigs);
    const float tier = 0.55F + 0.45F * std::abs(std::sin(part * 26));  // branches grow in whorls
    const float reach = height * 0.19F * (1.03F - part) * tier;
    const float side = uniform(-1, 1);
    const cv::Point2f inner(foot.x + side * reach * 0.35F,
                            foot.y - height * (0.06F + 0.94F * part));
    const cv::Point2f outer(foot.x + side * reach, inner.y + reach * uniform(0.18F, 0.5F));
    const float light = tone * (0.75F + 0.35F * side) * uniform(0.5F, 1.5F);
    strokes_.push_back({inner, outer, to_scalar(Colour(38, 62, 48) * light), thickness});
  }
}

/// Blades and flowers from far to near, the nearer the longer.
void ScenePainter::grow_grass() {
  const int blades = canvas_.rows * 7 / 4;
  for (int i = 0; i < blades; ++i) {
    const float near = static_cast<float>(i) / static_cast<float>(blades);
    const float y = kShore + 0.05F + (1.04F - kShore - 0.05F) * std::sqrt(near);
    const cv::Point2f root(uniform(0, 1) * static_cast<float>(canvas_.cols), y * scale());
    draw_blade(root, scale() * (0.008F + 0.05F * near * near) * uniform(0.6F, 1.3F));
    if (i % 9 == 0) draw_flower(root, scale() * (0.0012F + 0.0055F * near * near));
  }
}

void ScenePainter::draw_blade(cv::Point2f root, float length) {
  const float light = uniform(0.55F, 1.35F);
  const cv::Point2f tip(root.x + length * uniform(-0.35F, 0.35F), root.y - length);
  const int thickness = std::max(1, static_cast<int>(length * 0.06F));
  const Colour colour = mix({34, 116, 84}, {62, 168, 178}, uniform(0, 1)) * light;
  strokes_.push_back({root, tip, to_scalar(colour), thickness});
}

void ScenePainter::draw_flower(cv::Point2f centre, float radius) {
  static const std::array<Colour, 4> colours{
      {{236, 240, 248}, {60, 190, 250}, {70, 60, 214}, {206, 110, 150}}};
  const cv::Point middle = centre;
  const auto petals = static_cast<std::size_t>(random_.uniform(0, 4));
  const int size = std::max(1, static_cast<int>(radius));
  strokes_.push_back({middle, middle, to_scalar(colours[petals]), 1, size});
  if (size > 2) strokes_.push_back({middle, middle, {40, 170, 220}, 1, size / 3});
}

/// All of them in each strip of the canvas, one after the other as they lie, strips side by side.
void ScenePainter::draw_strokes() {
  const int strips = (canvas_.cols + kColumnsOfStrip - 1) / kColumnsOfStrip;
  pool_.run(strips, [&](int strip, int) {
    const cv::Rect area = cv::Rect(strip * kColumnsOfStrip, 0, kColumnsOfStrip, canvas_.rows) &
                          cv::Rect({}, canvas_.size());
    for (const Stroke& stroke : strokes_)
      if (!(stroke.box() & area).empty()) stroke.draw(canvas_(area), area.tl());
  });
}

/// The lens. Where there are fewer pixels there are more edges to a pixel, and more bits; a softer
/// and paler picture makes up for that. The numbers are measured: about one bit per pixel.
void ScenePainter::soften() {
  const double rows_at_16_to_9 = std::sqrt(canvas_.size().area() * 9.0 / 16);
  const double deviation = 0.8 * std::sqrt(1216 / rows_at_16_to_9);
  cv::GaussianBlur(canvas_, canvas_, {}, std::min(deviation, 2.4));
  const double contrast = std::min(1.0, 0.4 + rows_at_16_to_9 / 1000);
  canvas_.convertTo(canvas_, -1, contrast, 110 * (1 - contrast));
}

Planes ScenePainter::planes() {
  const cv::Size size = canvas_.size(), half = size / 2;
  Planes all{cv::Mat(size, CV_8UC1), cv::Mat(half, CV_8UC1), cv::Mat(half, CV_8UC1)};
  pool_.run((size.height + kRowsOfBand - 1) / kRowsOfBand, [&](int band, int) {
    const int top = band * kRowsOfBand;
    const cv::Rect area(0, top, size.width, std::min(kRowsOfBand, size.height - top));
    const Planes from = to_planes(canvas_(area)), to = all.part(area);
    from.luma.copyTo(to.luma);
    from.chroma_blue.copyTo(to.chroma_blue);
    from.chroma_red.copyTo(to.chroma_red);
  });
  return all;
}

}  // namespace

Planes Planes::part(cv::Rect area) const {
  const cv::Rect half(area.x / 2, area.y / 2, half_up(area.width), half_up(area.height));
  return {luma(area), chroma_blue(half), chroma_red(half)};
}

Planes planes_of(Picture& frame) {
  const int chroma_height = half_up(frame.height), chroma_width = half_up(frame.width);
  auto* luma = reinterpret_cast<uchar*>(frame.pixels.data());
  uchar* blue = luma + static_cast<std::ptrdiff_t>(frame.width) * frame.height;
  uchar* red = blue + static_cast<std::ptrdiff_t>(chroma_width) * chroma_height;
  return {cv::Mat(frame.height, frame.width, CV_8UC1, luma),
          cv::Mat(chroma_height, chroma_width, CV_8UC1, blue),
          cv::Mat(chroma_height, chroma_width, CV_8UC1, red)};
}

Planes to_planes(const cv::Mat& bgr) {
  cv::Mat full;
  cv::cvtColor(bgr, full, cv::COLOR_BGR2YCrCb);
  std::array<cv::Mat, 3> planes;
  cv::split(full, planes.data());
  Planes result{planes[0], {}, {}};
  cv::resize(planes[1], result.chroma_red, {}, 0.5, 0.5, cv::INTER_AREA);
  cv::resize(planes[2], result.chroma_blue, {}, 0.5, 0.5, cv::INTER_AREA);
  return result;
}

Planes make_test_scene(cv::Size size) { return ScenePainter(size).paint(); }

}  // namespace jpegwire
