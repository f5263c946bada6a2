#include "jpeg.hpp"

#include <turbojpeg.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

namespace fakecam {
namespace {

constexpr int kQuality = 85;
constexpr std::uint8_t kMarkerPrefix = 0xff;
constexpr std::uint8_t kHuffmanTables = 0xc4;
constexpr std::uint8_t kStartOfScan = 0xda;
constexpr std::size_t kStartOfImageSize = 2;

struct HandleDeleter {
  void operator()(void* handle) const { tjDestroy(handle); }
};

struct BufferDeleter {
  void operator()(unsigned char* buffer) const { tjFree(buffer); }
};

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

Bytes encode_jpeg(const Picture& picture) {
  const std::unique_ptr<void, HandleDeleter> handle(tjInitCompress());
  std::array<const unsigned char*, 3> planes{picture.luma.data(), picture.blue.data(),
                                             picture.red.data()};
  unsigned char* buffer = nullptr;
  unsigned long size = 0;
  const int result = tjCompressFromYUVPlanes(
      handle.get(), planes.data(), static_cast<int>(picture.width), nullptr,
      static_cast<int>(picture.height), TJSAMP_422, &buffer, &size, kQuality, TJFLAG_FASTDCT);
  const std::unique_ptr<unsigned char, BufferDeleter> owner(buffer);
  return result == 0 ? Bytes(buffer, buffer + size) : Bytes();
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
