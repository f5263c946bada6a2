#include "codec/jpeg_encoder.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <bitset>
#include <cassert>
#include <mutex>
#include <numeric>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>

#include "codec/bytes.hpp"
#include "codec/interleaved.hpp"
#include "codec/jpeg_layout.hpp"
#include "codec/jpeg_markers.hpp"
#include "codec/turbojpeg_handle.hpp"

namespace jpegwire {
namespace {

constexpr int kMcuSize = 16;                 // pixels each way in 4:2:0
constexpr int kMaxRestartInterval = 0xFFFF;  // MCUs; DRI has 16 bits for it

int mcus(int pixels) { return (pixels + kMcuSize - 1) / kMcuSize; }

const unsigned char* as_chars(const std::byte* bytes) {
  return reinterpret_cast<const unsigned char*>(bytes);
}

// The sample's header with the picture's size, and a DRI segment in front of the scan if the frame
// has several bands.
void write_header(const JpegLayout& sample, EncodedFrame& frame) {
  JpegLayout& layout = frame.layout;
  frame.storage.resize(1);
  std::vector<std::byte>& header = frame.storage[0];
  header.assign(sample.header.begin(), sample.header.end());
  layout.height_offset = sample.height_offset;
  layout.scan_offset = sample.scan_offset;
  const auto width = put_big_endian(std::span(header).subspan(layout.height_offset),
                                    static_cast<std::uint16_t>(layout.height));
  put_big_endian(width, static_cast<std::uint16_t>(layout.width));
  if (layout.restart_interval != 0) {
    std::array segment{marker::kPrefix, marker::kRestartInterval,
                       std::byte{0},    std::byte{4},
                       std::byte{0},    std::byte{0}};
    put_big_endian(std::span(segment).subspan(4),
                   static_cast<std::uint16_t>(layout.restart_interval));
    header.insert(header.begin() + static_cast<std::ptrdiff_t>(sample.scan_offset), segment.begin(),
                  segment.end());
    layout.scan_offset += segment.size();
  }
  layout.header = header;
}

// Visiting every so many bands, around and around, reaches each once, and the first few lie all
// over the picture: the sky at its top does not predict the size of the grass below.
int spread_step(int bands) {
  int step = std::max(1, bands * 2 / 5);
  while (std::gcd(step, bands) != 1) ++step;
  return step;
}

}  // namespace

/// A frame and the memory into which its bands are encoded. libturbojpeg demands room for the
/// largest JPEG that a band could become, about ten times its usual size; the memory is not
/// initialized, so unused parts of it are not backed by pages.
struct JpegEncoder::CodedFrame : EncodedFrame {
  /// Makes room for `bands` JPEGs of at most `size_bytes` each. Its previous content is lost.
  void make_room(std::size_t bands, std::size_t size_bytes) {
    room_bytes_ = size_bytes;
    if (bands * size_bytes <= memory_bytes_) return;
    memory_bytes_ = bands * size_bytes;
    memory_ = std::make_unique_for_overwrite<std::byte[]>(memory_bytes_);
  }

  std::span<std::byte> room(std::size_t band) {
    return {memory_.get() + band * room_bytes_, room_bytes_};
  }

 private:
  std::unique_ptr<std::byte[]> memory_;
  std::size_t memory_bytes_ = 0;
  std::size_t room_bytes_ = 0;  // of one band
};

/// One worker's libturbojpeg and scratch memory.
class JpegEncoder::BandCoder {
 public:
  /// What encode() needs for so many pixels.
  static std::size_t max_size_bytes(int width, int height) {
    return tjBufSize(width, height, TJSAMP_420);
  }

  /// Encodes rows [top, top + height) as a JPEG of its own at the front of `out`; gives the JPEG,
  /// or nothing if libturbojpeg refuses.
  std::optional<std::span<std::byte>> encode(const RawView& picture, int top, int height,
                                             int quality, std::span<std::byte> out) {
    out_ = reinterpret_cast<unsigned char*>(out.data());
    if (!compress(picture, top, height, quality)) return std::nullopt;
    return out.first(size_);
  }

  std::runtime_error error() const {
    return std::runtime_error(std::string("libturbojpeg cannot encode: ") +
                              tjGetErrorStr2(handle_.get()));
  }

