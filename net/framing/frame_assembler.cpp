#include "net/framing/frame_assembler.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "app/text.hpp"
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

// A JPEG, a boundary, or a part's fields: "Content-Type" comes first in all that were seen.
bool begins_parts(Bytes bytes) {
  const std::string_view text = as_text(bytes);
  return text.starts_with("\xFF\xD8") || text.starts_with("--") ||
         equal_ignoring_case(text, "Content-");
}

// For text such as "SSH-" or "GET ", the message quotes the text, which says more than the number
// that it encodes.
std::optional<std::string> as_printable(Bytes bytes) {
  const auto is_printable = [](std::byte b) { return b >= std::byte{' '} && b <= std::byte{'~'}; };
  if (!std::ranges::all_of(bytes, is_printable)) return std::nullopt;
  return std::string(as_text(bytes));
}

}  // namespace

FrameAssembler::FrameAssembler(ObjectPool<ReceivedFrame>& frames, std::size_t max_frame_bytes,
                               Settings settings)
    : frames_(frames),
      max_frame_bytes_(max_frame_bytes),
      staging_(settings.staging_bytes),
      framing_(settings.start == Start::any_framing ? Framing::unknown : Framing::parts),
      checks_start_(settings.start == Start::parts_or_nothing) {
  if (settings.records_reads) recorder_.emplace();
}

// The claimed size of a part may be wrong, so its memory grows with what arrives.
std::span<std::byte> FrameAssembler::space() {
  constexpr std::size_t kMaxGrowth = std::size_t{1} << 20;
  if (!is_received_directly()) return staging_.space();
  if (part_ && filled_ == storage().size())
    storage().resize(filled_ + std::min(*part_->content_length() - filled_, kMaxGrowth));
  return std::span(storage()).subspan(filled_);
}

bool FrameAssembler::is_received_directly() const {
  if (!part_) return frame_ != nullptr;
  return filled_ > 0 && filled_ < part_->content_length().value_or(0);
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
  if (is_received_directly())
    filled_ += size;
  else
    staging_.received(size);
}

FrameAssembler::Event FrameAssembler::next() {
  while (error_.empty())
    if (const std::optional<Event> event = step()) return *event;
  return Event::failed;
}

FrameAssembler::Event FrameAssembler::end() {
  const bool may_be_whole = part_ && filled_ > 0 && !is_received_directly();
  return may_be_whole ? finish_frame() : Event::need_more;
}

std::optional<FrameAssembler::Event> FrameAssembler::step() {
  if (part_) return fill_part();
  if (frame_) return fill_sized_frame();
  switch (framing_) {
    case Framing::unknown:
      return detect();
    case Framing::size_prefix:
      return read_prefix();
    case Framing::parts:
      return checks_start_ ? check_start() : read_part_head();
  }
  return Event::need_more;
}

std::optional<FrameAssembler::Event> FrameAssembler::detect() {
  const DetectedFraming detected = detect_framing(staging_.bytes(), max_frame_bytes_);
  using Kind = DetectedFraming::Kind;
  if (detected.kind == Kind::need_more) return Event::need_more;
  if (detected.kind == Kind::parts) {
    framing_ = Framing::parts;
    return std::nullopt;
  }
  if (detected.kind == Kind::unknown)
    if (const auto text = as_printable(staging_.bytes().first(kDetectionSizeBytes)))
      return fail(fmt::format("it begins with '{}', which is not a frame size", *text));
  framing_ = Framing::size_prefix;
  prefix_ = detected.prefix;
  if (detected.kind == Kind::ambiguous) {
    const auto big = static_cast<std::size_t>(*read_size(SizePrefix::be32, staging_.bytes()));
    const auto little = static_cast<std::size_t>(*read_size(SizePrefix::le32, staging_.bytes()));
    prefix_ = big < little ? SizePrefix::be32 : SizePrefix::le32;
    alternative_ = {big < little ? SizePrefix::le32 : SizePrefix::be32, std::max(big, little)};
  }
  return std::nullopt;
}

std::optional<FrameAssembler::Event> FrameAssembler::read_prefix() {
  const std::size_t prefix_size = prefix_size_bytes(prefix_);
  if (staging_.bytes().size() < prefix_size) return Event::need_more;
  const std::optional<std::uint64_t> size = read_size(prefix_, staging_.bytes());
  if (!size) return fail("the 16 characters in front of a frame are not a decimal number");
  if (*size == 0) return Event::end_of_stream;
  if (*size > max_frame_bytes_)
    return fail(fmt::format("it announces a frame of {} bytes, more than --max-frame {}", *size,
                            max_frame_bytes_));
  staging_.drop(prefix_size);
  begin_frame();
  frame_size_ = static_cast<std::size_t>(*size);
  storage().resize(*frame_size_);
  move_to_frame(std::min(*frame_size_, staging_.bytes().size()));
  return std::nullopt;
}

void FrameAssembler::begin_frame() {
  frame_ = frames_.take();
  frame_->jpeg.storage.resize(1);
  filled_ = 0;
}

// The frame has room for them.
void FrameAssembler::move_to_frame(std::size_t size) {
  put_bytes(std::span(storage()).subspan(filled_), staging_.bytes().first(size));
  staging_.drop(size);
  filled_ += size;
}

std::optional<FrameAssembler::Event> FrameAssembler::fill_sized_frame() {
  if (filled_ < *frame_size_) return Event::need_more;
  if (alternative_ && try_other_prefix()) return std::nullopt;
  return finish_frame();
}

