#include "screen.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>

namespace fakecam {
namespace {

// Fields of XWDFileHeader (X11/XWDFile.h), 32 bits each, the most significant byte first.
constexpr std::size_t kHeaderSize = 0;
constexpr std::size_t kWidth = 4;
constexpr std::size_t kHeight = 5;
constexpr std::size_t kBitsPerPixel = 11;
constexpr std::size_t kBytesPerLine = 12;
constexpr std::size_t kColours = 19;
constexpr std::size_t kFields = 25;
constexpr std::size_t kColourBytes = 12;
constexpr std::size_t kPixelBytes = 4;

std::uint32_t field(std::span<const std::uint8_t> file, std::size_t index) {
  const auto bytes = file.subspan(4 * index, 4);
  return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 |
         std::uint32_t{bytes[2]} << 8 | bytes[3];
}

// ITU-T T.871, section 7.
std::uint8_t luma(const std::uint8_t* bgrx) {
  return static_cast<std::uint8_t>((114 * bgrx[0] + 587 * bgrx[1] + 299 * bgrx[2]) / 1000);
}
std::uint8_t blue_difference(const std::uint8_t* bgrx) {
  return static_cast<std::uint8_t>(128 + (500 * bgrx[0] - 331 * bgrx[1] - 169 * bgrx[2]) / 1000);
}
std::uint8_t red_difference(const std::uint8_t* bgrx) {
  return static_cast<std::uint8_t>(128 + (500 * bgrx[2] - 419 * bgrx[1] - 81 * bgrx[0]) / 1000);
}

}  // namespace

Screen::Screen(const std::string& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat status{};
  if (descriptor < 0 || ::fstat(descriptor, &status) != 0) {
    std::fprintf(stderr, "fakecam: there is no screen in %s\n", file.c_str());
    return;
  }
  const auto size = static_cast<std::size_t>(status.st_size);
  void* memory = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, descriptor, 0);
  ::close(descriptor);
  if (memory != MAP_FAILED) file_ = {static_cast<const std::uint8_t*>(memory), size};
}

Screen::~Screen() {
  if (!file_.empty()) ::munmap(const_cast<std::uint8_t*>(file_.data()), file_.size());
}

Picture Screen::look(std::uint32_t width, std::uint32_t height) const {
  constexpr std::uint8_t kBlack = 0;
  Picture picture = draw_grey(width, height);
  std::ranges::fill(picture.luma, kBlack);
  if (file_.size() < 4 * kFields || field(file_, kBitsPerPixel) != 8 * kPixelBytes) return picture;
  const std::size_t begin = field(file_, kHeaderSize) + kColourBytes * field(file_, kColours);
  const std::size_t stride = field(file_, kBytesPerLine);
  const std::size_t rows = std::min(height, field(file_, kHeight));
  const std::size_t columns = std::min(width, field(file_, kWidth)) / 2 * 2;
  if (begin + rows * stride > file_.size() || columns * kPixelBytes > stride) return picture;
  for (std::size_t y = 0; y < rows; ++y)
    for (std::size_t x = 0; x < columns; ++x) {
      const std::uint8_t* bgrx = &file_[begin + y * stride + x * kPixelBytes];
      picture.luma[y * width + x] = luma(bgrx);
      if (x % 2 != 0) continue;
      picture.blue[(y * width + x) / 2] = blue_difference(bgrx);
      picture.red[(y * width + x) / 2] = red_difference(bgrx);
    }
  return picture;
}

}  // namespace fakecam
