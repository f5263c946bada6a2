#include "net/http/http_head.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <limits>
#include <utility>

#include "app/parse_number.hpp"
#include "app/text.hpp"

namespace jpegwire {
namespace {

namespace http = boost::beast::http;
using RequestParser = http::request_parser<http::empty_body>;
using ResponseParser = http::response_parser<http::empty_body>;
using State = HttpHead::State;

constexpr std::string_view kHttp = "HTTP/";
constexpr std::string_view kRadio = "ICY";
constexpr std::string_view kEndOfRequestHead = "\r\n\r\n";

// Beast's containers throw on longer names and values.
constexpr std::size_t kLargestHeadBytes = 65'535;

std::string_view head_text(std::span<const std::byte> bytes, std::size_t max_bytes) {
  const std::size_t size = std::min({bytes.size(), max_bytes, kLargestHeadBytes});
  return {reinterpret_cast<const char*>(bytes.data()), size};
}

bool is_control(char c) { return (c >= 0 && c < ' ' && c != '\t') || c == '\x7F'; }

/// Control characters, and LF without CR: a proxy may read such a head as a different request.
/// Beast refuses them too, but not before the end of the head, which may never be sent.
bool has_stray_characters(std::string_view text) {
  char previous = '\0';
  for (const char c : text) {
    if (is_control(c) && c != '\r' && c != '\n') return true;
    if (c == '\n' && previous != '\r') return true;
    previous = c;
  }
  return false;
}

/// Whether a method begins `text`, or the CR of an empty line before it. Beast would wait for the
/// end of the head.
bool may_begin_request(std::string_view text) {
  if (text.empty() || text.front() == '\r') return true;
  return text.front() > ' ' && text.front() < '\x7F';
}

/// The error if Beast does not accept `text`, which is a whole head.
template <class Parser>
boost::system::error_code put_head(Parser& parser, std::string_view text) {
  parser.header_limit(static_cast<std::uint32_t>(text.size()));
  parser.body_limit(std::numeric_limits<std::uint64_t>::max());  // bodies are the caller's concern
  boost::system::error_code error;
  parser.put(boost::asio::const_buffer(text.data(), text.size()), error);
  if (parser.is_header_done()) error = {};
  return error;
}

/// Whether a request line ends with a version that is not ours. Beast has one error for that and
/// for text that is no version.
bool names_other_version(std::string_view head) {
  const std::string_view line = head.substr(0, head.find('\r'));
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (line.size() < 9) return false;
  const std::string_view version = line.substr(line.size() - 9);
  return version.starts_with(" HTTP/") && is_digit(version[6]) && version[7] == '.' &&
         is_digit(version[8]);
}

template <class Parser, class Head>
void copy_common_parts(const Parser& parser, Head& head) {
  for (const auto& field : parser.get()) head.fields.add(field.name_string(), field.value());
  if (const auto length = parser.content_length()) head.content_length = *length;
  head.state = State::complete;
}

bool is_token(std::string_view text) {
  constexpr std::string_view kSymbols = "!#$%&'*+-.^_`|~";  // RFC 9110, section 5.6.2
  return !text.empty() && std::ranges::all_of(text, [=](char c) {
    const char small = lower(c);
    return (small >= 'a' && small <= 'z') || (c >= '0' && c <= '9') ||
           kSymbols.find(c) != std::string_view::npos;
  });
}

/// One space follows the version and the status, and servers of radio stations ("ICY") speak
/// HTTP/1.0.
std::string normalized_status_line(std::string_view line) {
  const auto take_word = [&line] {
    const std::string_view word = line.substr(0, line.find_first_of(" \t"));
    line = trimmed(line.substr(word.size()));
    return std::string(word);
  };
  const std::string name = take_word();
  const std::string status = take_word();
  std::string normalized = equal_ignoring_case(name, kRadio) ? "HTTP/1.0" : name;
  std::ranges::transform(normalized, normalized.begin(), [](char c) { return upper(c); });
  normalized.append(" ").append(status).append(" ").append(line);
  std::erase_if(normalized, is_control);
  return normalized;
}

/// Empty if the line is no field, or a Content-Length that is no number.
std::string normalized_field(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return {};
  const std::string_view name = trimmed(line.substr(0, colon));
  std::string value(trimmed(line.substr(colon + 1)));
  std::erase_if(value, is_control);
  if (!is_token(name)) return {};
  if (equal_ignoring_case(name, "Content-Length") && !parse_number<std::uint64_t>(value)) return {};
  return std::string(name) + ": " + value;
}

/// What Beast accepts: lines end with CRLF, and each is a field. A stream has no use for a
/// Content-Length beside chunks, or for a second one.
std::string normalize_response_head(std::string_view head) {
  const auto take_line = [&head] {
    const std::string_view line = head.substr(0, head.find('\n'));
    head.remove_prefix(line.size() + 1);
    return line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
  };
  const auto is_field = [](std::string_view field, std::string_view name) {
    return equal_ignoring_case(field.substr(0, field.find(':')), name);
  };
  std::vector<std::string> lines{normalized_status_line(take_line())};
  bool is_kept = true;  // the line before a folded one
  while (!head.empty()) {
    const std::string_view line = take_line();
    if (line.starts_with(' ') || line.starts_with('\t')) {
      if (is_kept && lines.size() > 1) lines.back().append(" ").append(trimmed(line));
      continue;
    }
    std::string field = normalized_field(line);
    is_kept = !field.empty();
    if (is_kept) lines.push_back(std::move(field));
  }
  const auto is_length = [&](const std::string& line) { return is_field(line, "Content-Length"); };
  const bool has_coding = std::ranges::any_of(
      lines, [&](const std::string& line) { return is_field(line, "Transfer-Encoding"); });
  const auto first = std::ranges::find_if(lines, is_length);
  if (first != lines.end())
    lines.erase(std::remove_if(has_coding ? first : first + 1, lines.end(), is_length),
                lines.end());
  std::string normalized;
  for (const std::string& line : lines) normalized.append(line).append("\r\n");
  return normalized + "\r\n";
}

/// As names_other_version(), of a status line.
bool answers_with_other_version(std::string_view head) {
  if (!equal_ignoring_case(head.substr(0, kHttp.size()), kHttp)) return false;
  const std::string_view version = head.substr(0, head.find_first_of(" \r\n")).substr(kHttp.size());
  const bool begins_with_digit = !version.empty() && version[0] >= '0' && version[0] <= '9';
  return begins_with_digit && version != "1.0" && version != "1.1";
}

/// Fewer bytes than the prefix begin with it if they may still become it. Case does not count.
bool may_begin_with(std::string_view text, std::string_view prefix) {
  return equal_ignoring_case(text.substr(0, prefix.size()), prefix.substr(0, text.size()));
}

std::string_view without_leading_line_breaks(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of("\r\n"), text.size()));
}