// The shorter reading of an ambiguous first prefix is right if a whole JPEG fits it.
bool FrameAssembler::try_other_prefix() {
  const Alternative other = *std::exchange(alternative_, std::nullopt);
  const bool is_whole =
      validate(frame_->jpeg) == JpegVerdict::ok && !frame_->jpeg.layout.is_cut_off;
  if (is_whole) return false;
  prefix_ = other.prefix;
  frame_size_ = other.frame_size;
  storage().resize(other.frame_size);
  move_to_frame(std::min(other.frame_size - filled_, staging_.bytes().size()));
  return true;
}

std::optional<FrameAssembler::Event> FrameAssembler::check_start() {
  constexpr std::size_t kEnoughBytes = 8;
  drop_line_breaks();
  if (staging_.bytes().size() < kEnoughBytes) return Event::need_more;
  const Bytes start = staging_.bytes().first(kEnoughBytes);
  checks_start_ = false;
  if (begins_parts(start)) return std::nullopt;
  const auto text = as_printable(start);
  return fail(text ? fmt::format("it begins with '{}', which is neither a JPEG nor a part", *text)
                   : "it begins with neither a JPEG nor a part");
}

std::optional<FrameAssembler::Event> FrameAssembler::read_part_head() {
  const MultipartHead head = read_multipart_head(staging_.bytes(), boundary_);
  switch (head.kind) {
    case MultipartHead::Kind::need_more:
      return Event::need_more;
    case MultipartHead::Kind::end:
      return Event::end_of_stream;
    case MultipartHead::Kind::bad:
      return fail("its HTTP answer has no valid header");
    case MultipartHead::Kind::http_response:
      if (head.http_status != 200)
        return fail(fmt::format("the HTTP server answered with status {}", head.http_status));
      checks_start_ = true;
      break;
    case MultipartHead::Kind::junk:
      break;
    case MultipartHead::Kind::part:
      begin_part(head);
      break;
  }
  staging_.drop(head.size_bytes);
  return std::nullopt;
}

void FrameAssembler::begin_part(const MultipartHead& head) {
  boundary_ = head.boundary;
  std::optional<std::size_t> length;
  if (head.content_length && *head.content_length <= max_frame_bytes_)
    length = static_cast<std::size_t>(*head.content_length);
  part_.emplace(boundary_, length);
  begin_frame();
}

// As long as the whole body is staged, only its own bytes are moved: the next parts may be behind.
std::optional<FrameAssembler::Event> FrameAssembler::fill_part() {
  if (filled_ == 0) drop_line_breaks();
  const bool is_staged = filled_ == 0;
  std::optional<std::size_t> end;
  if (is_staged) end = part_->find_end(staging_.bytes());
  append_to_frame(end.value_or(staging_.bytes().size()));
  const Bytes body = Bytes(storage()).first(filled_);
  if (!is_staged) end = part_->find_end(body);
  // Without an end, the last bytes may be those behind the part that show its end.
  if (end ? *end > max_frame_bytes_ : filled_ > max_frame_bytes_ + kMaxHeadSizeBytes)
    return fail(fmt::format("a part is larger than --max-frame {}", max_frame_bytes_));
  if (!end) return Event::need_more;
  staging_.put_back(body.subspan(*end));
  storage().resize(*end);
  if (*end > 0) return finish_frame();
  part_.reset();
  frame_.reset();
  return std::nullopt;
}

void FrameAssembler::drop_line_breaks() {
  const Bytes bytes = staging_.bytes();
  const auto begin = std::ranges::find_if_not(bytes, is_line_break);
  staging_.drop(static_cast<std::size_t>(begin - bytes.begin()));
}

void FrameAssembler::append_to_frame(std::size_t size) {
  if (size == 0) return;
  storage().resize(filled_ + size);
  move_to_frame(size);
}

FrameAssembler::Event FrameAssembler::finish_frame() {
  frame_->reads = reads_;
  frame_->first_byte = first_byte_;
  frame_->last_byte = last_read_;
  if (recorder_) recorder_->end_frame(staging_.bytes().size(), frame_->arrival);
  reads_ = staging_.bytes().empty() ? 0 : 1;  // staged bytes are from the last read
  first_byte_ = last_read_;
  frame_size_.reset();
  part_.reset();
  return Event::frame;
}

std::shared_ptr<ReceivedFrame> FrameAssembler::take_frame() {
  return std::exchange(frame_, nullptr);
}

Bytes FrameAssembler::unfinished() const {
  if (!frame_) return {};
  return Bytes(frame_->jpeg.storage[0]).first(filled_);
}

FrameAssembler::Event FrameAssembler::fail(std::string sentence) {
  error_ = std::move(sentence);
  return Event::failed;
}

bool FrameAssembler::is_between_frames() const {
  if (frame_) return false;
  return framing_ == Framing::parts ? is_before_part(staging_.bytes()) : staging_.bytes().empty();
}

std::string FrameAssembler::position() const {
  const std::optional<std::size_t> size = part_ ? part_->content_length() : frame_size_;
  if (frame_ && size) return fmt::format("inside a frame ({} of {} bytes)", filled_, *size);
  if (frame_) return "inside a frame of unknown size";
  if (is_between_frames()) return "between two frames";
  return framing_ == Framing::parts ? "inside the head of a part" : "inside the size prefix";
}

std::string_view FrameAssembler::framing_name() const {
  switch (framing_) {
    case Framing::unknown:
      return "unknown";
    case Framing::size_prefix:
      return name(prefix_);
    case Framing::parts:
      return boundary_.empty() ? "none" : "multipart";
  }
  return "";
}

}  // namespace jpegwire