 private:
  bool compress(const RawView& picture, int top, int height, int quality) {
    switch (picture.format) {
      case PixelFormat::i420:
        return compress_i420(picture, top, height, quality);
      case PixelFormat::nv12:
        return compress_nv12(picture, top, height, quality);
      case PixelFormat::yuyv:
      case PixelFormat::uyvy:
        return compress_packed(picture, top, height, quality);
      case PixelFormat::grey:
        return compress_grey(picture, top, height, quality);
      case PixelFormat::bgr:
        return compress_bgr(picture, top, height, quality);
    }
    return false;
  }

  bool compress_i420(const RawView& picture, int top, int height, int quality) {
    const auto& [luma, u, v] = picture.planes;
    return compress_planes(even_luma(picture, top, height),
                           {u.row(top / 2), v.row(top / 2), u.stride_bytes}, picture.width, height,
                           quality);
  }

  // Luma stays where it is, and chroma is taken apart one band at a time, so that it is still in
  // the cache when it is encoded.
  bool compress_nv12(const RawView& picture, int top, int height, int quality) {
    const std::size_t chroma_bytes = make_chroma_room(picture.width, height);
    std::byte* u = chroma_.data();
    std::byte* v = u + chroma_bytes;
    take_chroma_apart(picture, top, height, u, v);
    return compress_planes(even_luma(picture, top, height),
                           {u, v, static_cast<std::size_t>(half_up(picture.width))}, picture.width,
                           height, quality);
  }

  // Converts one band at a time, so that its planes are still in the cache when it is encoded.
  bool compress_packed(const RawView& picture, int top, int height, int quality) {
    planes_.resize(PixelFormat::i420, picture.width, height);
    take_apart(picture, top, planes_);
    return compress_i420(planes_, 0, height, quality);
  }

  bool compress_grey(const RawView& picture, int top, int height, int quality) {
    constexpr std::byte kNeutral{128};
    const std::size_t chroma_bytes = make_chroma_room(picture.width, height);
    std::fill(chroma_.begin(), chroma_.end(), kNeutral);
    return compress_planes(even_luma(picture, top, height),
                           {chroma_.data(), chroma_.data() + chroma_bytes,
                            static_cast<std::size_t>(half_up(picture.width))},
                           picture.width, height, quality);
  }

  /// Returns the size of one of the two planes.
  std::size_t make_chroma_room(int width, int height) {
    const auto bytes =
        static_cast<std::size_t>(half_up(width)) * static_cast<std::size_t>(half_up(height));
    chroma_.resize(2 * bytes);
    return bytes;
  }

  // TurboJPEG reads as much luma as the chroma covers, an even number of columns and rows: where
  // the picture has an odd one, its last is doubled.
  RawView::Plane even_luma(const RawView& picture, int top, int height) {
    const RawView::Plane luma{picture.planes[0].row(top), picture.planes[0].stride_bytes};
    if (picture.width % 2 == 0 && height % 2 == 0) return luma;
    const auto columns = static_cast<std::size_t>(picture.width);
    const std::size_t even_columns = 2 * static_cast<std::size_t>(half_up(picture.width));
    even_luma_.resize(even_columns * 2 * static_cast<std::size_t>(half_up(height)));
    auto out = even_luma_.begin();
    for (int y = 0; y < 2 * half_up(height); ++y) {
      const std::byte* row = luma.row(std::min(y, height - 1));
      out = std::copy_n(row, columns, out);
      out = std::fill_n(out, even_columns - columns, row[columns - 1]);
    }
    return {even_luma_.data(), even_columns};
  }

  struct Chroma {
    const std::byte* u;
    const std::byte* v;
    std::size_t stride_bytes;
  };

  bool compress_planes(RawView::Plane luma, Chroma chroma, int width, int height, int quality) {
    std::array pointers{as_chars(luma.bytes), as_chars(chroma.u), as_chars(chroma.v)};
    const auto chroma_stride = static_cast<int>(chroma.stride_bytes);
    const std::array strides{static_cast<int>(luma.stride_bytes), chroma_stride, chroma_stride};
    return tjCompressFromYUVPlanes(handle_.get(), pointers.data(), width, strides.data(), height,
                                   TJSAMP_420, &out_, &size_, quality, TJFLAG_NOREALLOC) == 0;
  }

