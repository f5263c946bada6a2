#include "codec/picture_scaler.hpp"

#include <libyuv.h>

#include <algorithm>
#include <cassert>
#include <cstring>
#include <numeric>

#include "codec/interleaved.hpp"

namespace jpegwire {
namespace {

constexpr std::byte kNeutralChroma{128};

/// How the rows of a picture are cut: each band but the last has so many rows before and after it
/// is scaled.
struct BandCut {
  int bands = 1;
  int source_rows = 0;
  int rows = 0;
};

// A band must begin at a whole row of luma and of chroma before and after it is scaled: otherwise
// its rows would be moved against its neighbours'. Bands of some 64 rows stay in the cache between
// their conversion to i420 and scaling.
BandCut cut_into_bands(int source_height, int height) {
  constexpr int kRowsPerBand = 64;
  if (source_height % 2 != 0 || height % 2 != 0) return {1, source_height, height};
  const int steps = std::gcd(source_height / 2, height / 2);
  const int step_rows = source_height / steps;
  const int steps_per_band = std::max(1, kRowsPerBand / step_rows);
  return {(steps + steps_per_band - 1) / steps_per_band, steps_per_band * step_rows,
          steps_per_band * (height / steps)};
}

RawView rows_of(const RawView& picture, int top, int height) {
  RawView band = picture;
  band.height = height;
  for (std::size_t i = 0; i < band.planes.size(); ++i)
    if (band.planes[i].bytes != nullptr)
      band.planes[i].bytes = picture.planes[i].row(i == 0 ? top : top / 2);
  return band;
}

RawView nv12_as_i420(const RawView& band, Picture& scratch) {
  const auto columns = static_cast<std::size_t>(half_up(band.width));
  const std::size_t chroma_bytes = columns * static_cast<std::size_t>(half_up(band.height));
  scratch.pixels.resize(2 * chroma_bytes);
  std::byte* u = scratch.pixels.data();
  std::byte* v = u + chroma_bytes;
  take_chroma_apart(band, 0, band.height, u, v);
  RawView planes = band;
  planes.format = PixelFormat::i420;
  planes.planes[1] = {u, columns};
  planes.planes[2] = {v, columns};
  return planes;
}

std::uint8_t* samples(std::byte* bytes) { return reinterpret_cast<std::uint8_t*>(bytes); }

const std::uint8_t* samples(const RawView::Plane& plane) {
  return reinterpret_cast<const std::uint8_t*>(plane.bytes);
}

int stride(const RawView::Plane& plane) { return static_cast<int>(plane.stride_bytes); }

// "J420" has samples from 0 to 255, as in JPEG.
RawView bgr_as_i420(const RawView& band, Picture& scratch) {
  scratch.resize(PixelFormat::i420, band.width, band.height);
  const int chroma_width = half_up(band.width);
  std::uint8_t* luma = samples(scratch.pixels.data());
  std::uint8_t* u = luma + std::ptrdiff_t{band.width} * band.height;
  std::uint8_t* v = u + std::ptrdiff_t{chroma_width} * half_up(band.height);
  libyuv::RGB24ToJ420(samples(band.planes[0]), stride(band.planes[0]), luma, band.width, u,
                      chroma_width, v, chroma_width, band.width, band.height);
  return scratch;
}

/// As i420 where the format has colours; a grey band stays grey.
RawView as_planes(const RawView& band, Picture& scratch) {
  switch (band.format) {
    case PixelFormat::i420:
    case PixelFormat::grey:
      break;
    case PixelFormat::nv12:
      return nv12_as_i420(band, scratch);
    case PixelFormat::yuyv:
    case PixelFormat::uyvy:
      scratch.resize(PixelFormat::i420, band.width, band.height);
      take_apart(band, 0, scratch);
      return scratch;
    case PixelFormat::bgr:
      return bgr_as_i420(band, scratch);
  }
  return band;
}

/// A place in the scaled picture.
struct ScaledPlane {
  std::byte* bytes = nullptr;
  PictureSize size{};
};

void scale_plane(const RawView::Plane& from, PictureSize from_size, const ScaledPlane& to) {
  const auto bytes =
      static_cast<std::size_t>(to.size.width) * static_cast<std::size_t>(to.size.height);
  if (from.bytes == nullptr) {
    std::memset(to.bytes, std::to_integer<int>(kNeutralChroma), bytes);
    return;
  }
  // The average of the pixels that become one, where they are many; else between the nearest.
  libyuv::ScalePlane(samples(from), stride(from), from_size.width, from_size.height,
                     samples(to.bytes), to.size.width, to.size.width, to.size.height,
                     libyuv::kFilterBox);
}

PictureSize chroma_size(PictureSize luma) { return {half_up(luma.width), half_up(luma.height)}; }

/// Scales to rows [top, top + height) of `scaled`.
void scale_band(const RawView& band, Picture& scaled, int top, int height) {
  const auto planes = plane_layouts(PixelFormat::i420, scaled.width, scaled.height,
                                    static_cast<std::size_t>(scaled.width));
  const PictureSize from_luma{band.width, band.height};
  const PictureSize to_luma{scaled.width, height};
  for (std::size_t i = 0; i < planes.size(); ++i) {
    const auto row = static_cast<std::size_t>(i == 0 ? top : top / 2);
    std::byte* place = scaled.pixels.data() + planes[i].offset_bytes + row * planes[i].stride_bytes;
    scale_plane(band.planes[i], i == 0 ? from_luma : chroma_size(from_luma),
                {place, i == 0 ? to_luma : chroma_size(to_luma)});
  }
}

}  // namespace

PictureScaler::PictureScaler(BandPool& pool)
    : pool_(pool), scratch_(static_cast<std::size_t>(pool.threads())) {}

const Picture& PictureScaler::scale(const RawView& picture, PictureSize size) {
  assert(size.width > 0 && size.width <= picture.width);
  assert(size.height > 0 && size.height <= picture.height);
  scaled_.resize(PixelFormat::i420, size.width, size.height);
  const BandCut cut = cut_into_bands(picture.height, size.height);
  pool_.run(cut.bands, [&](int band, int worker) {
    const int source_top = band * cut.source_rows;
    const int top = band * cut.rows;
    const RawView rows =
        rows_of(picture, source_top, std::min(cut.source_rows, picture.height - source_top));
    scale_band(as_planes(rows, scratch_[static_cast<std::size_t>(worker)]), scaled_, top,
               std::min(cut.rows, size.height - top));
  });
  return scaled_;
}

}  // namespace jpegwire
