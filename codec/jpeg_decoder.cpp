#include "codec/jpeg_decoder.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <span>

#include "codec/bytes.hpp"
#include "codec/jpeg_markers.hpp"
#include "codec/libjpeg_decoder.hpp"

namespace jpegwire {
namespace {

// A band's own restart markers count from 0 again, since it is decoded as a picture of its own.
void renumber_restarts(std::span<std::byte> band) {
  int index = 0;
  std::byte* at = band.data();
  std::byte* const end = at + band.size();
  while ((at = static_cast<std::byte*>(
              std::memchr(at, 0xFF, static_cast<std::size_t>(end - at)))) != nullptr) {
    if (++at == end) return;
    if (marker::is_restart(*at)) *at = marker::restart(index++);
  }
}

}  // namespace

/// One worker's libjpeg and scratch memory.
class JpegDecoder::BandDecoder {
 public:
  /// Returns how many rows of the band were decoded.
  int decode(const JpegLayout& layout, const Band& band, DecodeScale scale, Picture& picture) {
    assemble(layout, band);
    const std::size_t row_bytes = 3 * static_cast<std::size_t>(picture.width);
    std::byte* const pixels =
        picture.pixels.data() + static_cast<std::size_t>(scale.of(band.top)) * row_bytes;
    return libjpeg_.decode(jpeg_, scale.eighths, {pixels, picture.width, scale.of(band.height)});
  }

 private:
  // Makes a JPEG of the band alone: the header with the band's height, and EOI at its end.
  void assemble(const JpegLayout& layout, const Band& band) {
    jpeg_.resize(2 + layout.header.size() + band.bytes.size());
    jpeg_[0] = marker::kPrefix;
    jpeg_[1] = marker::kStartOfImage;
    const std::span header = std::span(jpeg_).subspan(2, layout.header.size());
    put_bytes(header, layout.header);
    put_big_endian(header.subspan(layout.height_offset), static_cast<std::uint16_t>(band.height));
    put_bytes(std::span(jpeg_).last(band.bytes.size()), band.bytes);
    if (band.height == layout.height) return;
    jpeg_.back() = marker::kEndOfImage;
    renumber_restarts(std::span(jpeg_).last(band.bytes.size()));
  }

  LibjpegDecoder libjpeg_;
  std::vector<std::byte> jpeg_;
};

JpegDecoder::JpegDecoder(BandPool& pool) : pool_(pool) {
  for (int worker = 0; worker < pool.threads(); ++worker)
    decoders_.push_back(std::make_unique<BandDecoder>());
}

JpegDecoder::~JpegDecoder() = default;

DecodedRows JpegDecoder::decode(const JpegLayout& layout, Picture& picture, DecodeScale scale) {
  all_bands_.clear();
  for (std::size_t band = 0; band < layout.bands.size(); ++band)
    all_bands_.push_back(layout.band(band));
  const DecodedRows rows = decode(layout, all_bands_, picture, scale);
  if (rows == DecodedRows::some) make_others_grey(layout, picture, scale);
  return rows;
}

void JpegDecoder::make_others_grey(const JpegLayout& layout, Picture& picture, DecodeScale scale) {
  const std::size_t row_bytes = 3 * static_cast<std::size_t>(picture.width);
  for (std::size_t i = 0; i < all_bands_.size(); ++i) {
    const Band band = layout.band(i);
    const int begin = scale.of(band.top + all_bands_[i].height);
    const int end = scale.of(band.top + band.height);
    std::ranges::fill(std::span(picture.pixels)
                          .subspan(static_cast<std::size_t>(begin) * row_bytes,
                                   static_cast<std::size_t>(end - begin) * row_bytes),
                      kGrey);
  }
}

DecodedRows JpegDecoder::decode(const JpegLayout& layout, std::span<Band> bands, Picture& picture,
                                DecodeScale scale) {
  picture.resize(PixelFormat::bgr, scale.of(layout.width), scale.of(layout.height));
  std::atomic<bool> misses_rows = false;
  std::atomic<bool> has_rows = false;
  pool_.run(static_cast<int>(bands.size()), [&](int index, int worker) {
    Band& band = bands[static_cast<std::size_t>(index)];
    BandDecoder& decoder = *decoders_[static_cast<std::size_t>(worker)];
    const int rows = decoder.decode(layout, band, scale, picture);
    if (rows < band.height) misses_rows = true;
    if (rows > 0) has_rows = true;
    band.height = rows;
  });
  if (!misses_rows) return DecodedRows::all;
  return has_rows ? DecodedRows::some : DecodedRows::none;
}

}  // namespace jpegwire
