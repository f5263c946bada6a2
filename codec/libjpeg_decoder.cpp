#include "codec/libjpeg_decoder.hpp"

#include <jerror.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <stdexcept>

namespace jpegwire {

// libjpeg leaves its functions by longjmp when it fails, so no function here that calls setjmp has
// a local object with a destructor.
LibjpegDecoder::LibjpegDecoder() {
  state_.err = jpeg_std_error(&errors_.base);
  errors_.base.error_exit = leave;
  errors_.base.emit_message = note_warning;
  if (setjmp(errors_.on_error) != 0) throw std::runtime_error("libjpeg cannot be initialized");
  jpeg_create_decompress(&state_);
}

LibjpegDecoder::~LibjpegDecoder() { jpeg_destroy_decompress(&state_); }

int LibjpegDecoder::decode(Bytes jpeg, int eighths, const Target& target) {
  const std::size_t row_bytes = 3 * static_cast<std::size_t>(target.width);
  rows_.resize(static_cast<std::size_t>(target.height));
  for (std::size_t row = 0; row < rows_.size(); ++row)
    rows_[row] = reinterpret_cast<JSAMPROW>(target.pixels + row * row_bytes);
  errors_.sound_rows = std::numeric_limits<int>::max();
  if (setjmp(errors_.on_error) == 0) {
    begin(jpeg, eighths, static_cast<JDIMENSION>(target.width));
    read_rows(eighths);
  } else {
    errors_.sound_rows = 0;
  }
  jpeg_abort_decompress(&state_);
  return errors_.sound_rows;
}

void LibjpegDecoder::begin(Bytes jpeg, int eighths, JDIMENSION width) {
  jpeg_mem_src(&state_, reinterpret_cast<const unsigned char*>(jpeg.data()),
               static_cast<unsigned long>(jpeg.size()));
  jpeg_read_header(&state_, TRUE);
  state_.out_color_space = JCS_EXT_BGR;
  state_.scale_num = static_cast<unsigned>(eighths);
  state_.scale_denom = DCTSIZE;
  jpeg_start_decompress(&state_);
  // The caller has validated the size, so this is a fault of ours, but never a write out of bounds.
  if (state_.output_height != rows_.size() || state_.output_width != width)
    leave(reinterpret_cast<j_common_ptr>(&state_));
  errors_.sound_rows = std::min(errors_.sound_rows, static_cast<int>(state_.image_height));
}

// Once damage is found, only the rows above it are still needed. What follows the last row does not
// matter: some cameras leave padding in front of EOI.
void LibjpegDecoder::read_rows(int eighths) {
  const auto is_needed = [&](JDIMENSION row) {
    return static_cast<std::int64_t>(row) * DCTSIZE <
           static_cast<std::int64_t>(errors_.sound_rows) * eighths;
  };
  while (state_.output_scanline < state_.output_height && is_needed(state_.output_scanline))
    jpeg_read_scanlines(&state_, rows_.data() + state_.output_scanline,
                        state_.output_height - state_.output_scanline);
}

// libjpeg reports damage while it decodes the row of MCUs that has it.
void LibjpegDecoder::note_warning(j_common_ptr common, int level) {
  if (level >= 0 || !is_about_damage(common->err->msg_code)) return;
  const auto* state = reinterpret_cast<j_decompress_ptr>(common);
  auto* errors = reinterpret_cast<Errors*>(common->err);
  const auto row = static_cast<int>(state->input_iMCU_row) * state->max_v_samp_factor * DCTSIZE;
  errors->sound_rows = std::min(errors->sound_rows, row);
}

// The others leave all pixels as the encoder meant them: padding in front of a marker, and fields
// of a header that baseline coding does not need.
bool LibjpegDecoder::is_about_damage(int code) {
  switch (code) {
    case JWRN_ADOBE_XFORM:
    case JWRN_EXTRANEOUS_DATA:
    case JWRN_JFIF_MAJOR:
    case JWRN_NOT_SEQUENTIAL:
      return false;
    default:
      return true;
  }
}

void LibjpegDecoder::leave(j_common_ptr common) {
  std::longjmp(reinterpret_cast<Errors*>(common->err)->on_error, 1);
}

}  // namespace jpegwire
