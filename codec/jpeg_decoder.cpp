#include "codec/jpeg_decoder.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <span>

#include "codec/bytes.hpp"
#include "codec/jpeg_markers.hpp"
#include "codec/turbojpeg_handle.hpp"

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

/// Marks the last pixels of a band, to see whether the decoder, which writes row after row, has
/// reached them.
class LastPixels {
 public:
  /// Of the first `rows` rows of the picture.
  LastPixels(Picture& picture, int rows) {
    const std::size_t stride = 3 * static_cast<std::size_t>(picture.width);
    const std::span all = std::span(picture.pixels).first(static_cast<std::size_t>(rows) * stride);
    bytes_ = all.last(std::min(stride, kMark.size()));
    put_bytes(bytes_, mark());
  }

  bool are_decoded() const { return !std::ranges::equal(bytes_, mark()); }

 private:
  // A pattern that no picture contains: neither even nor smooth.
  static constexpr auto kMark = [] {
    std::array<std::byte, 24> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(97 * i + 13);
    return bytes;
  }();

  Bytes mark() const { return Bytes(kMark).first(bytes_.size()); }

  std::span<std::byte> bytes_;
};

}  // namespace

/// One worker's libturbojpeg and scratch memory.
class JpegDecoder::BandDecoder {
 public:
  bool decode(const JpegLayout& layout, const Band& band, DecodeScale scale, Picture& picture) {
    assemble(layout, band);
    const std::size_t stride = 3 * static_cast<std::size_t>(picture.width);
    auto* pixels = reinterpret_cast<unsigned char*>(picture.pixels.data()) +
                   static_cast<std::size_t>(scale.of(band.top)) * stride;
    const auto* jpeg = reinterpret_cast<const unsigned char*>(jpeg_.data());
    const LastPixels last(picture, scale.of(band.top) + scale.of(band.height));
    if (tjDecompress2(handle_.get(), jpeg, jpeg_.size(), pixels, picture.width, 0,
                      scale.of(band.height), TJPF_BGR, TJFLAG_STOPONWARNING) == 0)
      return true;
    // Some cameras leave padding in front of EOI: a warning, but all pixels are there by then.
    return tjGetErrorCode(handle_.get()) == TJERR_WARNING && last.are_decoded();
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

  TurboJpegHandle handle_ = checked(tjInitDecompress());
  std::vector<std::byte> jpeg_;
};

JpegDecoder::JpegDecoder(BandPool& pool) : pool_(pool) {
  for (int worker = 0; worker < pool.threads(); ++worker)
    decoders_.push_back(std::make_unique<BandDecoder>());
}

JpegDecoder::~JpegDecoder() = default;

bool JpegDecoder::decode(const JpegLayout& layout, Picture& picture, DecodeScale scale) {
  all_bands_.clear();
  for (std::size_t band = 0; band < layout.bands.size(); ++band)
    all_bands_.push_back(layout.band(band));
  return decode(layout, all_bands_, picture, scale);
}

bool JpegDecoder::decode(const JpegLayout& layout, std::span<const Band> bands, Picture& picture,
                         DecodeScale scale) {
  picture.resize(PixelFormat::bgr, scale.of(layout.width), scale.of(layout.height));
  std::atomic<bool> damaged = false;
  pool_.run(static_cast<int>(bands.size()), [&](int band, int worker) {
    BandDecoder& decoder = *decoders_[static_cast<std::size_t>(worker)];
    if (!decoder.decode(layout, bands[static_cast<std::size_t>(band)], scale, picture))
      damaged = true;
  });
  return !damaged;
}

}  // namespace jpegwire
