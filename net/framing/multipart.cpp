#include "net/framing/multipart.hpp"

#include <algorithm>

#include "app/parse_number.hpp"
#include "app/text.hpp"
#include "net/http/http_head.hpp"

namespace jpegwire {
namespace {

using HeadKind = MultipartHead::Kind;

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

HeadKind kind_of(HttpHead::State state) {
  if (state == HttpHead::State::need_more) return HeadKind::need_more;
  return state == HttpHead::State::complete ? HeadKind::http_response : HeadKind::bad;
}

MultipartHead read_http_response(std::span<const std::byte> bytes, std::size_t max_bytes) {
  const HttpResponseHead response = parse_response_head(bytes, max_bytes);
  return {.kind = kind_of(response.state),
          .size_bytes = response.size_bytes,
          .http_status = response.status};
}

bool closes(std::string_view line, std::string_view boundary) {
  return !boundary.empty() && line.starts_with(boundary) && line.substr(boundary.size()) == "--";
}

/// `head` begins with the boundary line. Bad if Content-Length is not a number: such a part has no
/// known end.
MultipartHead read_part(std::string_view head) {
  const std::string_view boundary = trimmed(head.substr(0, head.find('\n')));
  MultipartHead part{.kind = HeadKind::part, .size_bytes = head.size(), .boundary = boundary};
  if (const auto length = find_part_field(head, "Content-Length")) {
    part.content_length = parse_number<std::uint64_t>(*length);
    if (!part.content_length) part.kind = HeadKind::bad;
  }
  return part;
}

}  // namespace

MultipartHead read_multipart_head(std::span<const std::byte> bytes, std::string_view boundary) {
  bytes = bytes.first(std::min(bytes.size(), kMaxHeadSizeBytes));
  const MultipartHead incomplete{bytes.size() < kMaxHeadSizeBytes ? HeadKind::need_more
                                                                  : HeadKind::bad};
  // A line break ends the last body.
  const std::size_t begin = as_text(bytes).find_first_not_of("\r\n");
  if (begin == std::string_view::npos) return incomplete;
  const std::string_view text = as_text(bytes).substr(begin);
  const std::size_t line_end = text.find('\n');
  if (line_end == std::string_view::npos) return incomplete;

  MultipartHead head;
  if (text.starts_with("HTTP/1.")) {
    head = read_http_response(bytes.subspan(begin), kMaxHeadSizeBytes - begin);
  } else {
    const std::string_view line = trimmed(text.substr(0, line_end));
    if (line.size() < 3 || !line.starts_with("--")) return {HeadKind::bad};
    if (closes(line, boundary)) return {HeadKind::end};
    const std::optional<std::size_t> size = find_head_size(text);
    if (!size) return incomplete;
    head = read_part(text.substr(0, *size));
  }
  head.size_bytes += begin;
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

std::optional<std::size_t> find_body_end(std::span<const std::byte> bytes,
                                         std::string_view boundary) {
  const std::string_view text = as_text(bytes);
  std::size_t at = text.find(boundary);
  while (at != std::string_view::npos && (at == 0 || text[at - 1] != '\n'))
    at = text.find(boundary, at + 1);
  if (at == std::string_view::npos) return std::nullopt;
  const bool has_return = at >= 2 && text[at - 2] == '\r';
  return at - (has_return ? 2 : 1);
}

}  // namespace jpegwire
