#include "net/framing/multipart.hpp"

#include <algorithm>

#include "app/parse_number.hpp"
#include "app/text.hpp"
#include "codec/bytes.hpp"
#include "net/http/http_head.hpp"

namespace jpegwire {
namespace {

using HeadKind = MultipartHead::Kind;

constexpr std::string_view kStartOfJpeg = "\xFF\xD8\xFF";  // SOI, and the next marker's prefix

HeadKind kind_of(HttpHead::State state) {
  if (state == HttpHead::State::need_more) return HeadKind::need_more;
  return state == HttpHead::State::complete ? HeadKind::http_response : HeadKind::bad;
}

MultipartHead read_http_response(std::span<const std::byte> bytes) {
  const HttpResponseHead response = parse_response_head(bytes, kMaxHeadSizeBytes);
  return {.kind = kind_of(response.state),
          .size_bytes = response.size_bytes,
          .http_status = response.status};
}

MultipartHead junk(std::size_t size_bytes) {
  return {.kind = HeadKind::junk, .size_bytes = size_bytes};
}

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

bool is_boundary(std::string_view line) {
  return line.size() > 2 && line.starts_with("--") && is_printable(line);
}

bool is_field(std::string_view line) {
  const std::string_view name = line.substr(0, std::min(line.find(':'), line.size()));
  return !name.empty() && name.size() < line.size() && is_printable(line) &&
         name.find(' ') == std::string_view::npos;
}

bool closes(std::string_view line, std::string_view boundary) {
  return !boundary.empty() && line.starts_with(boundary) && line.substr(boundary.size()) == "--";
}

/// `head` begins with the boundary line, or with a field.
MultipartHead read_part(std::string_view head) {
  MultipartHead part{.kind = HeadKind::part, .size_bytes = head.size()};
  const std::string_view line = trimmed(head.substr(0, head.find('\n')));
  if (is_boundary(line)) part.boundary = line;
  if (const auto length = find_part_field(head, "Content-Length"))
    part.content_length = parse_number<std::uint64_t>(*length);
  return part;
}

/// `text` begins with a whole line that begins a head. The empty line at its end may be missing.
MultipartHead read_head(std::string_view text, std::size_t line_size) {
  const std::optional<std::size_t> end = find_head_size(text);
  const std::size_t jpeg = text.find(kStartOfJpeg);
  const std::size_t size = std::min(end.value_or(std::string_view::npos), jpeg);
  if (size != std::string_view::npos) return read_part(text.substr(0, size));
  return text.size() < kMaxHeadSizeBytes ? MultipartHead() : junk(line_size);
}

/// In front of the first boundary.
MultipartHead read_first_head(std::string_view text) {
  const std::string_view start = text.substr(0, kStartOfJpeg.size());
  if (start == kStartOfJpeg) return {.kind = HeadKind::part};
  const std::size_t line_size = std::min(text.find('\n') + 1, text.size());  // 0: not yet whole
  const std::size_t jpeg = text.find(kStartOfJpeg);
  if (jpeg < line_size || (line_size == 0 && jpeg != std::string_view::npos)) return junk(jpeg);
  if (line_size == 0)
    return text.size() < kMaxHeadSizeBytes ? MultipartHead() : junk(text.size() - 2);
  const std::string_view line = trimmed(text.substr(0, line_size));
  return is_boundary(line) || is_field(line) ? read_head(text, line_size) : junk(line_size);
}

MultipartHead read_next_head(std::string_view text, std::string_view boundary) {
  const std::size_t line_size = std::min(text.find('\n') + 1, text.size());
  if (line_size == 0)
    return text.size() < kMaxHeadSizeBytes ? MultipartHead() : junk(text.size() - boundary.size());
  const std::size_t begin = text.substr(0, line_size).find(boundary);
  if (begin != 0 && begin != std::string_view::npos) return junk(begin);
  const std::string_view line = trimmed(text.substr(0, line_size));
  if (closes(line, boundary)) return {HeadKind::end};
  return is_boundary(line) ? read_head(text, line_size) : junk(line_size);
}

}  // namespace

MultipartHead read_multipart_head(std::span<const std::byte> bytes, std::string_view boundary) {
  bytes = bytes.first(std::min(bytes.size(), kMaxHeadSizeBytes));
  // A line break ends the last body.
  const std::size_t begin = std::min(as_text(bytes).find_first_not_of("\r\n"), bytes.size());
  if (begin > 0 && bytes.size() == kMaxHeadSizeBytes) return junk(begin);
  const std::string_view text = as_text(bytes).substr(begin);
  MultipartHead head;
  if (!boundary.empty())
    head = read_next_head(text, boundary);
  else if (text.starts_with("HTTP/1.") || text.starts_with("ICY "))
    head = read_http_response(bytes.subspan(begin));
  else
    head = read_first_head(text);
  if (head.kind != HeadKind::need_more) head.size_bytes += begin;
  return head;
}

// Does not use the HTTP parser: this runs for each frame and must not allocate, and a part's head
// is MIME, in which cameras write lines that no HTTP parser accepts (LF alone, lines without a
// colon, spaces in names). Only the requested field has to be well-formed.
std::optional<std::string_view> find_part_field(std::string_view head, std::string_view name) {
  while (!head.empty()) {
    const std::string_view line = head.substr(0, head.find('\n'));
    head.remove_prefix(std::min(line.size() + 1, head.size()));
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos && equal_ignoring_case(line.substr(0, colon), name))
      return trimmed(line.substr(colon + 1));
  }
  return std::nullopt;
}

}  // namespace jpegwire