  bool compress_bgr(const RawView& picture, int top, int height, int quality) {
    const RawView::Plane& plane = picture.planes[0];
    return tjCompress2(handle_.get(), as_chars(plane.row(top)), picture.width,
                       static_cast<int>(plane.stride_bytes), height, TJPF_BGR, &out_, &size_,
                       TJSAMP_420, quality, TJFLAG_NOREALLOC) == 0;
  }

  TurboJpegHandle handle_ = checked(tjInitCompress());
  Picture planes_;
  std::vector<std::byte> even_luma_;
  std::vector<std::byte> chroma_;  // of one band, U and then V
  unsigned char* out_ = nullptr;
  unsigned long size_ = 0;
};

int mcu_rows_per_band(int mcu_rows, const EncoderSettings& settings) {
  const int rows = settings.rows_per_band;
  const int wanted = settings.bands == 0 ? (mcu_rows + rows - 1) / rows : settings.bands;
  const int count = std::clamp(wanted, 1, std::min(kMaxBands, mcu_rows));
  return (mcu_rows + count - 1) / count;
}

/// Bands become ready in any order and are reported from top to bottom.
class JpegEncoder::BandsInOrder {
 public:
  BandsInOrder(const OnBands& on_bands, const std::shared_ptr<EncodedFrame>& frame)
      : on_bands_(on_bands), frame_(frame) {}

  void ready(int band) {
    if (!on_bands_) return;
    const std::scoped_lock lock(mutex_);
    is_ready_.set(static_cast<std::size_t>(band));
    const int before = reported_;
    while (reported_ < kMaxBands && is_ready_.test(static_cast<std::size_t>(reported_)))
      ++reported_;
    if (reported_ > before) on_bands_(frame_, reported_);
  }

 private:
  const OnBands& on_bands_;
  const std::shared_ptr<EncodedFrame>& frame_;
  std::mutex mutex_;
  std::bitset<kMaxBands> is_ready_;
  int reported_ = 0;
};

/// Predicts the size of a frame from the bands that are encoded.
class JpegEncoder::SizeWatch {
 public:
  SizeWatch(std::size_t limit_bytes, std::size_t head_bytes, int height)
      : limit_bytes_(limit_bytes),
        head_bytes_(head_bytes),
        height_(static_cast<std::size_t>(height)) {}

  bool has_limit() const { return limit_bytes_ != 0; }

  /// No further band is needed. Any thread.
  bool is_exceeded() const { return is_exceeded_; }

  /// Any thread.
  void add(int rows, std::size_t bytes) {
    const std::scoped_lock lock(mutex_);
    rows_ += static_cast<std::size_t>(rows);
    bytes_ += bytes;
    if (has_limit() && 4 * rows_ >= height_ && size_bytes() > limit_bytes_) is_exceeded_ = true;
  }

  /// Exact if all rows were added. Call when no other thread adds any.
  std::size_t size_bytes() const { return head_bytes_ + bytes_ * height_ / rows_; }

