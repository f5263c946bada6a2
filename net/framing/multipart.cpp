#include "net/framing/multipart.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <string_view>

namespace jpegwire {
namespace {

using Kind = MultipartHead::Kind;

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Takes a line off the front of `text`, without its CRLF or LF; nothing while it is not whole.
std::optional<std::string_view> take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return std::nullopt;
  text = text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// False where the line is a Content-Length that is no number: its part cannot be cut out.
bool read_field(std::string_view line, MultipartHead& head) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return true;
  if (!equal_ignoring_case(line.substr(0, colon), "Content-Length")) return true;
  head.content_length = parse_number(line.substr(colon + 1));
  return head.content_length.has_value();
}

MultipartHead incomplete(std::size_t available) {
  return {available < kMaxHeadSizeBytes ? Kind::need_more : Kind::bad};
}

Kind read_first_line(std::string_view line, MultipartHead& head) {
  if (line.starts_with("HTTP/1.")) {
    const std::string_view status = line.substr(std::min(line.find(' '), line.size())).substr(0, 4);
    head.http_status = static_cast<int>(parse_number(status).value_or(0));
    return Kind::http_response;
  }
  line = line.substr(0, line.find_last_not_of(" \t") + 1);
  if (line.size() < 3 || !line.starts_with("--")) return Kind::bad;
  head.boundary = line;
  return Kind::part;
}

bool closes(std::string_view line, std::string_view boundary) {
  return !boundary.empty() && line.starts_with(boundary) && line.substr(boundary.size()) == "--";
}

}  // namespace

MultipartHead read_multipart_head(std::span<const std::byte> bytes, std::string_view boundary) {
  std::string_view rest = as_text(bytes.first(std::min(bytes.size(), kMaxHeadSizeBytes)));
  const std::size_t available = rest.size();
  std::optional<std::string_view> line = take_line(rest);
  while (line && line->empty()) line = take_line(rest);  // the line break behind the last body
  if (!line) return incomplete(available);

  MultipartHead head;
  head.kind = read_first_line(*line, head);
  if (head.kind == Kind::bad) return head;
  if (head.kind == Kind::part && closes(head.boundary, boundary)) return {Kind::end};
  while ((line = take_line(rest))) {
    if (!line->empty() && !read_field(*line, head)) return {Kind::bad};
    if (!line->empty()) continue;
    head.size_bytes = available - rest.size();
    return head;
  }
  return incomplete(available);
}

std::optional<std::size_t> find_body_end(std::span<const std::byte> bytes,
                                         const std::string& boundary) {
  const std::string_view text = as_text(bytes);
  std::size_t at = text.find(boundary);
  while (at != std::string_view::npos && (at == 0 || text[at - 1] != '\n'))
    at = text.find(boundary, at + 1);
  if (at == std::string_view::npos) return std::nullopt;
  const bool has_return = at >= 2 && text[at - 2] == '\r';
  return at - (has_return ? 2 : 1);
}

}  // namespace jpegwire
