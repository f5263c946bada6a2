#include "net/http/http_request.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

namespace jpegwire {
namespace {

namespace http = boost::beast::http;
using Parser = http::request_parser<http::empty_body>;

constexpr std::string_view kEndOfHead = "\r\n\r\n";

/// Control characters; and a line that ends in LF alone: two programs that read such a head may see
/// two different requests.
bool has_stray_characters(std::string_view text, std::size_t begin) {
  for (std::size_t at = begin; at < text.size(); ++at) {
    const char c = text[at];
    const bool is_control = (c >= 0 && c < ' ') || c == '\x7F';
    if (is_control && c != '\t' && c != '\r' && c != '\n') return true;
    if (c == '\n' && (at == 0 || text[at - 1] != '\r')) return true;
  }
  return false;
}

/// A method is visible characters; the one exception is the CR of an empty line in front.
bool may_begin_a_method(char c) { return (c > ' ' && c < '\x7F') || c == '\r'; }

/// Whether the first line ends in an HTTP version, of whatever number.
bool names_a_version(std::string_view head) {
  const std::string_view line = head.substr(0, head.find('\r'));
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (line.size() < 9) return false;
  const std::string_view version = line.substr(line.size() - 9);
  return version.starts_with(" HTTP/") && is_digit(version[6]) && version[7] == '.' &&
         is_digit(version[8]);
}

bool is_host_character(char c) {
  const bool is_letter_or_digit =
      (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return is_letter_or_digit || std::string_view(".-_:[]%").find(c) != std::string_view::npos;
}

/// "host:8080", "[::1]:8080" and "host" without the port; nothing where it is none of these.
std::optional<std::string> host_without_port(std::string_view text) {
  constexpr std::size_t kMostCharacters = 255;  // of a name (RFC 1035, section 2.3.4)
  if (text.size() > kMostCharacters || !std::ranges::all_of(text, is_host_character))
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

/// The status that says why such a request is not taken; 0 where it is.
int misfit_of(const Parser& parser) {
  const auto& head = parser.get();
  if (head.count(http::field::transfer_encoding) > 0) return 413;
  if (parser.content_length().value_or(0) > 0) return 413;
  if (head.method() != http::verb::get && head.method() != http::verb::head) return 405;
  if (head.count(http::field::host) > 1) return 400;
  if (head.count(http::field::host) == 0 && head.version() >= 11) return 400;
  return 0;
}

bool take_host(std::string_view text, HttpRequest& request) {
  const std::optional<std::string> host = host_without_port(text);
  request.host = host.value_or("");
  return host.has_value();
}

/// "/path?query", or a whole URL as to a proxy, whose host then counts (RFC 9112, section 3.2.2).
bool take_target(std::string_view target, HttpRequest& request) {
  constexpr std::string_view kScheme = "http://";
  if (boost::beast::iequals(target.substr(0, kScheme.size()), kScheme)) {
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

}  // namespace

HttpRequestReader::HttpRequestReader(std::size_t max_head_bytes) : buffer_(max_head_bytes) {}

HttpRequestReader::Result HttpRequestReader::next() {
  if (!drop_empty_lines()) return refuse(400);
  const std::string_view text(reinterpret_cast<const char*>(buffer_.data()), filled_);
  if (!text.empty() && !may_begin_a_method(text.front())) return refuse(400);
  const std::size_t end = text.find(kEndOfHead, searched_);
  const std::size_t size = end == std::string_view::npos ? filled_ : end + kEndOfHead.size();
  if (has_stray_characters(text.substr(0, size), searched_)) return refuse(400);
  searched_ = size - std::min(size, kEndOfHead.size() - 1);
  if (end == std::string_view::npos)
    return filled_ == buffer_.size() ? refuse(431) : Result::need_more;
  if (const int status = read_head(text.substr(0, size)); status != 0) return refuse(status);
  drop(size);
  return Result::request;
}

// They are to be passed over (RFC 9112, section 2.2), but not without end.
bool HttpRequestReader::drop_empty_lines() {
  constexpr std::size_t kMostBytes = 16;
  std::size_t size = 0;
  while (size + 2 <= filled_ && buffer_[size] == std::byte{'\r'} &&
         buffer_[size + 1] == std::byte{'\n'})
    size += 2;
  const std::size_t dropped = dropped_ + size;
  drop(size);
  dropped_ = dropped;
  return dropped_ <= kMostBytes;
}

/// 0 where it is a request that can be answered, else the status that says why not.
int HttpRequestReader::read_head(std::string_view text) {
  Parser parser;
  parser.header_limit(static_cast<std::uint32_t>(buffer_.size()));
  parser.body_limit(std::numeric_limits<std::uint64_t>::max());  // none is taken, of whatever size
  boost::system::error_code error;
  parser.put(boost::asio::const_buffer(text.data(), text.size()), error);
  if (error == http::error::bad_version && names_a_version(text)) return 505;
  if (!parser.is_header_done()) return 400;
  if (const int misfit = misfit_of(parser); misfit != 0) return misfit;
  const auto& head = parser.get();
  request_ = {.is_head = head.method() == http::verb::head, .keeps_alive = head.keep_alive()};
  const bool has_host = head.count(http::field::host) > 0;
  if (has_host && !take_host(head[http::field::host], request_)) return 400;
  return take_target(head.target(), request_) ? 0 : 400;
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
  searched_ = 0;
  dropped_ = 0;
}

bool has_parameter(std::string_view query, std::string_view name, std::string_view value) {
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view parameter = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const std::size_t equals = parameter.find('=');
    if (equals != std::string_view::npos && parameter.substr(0, equals) == name &&
        parameter.substr(equals + 1) == value)
      return true;
  }
  return false;
}

}  // namespace jpegwire
