#include "codec/jpeg_encoder.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <bitset>
#include <limits>
#include <mutex>
#include <stdexcept>

#include "codec/big_endian.hpp"
#include "codec/jpeg_layout.hpp"
#include "codec/jpeg_markers.hpp"
#include "codec/turbojpeg_handle.hpp"
#include "codec/yuyv.hpp"

namespace jpegwire {
namespace {

constexpr int kMcuSize = 16;                 // pixels each way in 4:2:0
constexpr int kMaxRestartInterval = 0xFFFF;  // MCUs; DRI has 16 bits for it

int mcus(int pixels) { return (pixels + kMcuSize - 1) / kMcuSize; }

const unsigned char* as_chars(const std::byte* bytes) {
  return reinterpret_cast<const unsigned char*>(bytes);
}

// Grows with room to spare, so that a frame somewhat larger than any before costs no allocation.
void replace(std::vector<std::byte>& storage, Bytes bytes) {
  if (storage.capacity() < bytes.size()) storage.reserve(bytes.size() + bytes.size() / 2);
  storage.assign(bytes.begin(), bytes.end());
}

// The header of the first band's JPEG, with the height of the whole and the restart interval.
void write_header(const JpegLayout& band, EncodedFrame& frame) {
  JpegLayout& layout = frame.layout;
  std::vector<std::byte>& header = frame.storage[0];
  replace(header, band.header);
  put_big_endian(std::span(header).subspan(band.height_offset),
                 static_cast<std::uint16_t>(layout.height));
  layout.scan_offset = band.scan_offset;
  if (layout.restart_interval != 0) {
    std::array segment{marker::kPrefix, marker::kRestartInterval,
                       std::byte{0},    std::byte{4},
                       std::byte{0},    std::byte{0}};
    put_big_endian(std::span(segment).subspan(4),
                   static_cast<std::uint16_t>(layout.restart_interval));
    header.insert(header.begin() + static_cast<std::ptrdiff_t>(band.scan_offset), segment.begin(),
                  segment.end());
    layout.scan_offset += segment.size();
  }
  layout.header = header;
  layout.components = band.components;
  layout.mcu_width = band.mcu_width;
  layout.mcu_height = band.mcu_height;
  layout.height_offset = band.height_offset;
}

}  // namespace

/// One worker's libturbojpeg and scratch memory.
class JpegEncoder::BandCoder {
 public:
  /// Encodes rows [top, top + height) as a JPEG of its own; nullptr where libturbojpeg refuses.
  const JpegLayout* encode(const Picture& picture, int top, int height, int quality) {
    output_.resize(std::max(output_.size(), tjBufSize(picture.width, height, TJSAMP_420)));
    if (!compress(picture, top, height, quality)) return nullptr;
    const auto jpeg = Bytes(output_).first(size_);
    constexpr auto kNoLimit = std::numeric_limits<std::int64_t>::max();
    return inspect_jpeg(jpeg, layout_, kNoLimit) == JpegVerdict::ok ? &layout_ : nullptr;
  }

  const char* error() const { return tjGetErrorStr2(handle_.get()); }

 private:
  bool compress(const Picture& picture, int top, int height, int quality) {
    switch (picture.format) {
      case PixelFormat::i420:
        return compress_i420(picture, top, height, quality);
      case PixelFormat::yuyv:
        return compress_yuyv(picture, top, height, quality);
      case PixelFormat::bgr:
        return compress_bgr(picture, top, height, quality);
    }
    return false;
  }

  bool compress_i420(const Picture& picture, int top, int height, int quality) {
    const auto width = static_cast<std::size_t>(picture.width);
    const auto chroma_width = static_cast<std::size_t>(half_up(picture.width));
    const auto rows = static_cast<std::size_t>(picture.height);
    const auto chroma_rows = static_cast<std::size_t>(half_up(picture.height));
    const std::byte* luma = picture.pixels.data();
    const std::byte* u = luma + width * rows;
    const std::byte* v = u + chroma_width * chroma_rows;
    const auto first_row = static_cast<std::size_t>(top);
    return compress_planes({even_luma(luma + first_row * width, picture.width, height),
                            u + first_row / 2 * chroma_width, v + first_row / 2 * chroma_width},
                           picture.width, height, quality);
  }

  // TurboJPEG reads as much luma as the chroma covers, an even number of columns and rows: where
  // the picture has an odd one, its last is doubled.
  const std::byte* even_luma(const std::byte* luma, int width, int height) {
    if (width % 2 == 0 && height % 2 == 0) return luma;
    const auto columns = static_cast<std::size_t>(width);
    const std::size_t even_columns = 2 * static_cast<std::size_t>(half_up(width));
    even_luma_.resize(even_columns * 2 * static_cast<std::size_t>(half_up(height)));
    auto out = even_luma_.begin();
    for (int y = 0; y < 2 * half_up(height); ++y) {
      const std::byte* row = luma + static_cast<std::size_t>(std::min(y, height - 1)) * columns;
      out = std::copy_n(row, columns, out);
      out = std::fill_n(out, even_columns - columns, row[columns - 1]);
    }
    return even_luma_.data();
  }

  // Only a band at a time is taken apart, so that its planes are still in the cache when encoded.
  bool compress_yuyv(const Picture& picture, int top, int height, int quality) {
    planes_.resize(PixelFormat::i420, picture.width, height);
    yuyv_to_i420(picture, top, planes_);
    return compress_i420(planes_, 0, height, quality);
  }