 private:
  const std::size_t limit_bytes_;
  const std::size_t head_bytes_;
  const std::size_t height_;
  std::mutex mutex_;
  std::size_t rows_ = 0;
  std::size_t bytes_ = 0;
  std::atomic<bool> is_exceeded_ = false;
};

JpegEncoder::JpegEncoder(BandPool& pool, EncoderSettings settings)
    : pool_(pool), settings_(settings) {
  for (int worker = 0; worker < pool.threads(); ++worker)
    coders_.push_back(std::make_unique<BandCoder>());
  sample(settings_.quality);
}

JpegEncoder::~JpegEncoder() = default;

const JpegLayout& JpegEncoder::sample(int quality) {
  auto& kept = samples_.at(static_cast<std::size_t>(quality));
  if (!kept) kept = encode_sample(quality);
  return kept->layout;
}

// This gives the position of each field in a header, so no encoded band has to be parsed.
std::unique_ptr<EncodedFrame> JpegEncoder::encode_sample(int quality) {
  Picture picture;
  picture.resize(PixelFormat::i420, kMcuSize, kMcuSize);
  auto frame = std::make_unique<EncodedFrame>();
  std::vector<std::byte>& jpeg = frame->storage.emplace_back();
  jpeg.resize(BandCoder::max_size_bytes(kMcuSize, kMcuSize));
  BandCoder& coder = *coders_.front();
  const auto coded = coder.encode(picture, 0, kMcuSize, quality, jpeg);
  if (!coded) throw coder.error();
  jpeg.resize(coded->size());
  const JpegVerdict verdict = validate(*frame);
  if (verdict != JpegVerdict::ok)
    throw std::runtime_error(std::string("libturbojpeg encodes an invalid JPEG: ") +
                             std::string(describe(verdict)));
  return frame;
}

std::shared_ptr<EncodedFrame> JpegEncoder::encode(const RawView& picture,
                                                  const FrameIdentity& identity,
                                                  const OnBands& on_bands) {
  return encode(picture, EncodeTarget{.quality = settings_.quality}, identity, on_bands).frame;
}

EncodeResult JpegEncoder::encode(const RawView& picture, const EncodeTarget& target,
                                 const FrameIdentity& identity, const OnBands& on_bands) {
  assert(target.stop_above_bytes == 0 || !on_bands);
  const JpegLayout& header_sample = sample(target.quality);
  const std::shared_ptr<CodedFrame> coded = frames_.take();
  std::shared_ptr<EncodedFrame> frame = coded;
  frame->sequence = identity.sequence;
  frame->capture_time = identity.capture_time;
  frame->no_signal = identity.no_signal;
  frame->quality = target.quality;
  plan_layout(picture, frame->layout);
  write_header(header_sample, *frame);
  const int band_height = std::min(frame->layout.band_height, picture.height);
  coded->make_room(frame->layout.bands.size(),
                   BandCoder::max_size_bytes(picture.width, band_height));
  BandsInOrder bands_in_order(on_bands, frame);
  SizeWatch size_watch(target.stop_above_bytes, 2 + frame->layout.header.size(), picture.height);
  encode_bands(picture, *coded, 2 + header_sample.header.size(), bands_in_order, size_watch);
  if (size_watch.is_exceeded()) return {nullptr, size_watch.size_bytes()};
  return {std::move(frame), size_watch.size_bytes()};
}

void JpegEncoder::plan_layout(const RawView& picture, JpegLayout& layout) const {
  const int mcu_rows = mcus(picture.height);
  int rows_per_band = mcu_rows_per_band(mcu_rows, settings_);
  if (rows_per_band < mcu_rows)
    rows_per_band = std::min(rows_per_band, kMaxRestartInterval / mcus(picture.width));
  const auto bands = static_cast<std::size_t>((mcu_rows + rows_per_band - 1) / rows_per_band);
  layout.width = picture.width;
  layout.height = picture.height;
  layout.components = 3;
  layout.mcu_width = kMcuSize;
  layout.mcu_height = kMcuSize;
  layout.band_height = rows_per_band * kMcuSize;
  layout.restart_interval = bands == 1 ? 0 : mcus(picture.width) * rows_per_band;
  layout.has_huffman_tables = true;
  layout.bands.assign(bands, Bytes());
}

// The entropy-coded bytes of a band's JPEG are not copied: behind SOI and a header of the sample's
// size, with the EOI that ends them turned into the band's restart marker.
void JpegEncoder::encode_bands(const RawView& picture, CodedFrame& frame, std::size_t head_bytes,
                               BandsInOrder& bands_in_order, SizeWatch& size_watch) {
  JpegLayout& layout = frame.layout;
  const int bands = static_cast<int>(layout.bands.size());
  const int step = size_watch.has_limit() ? spread_step(bands) : 1;
  std::atomic<const BandCoder*> failed = nullptr;

  pool_.run(bands, [&](int number, int worker) {
    if (size_watch.is_exceeded()) return;
    const int band = number * step % bands;
    BandCoder& coder = *coders_[static_cast<std::size_t>(worker)];
    const auto index = static_cast<std::size_t>(band);
    const int top = band * layout.band_height;
    const int height = std::min(layout.band_height, picture.height - top);
    const auto jpeg = coder.encode(picture, top, height, frame.quality, frame.room(index));
    if (!jpeg) {
      failed = &coder;
      return;
    }
    if (band != bands - 1) jpeg->back() = marker::restart(band);
    layout.bands[index] = jpeg->subspan(head_bytes);
    size_watch.add(height, layout.bands[index].size());
    bands_in_order.ready(band);
  });
  if (failed.load() != nullptr) throw failed.load()->error();
}

}  // namespace jpegwire
