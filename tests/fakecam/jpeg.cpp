#include "jpeg.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

// Needs <cstdio> before it.
#include <jpeglib.h>

namespace fakecam {
namespace {

constexpr int kQuality = 85;
constexpr std::uint8_t kMarkerPrefix = 0xff;
constexpr std::uint8_t kHuffmanTables = 0xc4;
constexpr std::uint8_t kStartOfScan = 0xda;
constexpr std::size_t kStartOfImageSize = 2;

constexpr std::uint8_t kEndOfImage = 0xd9;
constexpr std::uint8_t kFirstRestart = 0xd0;
constexpr std::uint8_t kRestarts = 8;
constexpr std::size_t kMcuRows = 8;  // of pixels, of 4:2:2

struct BufferDeleter {
  void operator()(unsigned char* buffer) const { std::free(buffer); }
};

// 4:2:2, with raw planes as input.
void set_up(jpeg_compress_struct& jpeg, const Picture& picture, std::uint32_t restart_interval) {
  jpeg.image_width = picture.width;
  jpeg.image_height = picture.height;
  jpeg.input_components = 3;
  jpeg.in_color_space = JCS_YCbCr;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, kQuality, TRUE);
  jpeg.comp_info[0].h_samp_factor = 2;
  jpeg.comp_info[0].v_samp_factor = 1;
  jpeg.dct_method = JDCT_FASTEST;
  jpeg.raw_data_in = TRUE;
  jpeg.restart_interval = restart_interval;
}

// Eight rows of a plane, padded to whole MCUs; the last samples are repeated beyond the plane's
// end.
class PlaneRows {
 public:
  PlaneRows(const Bytes& plane, std::size_t width, std::size_t padded_width)
      : plane_(plane), width_(width), padded_width_(padded_width), rows_(padded_width * kMcuRows) {
    for (std::size_t i = 0; i < kMcuRows; ++i) pointers_[i] = rows_.data() + i * padded_width;
  }

  JSAMPARRAY from(std::size_t first) {
    const std::size_t last = plane_.size() / width_ - 1;
    for (std::size_t i = 0; i < kMcuRows; ++i) {
      const std::uint8_t* source = plane_.data() + std::min(first + i, last) * width_;
      std::copy_n(source, width_, pointers_[i]);
      std::fill_n(pointers_[i] + width_, padded_width_ - width_, source[width_ - 1]);
    }
    return pointers_.data();
  }

 private:
  const Bytes& plane_;
  std::size_t width_;
  std::size_t padded_width_;
  Bytes rows_;
  std::array<JSAMPROW, kMcuRows> pointers_{};
};

void write_rows(jpeg_compress_struct& jpeg, const Picture& picture) {
  const std::size_t padded = (picture.width + 15) / 16 * 16;
  PlaneRows luma(picture.luma, picture.width, padded);
  PlaneRows blue(picture.blue, picture.width / 2, padded / 2);
  PlaneRows red(picture.red, picture.width / 2, padded / 2);
  while (jpeg.next_scanline < jpeg.image_height) {
    const std::size_t first = jpeg.next_scanline;
    std::array planes{luma.from(first), blue.from(first), red.from(first)};
    jpeg_write_raw_data(&jpeg, planes.data(), kMcuRows);
  }
}

bool is_restart(std::uint8_t marker) {
  return marker >= kFirstRestart && marker < kFirstRestart + kRestarts;
}

std::size_t segment_size(std::span<const std::uint8_t> segment) {
  return 2 + std::size_t{segment[2]} * 256 + segment[3];
}

Bytes read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(file), {});
}

bool is_jpeg_name(const std::filesystem::path& path) {
  return path.extension() == ".jpg" || path.extension() == ".jpeg";
}

}  // namespace

Bytes encode_jpeg(const Picture& picture, std::uint32_t restart_interval_mcus) {
  jpeg_compress_struct jpeg{};
  jpeg_error_mgr errors{};
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_compress(&jpeg);
  unsigned char* buffer = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&jpeg, &buffer, &size);
  set_up(jpeg, picture, restart_interval_mcus);
  jpeg_start_compress(&jpeg, TRUE);
  write_rows(jpeg, picture);
  jpeg_finish_compress(&jpeg);
  jpeg_destroy_compress(&jpeg);
  const std::unique_ptr<unsigned char, BufferDeleter> owner(buffer);
  return Bytes(buffer, buffer + size);
}

RestartIntervals split_at_restarts(std::span<const std::uint8_t> jpeg) {
  std::size_t at = kStartOfImageSize;
  while (jpeg[at + 1] != kStartOfScan) at += segment_size(jpeg.subspan(at));
  at += segment_size(jpeg.subspan(at));
  RestartIntervals result{Bytes(jpeg.begin(), jpeg.begin() + static_cast<std::ptrdiff_t>(at)), {}};
  result.coded.emplace_back();
  for (; jpeg[at] != kMarkerPrefix || jpeg[at + 1] != kEndOfImage; ++at) {
    if (jpeg[at] == kMarkerPrefix && is_restart(jpeg[at + 1])) {
      result.coded.emplace_back();
      ++at;
    } else {
      result.coded.back().push_back(jpeg[at]);
    }
  }
  return result;
}

Bytes join_at_restarts(const RestartIntervals& intervals, std::size_t expected_bytes) {
  Bytes jpeg;
  jpeg.reserve(expected_bytes);
  jpeg = intervals.head;
  for (std::size_t i = 0; i < intervals.coded.size(); ++i) {
    const Bytes& coded = intervals.coded[i];
    const bool is_last = i + 1 == intervals.coded.size();
    jpeg.insert(jpeg.end(), coded.begin(), coded.end());
    jpeg.push_back(kMarkerPrefix);
    jpeg.push_back(is_last ? kEndOfImage
                           : static_cast<std::uint8_t>(kFirstRestart + i % kRestarts));
  }
  return jpeg;
}

Bytes without_huffman_tables(std::span<const std::uint8_t> jpeg) {
  if (jpeg.size() < kStartOfImageSize) return Bytes(jpeg.begin(), jpeg.end());
  Bytes kept(jpeg.begin(), jpeg.begin() + kStartOfImageSize);
  auto rest = jpeg.subspan(kStartOfImageSize);
  while (rest.size() >= 4 && rest[0] == kMarkerPrefix && rest[1] != kStartOfScan) {
    const auto segment = rest.first(std::min(segment_size(rest), rest.size()));
    if (segment[1] != kHuffmanTables) kept.insert(kept.end(), segment.begin(), segment.end());
    rest = rest.subspan(segment.size());
  }
  kept.insert(kept.end(), rest.begin(), rest.end());
  return kept;
}

std::vector<Bytes> load_jpegs(const std::string& directory) {
  std::vector<std::filesystem::path> paths;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    if (is_jpeg_name(entry.path())) paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  std::vector<Bytes> jpegs;
  std::ranges::transform(paths, std::back_inserter(jpegs), read_file);
  if (jpegs.empty()) std::fprintf(stderr, "fakecam: no .jpg in %s\n", directory.c_str());
  return jpegs;
}

}  // namespace fakecam
