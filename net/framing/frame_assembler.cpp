#include "net/framing/frame_assembler.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "codec/bytes.hpp"
#include "codec/jpeg_layout.hpp"

namespace jpegwire {
namespace {

bool is_line_break(std::byte b) { return b == std::byte{'\r'} || b == std::byte{'\n'}; }

// Nothing, line breaks, or a whole boundary line, which some senders write after a part.
bool is_before_part(Bytes bytes) {
  const auto line = std::ranges::find_if_not(bytes, is_line_break);
  if (line == bytes.end()) return true;
  const auto end = std::find_if(line, bytes.end(), is_line_break);
  const bool is_boundary = end - line > 2 && line[0] == std::byte{'-'} && line[1] == std::byte{'-'};
  return is_boundary && bytes.back() == std::byte{'\n'} &&
         std::all_of(end, bytes.end(), is_line_break);
}

// For text such as "SSH-" or "GET ", the message quotes the text, which says more than the number
// that it encodes.
std::optional<std::string> as_printable(Bytes bytes) {
  const auto is_printable = [](std::byte b) { return b >= std::byte{' '} && b <= std::byte{'~'}; };
  if (!std::ranges::all_of(bytes, is_printable)) return std::nullopt;
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

}  // namespace

FrameAssembler::FrameAssembler(ObjectPool<ReceivedFrame>& frames, std::size_t max_frame_bytes,
                               Settings settings)
    : frames_(frames), max_frame_bytes_(max_frame_bytes), staging_(settings.staging_bytes) {
  if (settings.records_reads) recorder_.emplace();
}

Bytes FrameAssembler::staged() const { return Bytes(staging_).subspan(begin_, end_ - begin_); }

void FrameAssembler::drop_staged(std::size_t size) { begin_ += size; }

std::span<std::byte> FrameAssembler::space() {
  if (frame_ && body_size_) return std::span(frame_->jpeg.storage[0]).subspan(filled_);
  const std::size_t size = end_ - begin_;
  std::copy_n(staging_.begin() + static_cast<std::ptrdiff_t>(begin_), size, staging_.begin());
  begin_ = 0;
  end_ = size;
  return std::span(staging_).subspan(end_);
}

void FrameAssembler::received(std::size_t size, WallTime now) {
  // The end of a part may arrive long before the next part begins.
  if (is_between_frames()) {
    reads_ = 0;
    if (recorder_) recorder_->restart();
  }
  if (recorder_) recorder_->received(size, now);
  if (reads_++ == 0) first_byte_ = now;
  last_read_ = now;
  if (frame_ && body_size_)
    filled_ += size;
  else
    end_ += size;
}

FrameAssembler::Event FrameAssembler::next() {
  while (error_.empty())
    if (const std::optional<Event> event = step()) return *event;
  return Event::failed;
}

std::optional<FrameAssembler::Event> FrameAssembler::step() {
  if (frame_ && body_size_) return fill_sized_body();
  if (frame_) return fill_delimited_body();
  switch (framing_) {
    case Framing::unknown:
      return detect();
    case Framing::size_prefix:
      return read_prefix();
    case Framing::multipart:
      return read_part_head();
  }
  return Event::need_more;
}

std::optional<FrameAssembler::Event> FrameAssembler::detect() {
  const DetectedFraming detected = detect_framing(staged(), max_frame_bytes_);
  using Kind = DetectedFraming::Kind;
  if (detected.kind == Kind::need_more) return Event::need_more;
  if (detected.kind == Kind::multipart) {
    framing_ = Framing::multipart;
    return std::nullopt;
  }
  if (detected.kind == Kind::unknown)
    if (const auto text = as_printable(staged().first(kDetectionSizeBytes)))
      return fail(fmt::format("it begins with '{}', which is not a frame size", *text));
  framing_ = Framing::size_prefix;
  prefix_ = detected.prefix;
  if (detected.kind == Kind::ambiguous) {
    const auto big = static_cast<std::size_t>(*read_size(SizePrefix::be32, staged()));
    const auto little = static_cast<std::size_t>(*read_size(SizePrefix::le32, staged()));
    prefix_ = big < little ? SizePrefix::be32 : SizePrefix::le32;
    alternative_ = {big < little ? SizePrefix::le32 : SizePrefix::be32, std::max(big, little)};
  }
  return std::nullopt;
}

std::optional<FrameAssembler::Event> FrameAssembler::read_prefix() {
  const std::size_t prefix_size = prefix_size_bytes(prefix_);
  if (staged().size() < prefix_size) return Event::need_more;
  const std::optional<std::uint64_t> size = read_size(prefix_, staged());
  if (!size) return fail("the 16 characters in front of a frame are not a decimal number");
  if (*size == 0) return Event::end_of_stream;
  drop_staged(prefix_size);
  return begin_frame(*size);
}

std::optional<FrameAssembler::Event> FrameAssembler::read_part_head() {
  const MultipartHead head = read_multipart_head(staged(), boundary_);
  switch (head.kind) {
    case MultipartHead::Kind::need_more:
      return Event::need_more;
    case MultipartHead::Kind::end:
      return Event::end_of_stream;
    case MultipartHead::Kind::bad:
      return fail("a part of the multipart stream has no valid header");
    case MultipartHead::Kind::http_response:
      if (head.http_status != 200)
        return fail(fmt::format("the HTTP server answered with status {}", head.http_status));
      drop_staged(head.size_bytes);
      return std::nullopt;
    case MultipartHead::Kind::part:
      break;
  }
  drop_staged(head.size_bytes);
  boundary_ = head.boundary;
  if (head.content_length == 0) return std::nullopt;
  if (head.content_length) return begin_frame(*head.content_length);
  frame_ = frames_.take();
  frame_->jpeg.storage.resize(1);
  frame_->jpeg.storage[0].clear();
  body_size_ = std::nullopt;
  return std::nullopt;
}

std::optional<FrameAssembler::Event> FrameAssembler::begin_frame(std::uint64_t size) {
  if (size > max_frame_bytes_)
    return fail(fmt::format("it announces a frame of {} bytes, more than --max-frame {}", size,
                            max_frame_bytes_));
  frame_ = frames_.take();
  frame_->jpeg.storage.resize(1);
  body_size_ = static_cast<std::size_t>(size);
  frame_->jpeg.storage[0].resize(*body_size_);
  filled_ = 0;
  move_to_frame(std::min(*body_size_, staged().size()));
  return std::nullopt;
}

void FrameAssembler::move_to_frame(std::size_t size) {
  put_bytes(std::span(frame_->jpeg.storage[0]).subspan(filled_), staged().first(size));
  drop_staged(size);
  filled_ += size;
}

std::optional<FrameAssembler::Event> FrameAssembler::fill_sized_body() {
  if (filled_ < *body_size_) return Event::need_more;
  if (alternative_ && try_other_prefix()) return std::nullopt;
  return finish_frame();
}

// The shorter reading of an ambiguous first prefix is right if a whole JPEG fits it.
bool FrameAssembler::try_other_prefix() {
  const Alternative other = *std::exchange(alternative_, std::nullopt);
  if (validate(frame_->jpeg) == JpegVerdict::ok) return false;
  prefix_ = other.prefix;
  body_size_ = other.frame_size;
  frame_->jpeg.storage[0].resize(other.frame_size);
  move_to_frame(std::min(*body_size_ - filled_, staged().size()));
  return true;
}

std::optional<FrameAssembler::Event> FrameAssembler::fill_delimited_body() {
  std::vector<std::byte>& body = frame_->jpeg.storage[0];
  const std::optional<std::size_t> end = find_body_end(staged(), boundary_);
  // A partly received boundary stays staged.
  const std::size_t kept = std::min(staged().size(), boundary_.size() + 2);
  const std::size_t size = end.value_or(staged().size() - kept);
  if (body.size() + size > max_frame_bytes_)
    return fail(fmt::format("a part is larger than --max-frame {}", max_frame_bytes_));
  const Bytes piece = staged().first(size);
  body.insert(body.end(), piece.begin(), piece.end());
  drop_staged(size);
  return end ? finish_frame() : Event::need_more;
}

FrameAssembler::Event FrameAssembler::finish_frame() {
  frame_->reads = reads_;
  frame_->first_byte = first_byte_;
  frame_->last_byte = last_read_;
  if (recorder_) recorder_->end_frame(staged().size(), frame_->arrival);
  reads_ = staged().empty() ? 0 : 1;  // staged bytes are from the last read
  first_byte_ = last_read_;
  body_size_.reset();
  return Event::frame;
}

std::shared_ptr<ReceivedFrame> FrameAssembler::take_frame() {
  return std::exchange(frame_, nullptr);
}

Bytes FrameAssembler::unfinished() const {
  if (!frame_ || !body_size_) return {};
  return Bytes(frame_->jpeg.storage[0]).first(filled_);
}

FrameAssembler::Event FrameAssembler::fail(std::string sentence) {
  error_ = std::move(sentence);
  return Event::failed;
}

bool FrameAssembler::is_between_frames() const {
  if (frame_) return false;
  return framing_ == Framing::multipart ? is_before_part(staged()) : staged().empty();
}

std::string FrameAssembler::position() const {
  if (frame_ && body_size_)
    return fmt::format("inside a frame ({} of {} bytes)", filled_, *body_size_);
  if (frame_) return "inside a frame of unknown size";
  if (is_between_frames()) return "between two frames";
  return framing_ == Framing::multipart ? "inside the head of a part" : "inside the size prefix";
}

std::string_view FrameAssembler::framing_name() const {
  switch (framing_) {
    case Framing::unknown:
      return "unknown";
    case Framing::size_prefix:
      return name(prefix_);
    case Framing::multipart:
      return "multipart";
  }
  return "";
}

}  // namespace jpegwire
