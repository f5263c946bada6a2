#include "net/http/http_request.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include "app/text.hpp"

namespace jpegwire {
namespace {

bool is_host_character(char c) {
  const bool is_letter_or_digit =
      (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return is_letter_or_digit || std::string_view(".-_:[]%").find(c) != std::string_view::npos;
}

/// "host:8080", "[::1]:8080" and "host" without the port; nothing if it is none of these.
std::optional<std::string> host_without_port(std::string_view text) {
  constexpr std::size_t kMaxCharacters = 255;  // of a name (RFC 1035, section 2.3.4)
  if (text.size() > kMaxCharacters || !std::ranges::all_of(text, is_host_character))
    return std::nullopt;
  const std::size_t bracket = text.starts_with('[') ? text.find(']') : 0;
  if (bracket == std::string_view::npos) return std::nullopt;
  const std::size_t colon = std::min(text.find(':', bracket), text.size());
  const std::string_view port = text.substr(std::min(colon + 1, text.size()));
  if (port.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  if (bracket > 0 && host.size() != bracket + 1) return std::nullopt;
  if (bracket > 0) host = host.substr(1, host.size() - 2);
  if (host.empty()) return std::nullopt;
  return std::string(host);
}

/// The status to refuse such a request with; 0 if it can be answered.
int refusal_of(const HttpRequestHead& head) {
  if (head.fields.contains("Transfer-Encoding")) return 413;
  if (head.content_length.value_or(0) > 0) return 413;
  if (head.method != "GET" && head.method != "HEAD") return 405;
  const std::size_t hosts = head.fields.count("Host");
  if (hosts > 1 || (hosts == 0 && !head.is_http_1_0)) return 400;
  return 0;
}

bool take_host(std::string_view text, HttpRequest& request) {
  const std::optional<std::string> host = host_without_port(text);
  request.host = host.value_or("");
  return host.has_value();
}

/// "/path?query", or a whole URL as sent to a proxy, whose host takes precedence (RFC 9112, section
/// 3.2.2).
bool take_target(std::string_view target, HttpRequest& request) {
  constexpr std::string_view kScheme = "http://";
  if (equal_ignoring_case(target.substr(0, kScheme.size()), kScheme)) {
    target.remove_prefix(kScheme.size());
    const std::size_t path = std::min(target.find_first_of("/?"), target.size());
    if (!take_host(target.substr(0, path), request)) return false;
    target.remove_prefix(path);
    if (target.empty()) target = "/";
  }
  if (!target.starts_with('/')) return false;
  target = target.substr(0, target.find('#'));
  const std::size_t question = std::min(target.find('?'), target.size());
  request.path = target.substr(0, question);
  request.query = target.substr(std::min(question + 1, target.size()));
  return true;
}

// Removes the parameters up to the next one with this name.
std::optional<std::string_view> take_parameter(std::string_view& query, std::string_view name) {
  while (!query.empty()) {
    const std::size_t end = std::min(query.find_first_of("&?"), query.size());
    const std::string_view parameter = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const std::size_t equals = parameter.find('=');
    if (equals != std::string_view::npos && parameter.substr(0, equals) == name)
      return parameter.substr(equals + 1);
  }
  return std::nullopt;
}

}  // namespace

HttpRequestReader::HttpRequestReader(std::size_t max_head_bytes) : buffer_(max_head_bytes) {}

HttpRequestReader::Result HttpRequestReader::next() {
  if (!drop_empty_lines()) return refuse(400);
  HttpRequestHead head = parse_request_head(std::span(buffer_).first(filled_), buffer_.size());
  switch (head.state) {
    case HttpHead::State::need_more:
      return Result::need_more;
    case HttpHead::State::malformed:
      return refuse(400);
    case HttpHead::State::unsupported_version:
      return refuse(505);
    case HttpHead::State::too_large:
      return refuse(431);
    case HttpHead::State::complete:
      break;
  }
  if (const int status = take_request(head); status != 0) return refuse(status);
  drop(head.size_bytes);
  return Result::request;
}

// Empty lines before a request must be ignored (RFC 9112, section 2.2), but only up to the limit.
bool HttpRequestReader::drop_empty_lines() {
  constexpr std::size_t kMaxBytes = 16;
  std::size_t size = 0;
  while (size + 2 <= filled_ && buffer_[size] == std::byte{'\r'} &&
         buffer_[size + 1] == std::byte{'\n'})
    size += 2;
  const std::size_t dropped = dropped_ + size;
  drop(size);
  dropped_ = dropped;
  return dropped_ <= kMaxBytes;
}

/// The status to refuse the request with; 0 if it can be answered.
int HttpRequestReader::take_request(HttpRequestHead& head) {
  if (const int status = refusal_of(head); status != 0) return status;
  request_ = {.is_head = head.method == "HEAD",
              .keeps_alive = head.keeps_alive,
              .is_http_1_0 = head.is_http_1_0};
  const bool has_host = head.fields.contains("Host");
  if (has_host && !take_host(head.fields["Host"], request_)) return 400;
  if (!take_target(head.target, request_)) return 400;
  request_.fields = std::move(head.fields);
  return 0;
}

HttpRequestReader::Result HttpRequestReader::refuse(int status) {
  status_ = status;
  return Result::refused;
}

void HttpRequestReader::drop(std::size_t size_bytes) {
  if (size_bytes == 0) return;
  const auto rest = buffer_.begin() + static_cast<std::ptrdiff_t>(size_bytes);
  std::copy(rest, buffer_.begin() + static_cast<std::ptrdiff_t>(filled_), buffer_.begin());
  filled_ -= size_bytes;
  dropped_ = 0;
}

std::optional<std::string_view> find_parameter(std::string_view query, std::string_view name) {
  return take_parameter(query, name);
}

bool has_parameter(std::string_view query, std::string_view name, std::string_view value) {
  while (const auto found = take_parameter(query, name))
    if (*found == value) return true;
  return false;
}

}  // namespace jpegwire
