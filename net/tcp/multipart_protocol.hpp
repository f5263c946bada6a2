#pragma once

#include <string>

#include "net/tcp/frame_protocol.hpp"

namespace jpegwire {

/// An endless HTTP answer, multipart/x-mixed-replace: each JPEG is a part with its Content-Length.
/// The boundary is sent right after a frame and not with the next one, because browsers show a part
/// only when they have received its end.
class MultipartProtocol final : public FrameProtocol {
 public:
  MultipartProtocol();

  std::string_view kind() const override { return "http"; }
  std::string_view opening() const override { return opening_; }
  std::size_t write_head(const EncodedFrame& frame, std::size_t jpeg_size_bytes,
                         std::span<std::byte> out) override;
  std::string_view tail() const override;

 private:
  std::string opening_;
};

/// The head of the answer alone, for HEAD requests.
std::string multipart_answer_head();

}  // namespace jpegwire
