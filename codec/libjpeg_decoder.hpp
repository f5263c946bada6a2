#pragma once

// jpeglib.h needs these two.
#include <cstddef>
#include <cstdio>

#include <jpeglib.h>

#include <csetjmp>
#include <vector>

#include "codec/bytes.hpp"

namespace jpegwire {

/// libjpeg for one thread. Its own interface says where in the picture damage begins, and which of
/// its warnings are about damage; TurboJPEG's interface says neither.
class LibjpegDecoder {
 public:
  /// Throws std::runtime_error if libjpeg cannot be initialized.
  LibjpegDecoder();
  LibjpegDecoder(const LibjpegDecoder&) = delete;
  LibjpegDecoder& operator=(const LibjpegDecoder&) = delete;
  ~LibjpegDecoder();

  /// Where the pixels of the scaled picture go: BGR, rows without padding.
  struct Target {
    std::byte* pixels = nullptr;
    int width = 0;
    int height = 0;
  };

  /// Decodes a JPEG at so many eighths of its size. Returns how many of its rows, from the top and
  /// before scaling, were decoded before damage or the end of the data: its height, or a multiple
  /// of the height of its MCUs. The rows below may have been written too, and mean nothing.
  int decode(Bytes jpeg, int eighths, const Target& target);

 private:
  struct Errors {
    jpeg_error_mgr base;  // first, as libjpeg knows only this part
    std::jmp_buf on_error;
    int sound_rows;  // of the JPEG
  };

  static void note_warning(j_common_ptr common, int level);
  static bool is_about_damage(int code);
  [[noreturn]] static void leave(j_common_ptr common);

  void begin(Bytes jpeg, int eighths, JDIMENSION width);
  void read_rows(int eighths);

  Errors errors_{};
  jpeg_decompress_struct state_{};
  std::vector<JSAMPROW> rows_;
};

}  // namespace jpegwire