  bool compress_planes(std::array<const std::byte*, 3> planes, int width, int height, int quality) {
    std::array pointers{as_chars(planes[0]), as_chars(planes[1]), as_chars(planes[2])};
    auto* out = reinterpret_cast<unsigned char*>(output_.data());
    size_ = output_.size();
    return tjCompressFromYUVPlanes(handle_.get(), pointers.data(), width, nullptr, height,
                                   TJSAMP_420, &out, &size_, quality, TJFLAG_NOREALLOC) == 0;
  }

  bool compress_bgr(const Picture& picture, int top, int height, int quality) {
    const std::size_t stride = 3 * static_cast<std::size_t>(picture.width);
    const auto* pixels = as_chars(picture.pixels.data()) + static_cast<std::size_t>(top) * stride;
    auto* out = reinterpret_cast<unsigned char*>(output_.data());
    size_ = output_.size();
    return tjCompress2(handle_.get(), pixels, picture.width, 0, height, TJPF_BGR, &out, &size_,
                       TJSAMP_420, quality, TJFLAG_NOREALLOC) == 0;
  }

  TurboJpegHandle handle_ = checked(tjInitCompress());
  Picture planes_;
  std::vector<std::byte> even_luma_;
  std::vector<std::byte> output_;
  unsigned long size_ = 0;
  JpegLayout layout_;
};

int mcu_rows_per_band(int mcu_rows, const EncoderSettings& settings) {
  const int rows = settings.rows_per_band;
  const int wanted = settings.bands == 0 ? (mcu_rows + rows - 1) / rows : settings.bands;
  const int count = std::clamp(wanted, 1, std::min(kMaxBands, mcu_rows));
  return (mcu_rows + count - 1) / count;
}

/// Bands become ready in any order and are told of in theirs.
class JpegEncoder::BandsInOrder {
 public:
  BandsInOrder(const OnBands& on_bands, const std::shared_ptr<EncodedFrame>& frame)
      : on_bands_(on_bands), frame_(frame) {}

  void ready(int band) {
    if (!on_bands_) return;
    const std::scoped_lock lock(mutex_);
    is_ready_.set(static_cast<std::size_t>(band));
    const int before = told_;
    while (told_ < kMaxBands && is_ready_.test(static_cast<std::size_t>(told_))) ++told_;
    if (told_ > before) on_bands_(frame_, told_);
  }

 private:
  const OnBands& on_bands_;
  const std::shared_ptr<EncodedFrame>& frame_;
  std::mutex mutex_;
  std::bitset<kMaxBands> is_ready_;
  int told_ = 0;
};

JpegEncoder::JpegEncoder(BandPool& pool, EncoderSettings settings)
    : pool_(pool), settings_(settings) {
  for (int worker = 0; worker < pool.threads(); ++worker)
    coders_.push_back(std::make_unique<BandCoder>());
}

JpegEncoder::~JpegEncoder() = default;

std::shared_ptr<EncodedFrame> JpegEncoder::encode(const Picture& picture,
                                                  const FrameIdentity& identity,
                                                  const OnBands& on_bands) {
  std::shared_ptr<EncodedFrame> frame = frames_.take();
  frame->sequence = identity.sequence;
  frame->capture_time = identity.capture_time;
  const int mcu_rows = mcus(picture.height);
  int rows_per_band = mcu_rows_per_band(mcu_rows, settings_);
  if (rows_per_band < mcu_rows)
    rows_per_band = std::min(rows_per_band, kMaxRestartInterval / mcus(picture.width));
  const auto bands = static_cast<std::size_t>((mcu_rows + rows_per_band - 1) / rows_per_band);
  frame->layout.width = picture.width;
  frame->layout.height = picture.height;
  frame->layout.band_height = rows_per_band * kMcuSize;
  frame->layout.restart_interval = bands == 1 ? 0 : mcus(picture.width) * rows_per_band;
  frame->layout.has_huffman_tables = true;
  frame->layout.bands.assign(bands, Bytes());
  if (frame->storage.size() < bands + 1) frame->storage.resize(bands + 1);
  BandsInOrder bands_in_order(on_bands, frame);
  encode_bands(picture, *frame, bands_in_order);
  return frame;
}

void JpegEncoder::encode_bands(const Picture& picture, EncodedFrame& frame,
                               BandsInOrder& bands_in_order) {
  JpegLayout& layout = frame.layout;
  const int bands = static_cast<int>(layout.bands.size());
  std::atomic<const BandCoder*> failed = nullptr;

  pool_.run(bands, [&](int band, int worker) {
    BandCoder& coder = *coders_[static_cast<std::size_t>(worker)];
    const int top = band * layout.band_height;
    const int height = std::min(layout.band_height, picture.height - top);
    const JpegLayout* coded = coder.encode(picture, top, height, settings_.quality);
    if (coded == nullptr) {
      failed = &coder;
      return;
    }
    const auto index = static_cast<std::size_t>(band);
    std::vector<std::byte>& bytes = frame.storage[index + 1];
    replace(bytes, coded->bands.front());
    if (band != bands - 1) bytes.back() = marker::restart(band);
    layout.bands[index] = bytes;
    if (band == 0) write_header(*coded, frame);
    bands_in_order.ready(band);
  });
  if (failed.load() != nullptr)
    throw std::runtime_error(std::string("libturbojpeg cannot encode: ") + failed.load()->error());
}

}  // namespace jpegwire
