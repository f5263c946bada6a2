#include "net/http/http_request.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <optional>
#include <string_view>

namespace jpegwire {
namespace {

namespace http = boost::beast::http;

/// A line that ends in LF alone: two programs that read such a head may see two different requests.
bool has_bare_line_feed(std::string_view text) {
  for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1))
    if (at == 0 || text[at - 1] != '\r') return true;
  return false;
}

int status_of(boost::system::error_code error) {
  if (error == http::error::header_limit) return 431;
  if (error == http::error::bad_version) return 505;
  return 400;
}

/// "host:8080", "[::1]:8080" and "host" without the port; nothing where it is none of these.
std::optional<std::string> host_without_port(std::string_view text) {
  const std::size_t bracket = text.starts_with('[') ? text.find(']') : 0;
  if (bracket == std::string_view::npos) return std::nullopt;
  const std::size_t colon = text.find(':', bracket);
  const std::string_view port = colon == std::string_view::npos ? "" : text.substr(colon + 1);
  if (!std::ranges::all_of(port, [](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  if (bracket > 0) host = host.substr(1, host.size() - 2);
  if (host.empty()) return std::nullopt;
  return std::string(host);
}

}  // namespace

struct HttpRequestReader::Parser {
  http::request_parser<http::empty_body> parser;
};

HttpRequestReader::HttpRequestReader(std::size_t max_head_bytes) : buffer_(max_head_bytes) {}

HttpRequestReader::~HttpRequestReader() = default;

HttpRequestReader::Result HttpRequestReader::next() {
  // Empty lines in front of a request are to be passed over (RFC 9112, section 2.2).
  while (filled_ >= 2 && buffer_[0] == std::byte{'\r'} && buffer_[1] == std::byte{'\n'}) {
    std::copy(buffer_.begin() + 2, buffer_.begin() + static_cast<std::ptrdiff_t>(filled_),
              buffer_.begin());
    filled_ -= 2;
  }
  return filled_ == 0 ? Result::need_more : read_head();
}

HttpRequestReader::Result HttpRequestReader::read_head() {
  if (!parser_) {
    parser_ = std::make_unique<Parser>();
    parser_->parser.header_limit(static_cast<std::uint32_t>(buffer_.size()));
  }
  boost::system::error_code error;
  const std::size_t size =
      parser_->parser.put(boost::asio::const_buffer(buffer_.data(), filled_), error);
  if (!parser_->parser.is_header_done()) {
    if (error && error != http::error::need_more) return refuse(status_of(error));
    if (has_bare_line_feed({reinterpret_cast<const char*>(buffer_.data()), filled_}))
      return refuse(400);
    return filled_ == buffer_.size() ? refuse(431) : Result::need_more;
  }
  if (const int misfit = misfit_of_head(); misfit != 0) return refuse(misfit);
  const auto& head = parser_->parser.get();
  request_ = {.is_head = head.method() == http::verb::head, .keeps_alive = head.keep_alive()};
  if (!take_host() || !take_target(head.target())) return refuse(400);
  parser_.reset();
  const auto rest = buffer_.begin() + static_cast<std::ptrdiff_t>(size);
  std::copy(rest, buffer_.begin() + static_cast<std::ptrdiff_t>(filled_), buffer_.begin());
  filled_ -= size;
  return Result::request;
}

HttpRequestReader::Result HttpRequestReader::refuse(int status) {
  status_ = status;
  return Result::refused;
}

/// The status that says why such a request is not taken; 0 where it is.
int HttpRequestReader::misfit_of_head() const {
  const auto& head = parser_->parser.get();
  const auto content_length = parser_->parser.content_length();
  if (head.count(http::field::transfer_encoding) > 0) return 413;
  if (content_length && *content_length > 0) return 413;
  if (head.method() != http::verb::get && head.method() != http::verb::head) return 405;
  if (head.count(http::field::host) > 1) return 400;
  if (head.count(http::field::host) == 0 && head.version() >= 11) return 400;
  return 0;
}

bool HttpRequestReader::take_host() {
  const auto& head = parser_->parser.get();
  if (head.count(http::field::host) == 0) return true;
  const std::optional<std::string> host = host_without_port(head[http::field::host]);
  request_.host = host.value_or("");
  return host.has_value();
}

/// "/path?query", or a whole URL as to a proxy, whose host then counts (RFC 9112, section 3.2.2).
bool HttpRequestReader::take_target(std::string_view target) {
  constexpr std::string_view kScheme = "http://";
  if (target.starts_with(kScheme)) {
    const std::size_t path = std::min(target.find_first_of("/?", kScheme.size()), target.size());
    const auto host = host_without_port(target.substr(kScheme.size(), path - kScheme.size()));
    if (!host) return false;
    request_.host = *host;
    target.remove_prefix(path);
    if (target.empty()) target = "/";
  }
  if (!target.starts_with('/')) return false;
  target = target.substr(0, target.find('#'));
  const std::size_t question = std::min(target.find('?'), target.size());
  request_.path = target.substr(0, question);
  request_.query = target.substr(std::min(question + 1, target.size()));
  return true;
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
