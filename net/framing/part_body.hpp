#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "codec/jpeg_end.hpp"

namespace jpegwire {

/// Finds where the body of a part ends, as soon as its last byte has arrived: at the JPEG's own end
/// if it is one, otherwise at the boundary. A part's Content-Length is believed only if the
/// boundary or a line break follows there: some cameras send a wrong one.
class PartBody {
 public:
  /// `boundary` is empty for JPEGs without boundaries between them, and must stay valid.
  PartBody(std::string_view boundary, std::optional<std::size_t> content_length)
      : boundary_(boundary), length_(content_length) {}

  /// The size of the body. `received` is all that has arrived from the body's first byte on; call
  /// again with more if there is no result. The result depends on the bytes alone.
  std::optional<std::size_t> find_end(Bytes received);

  /// Content-Length, unless it is missing or has proved wrong.
  std::optional<std::size_t> content_length() const { return length_; }

 private:
  std::optional<std::size_t> find_boundary(Bytes received);

  std::string_view boundary_;
  std::optional<std::size_t> length_;
  JpegEnd jpeg_end_;
  std::size_t searched_ = 0;  // bytes in which no boundary begins
};

}  // namespace jpegwire