bool may_begin_response(std::string_view text) {
  constexpr std::size_t kRadioBytes = kRadio.size();
  const bool may_be_radio =
      may_begin_with(text, kRadio) && (text.size() <= kRadioBytes || text[kRadioBytes] == ' ');
  return may_be_radio || may_begin_with(text, kHttp);
}

}  // namespace

void HttpFields::add(std::string_view name, std::string_view value) {
  fields_.push_back({std::string(name), std::string(value)});
}

std::size_t HttpFields::count(std::string_view name) const {
  const auto number = std::ranges::count_if(
      fields_, [name](const Field& field) { return equal_ignoring_case(field.name, name); });
  return static_cast<std::size_t>(number);
}

std::string_view HttpFields::operator[](std::string_view name) const {
  for (const Field& field : fields_)
    if (equal_ignoring_case(field.name, name)) return field.value;
  return {};
}

std::vector<std::string> HttpFields::all(std::string_view name) const {
  std::vector<std::string> values;
  for (const Field& field : fields_)
    if (equal_ignoring_case(field.name, name)) values.push_back(field.value);
  return values;
}

HttpRequestHead parse_request_head(std::span<const std::byte> bytes, std::size_t max_bytes) {
  const std::string_view text = head_text(bytes, max_bytes);
  const std::size_t end = text.find(kEndOfRequestHead);
  const bool is_whole = end != std::string_view::npos;
  const std::size_t size = is_whole ? end + kEndOfRequestHead.size() : text.size();
  HttpRequestHead head;
  head.state = State::malformed;
  if (!may_begin_request(text) || has_stray_characters(text.substr(0, size))) return head;
  head.state = bytes.size() < max_bytes ? State::need_more : State::too_large;
  if (!is_whole) return head;

  RequestParser parser;
  if (const auto error = put_head(parser, text.substr(0, size))) {
    const bool has_version = error == http::error::bad_version && names_other_version(text);
    head.state = has_version ? State::unsupported_version : State::malformed;
    return head;
  }
  copy_common_parts(parser, head);
  head.size_bytes = size;
  const auto& message = parser.get();
  head.method = message.method_string();
  head.target = message.target();
  head.is_http_1_0 = message.version() == 10;
  head.keeps_alive = message.keep_alive();
  return head;
}

HttpResponseHead parse_response_head(std::span<const std::byte> bytes, std::size_t max_bytes) {
  const std::string_view all = head_text(bytes, max_bytes);
  const std::string_view text = without_leading_line_breaks(all);
  const std::size_t begin = all.size() - text.size();
  HttpResponseHead head;
  head.state = State::malformed;
  if (!may_begin_response(text)) return head;
  head.state = bytes.size() < max_bytes ? State::need_more : State::too_large;
  const std::optional<std::size_t> size = find_head_size(text);
  if (!size) return head;

  ResponseParser parser;
  head.state = answers_with_other_version(text) ? State::unsupported_version : State::malformed;
  if (put_head(parser, normalize_response_head(text.substr(0, *size)))) return head;
  copy_common_parts(parser, head);
  head.size_bytes = begin + *size;
  const auto& message = parser.get();
  head.status = static_cast<int>(message.result_int());
  head.reason = message.reason();
  head.is_chunked = message.chunked();
  return head;
}

bool claims_to_be_response(std::span<const std::byte> bytes) {
  const std::string_view text = without_leading_line_breaks(head_text(bytes, kLargestHeadBytes));
  return text.size() > kHttp.size() && may_begin_response(text);
}

std::optional<std::size_t> find_head_size(std::string_view text) {
  for (std::size_t at = text.find('\n'); at != std::string_view::npos;
       at = text.find('\n', at + 1)) {
    const std::string_view behind = text.substr(at + 1, 2);
    if (behind.starts_with('\n')) return at + 2;
    if (behind == "\r\n") return at + 3;
  }
  return std::nullopt;
}

}  // namespace jpegwire
