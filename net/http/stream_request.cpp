#include "net/http/stream_request.hpp"

#include <fmt/format.h>

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <random>

#include "net/http/http_authentication.hpp"

namespace jpegwire {
namespace {

namespace http = boost::beast::http;

constexpr std::size_t kMaxHeadBytes = 16'384;  // and what of the stream comes with it

std::string random_nonce() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}", random(), random());
}

template <class Fields>
std::vector<std::string> challenges_of(const Fields& fields) {
  std::vector<std::string> challenges;
  const auto [begin, end] = fields.equal_range(http::field::www_authenticate);
  for (auto field = begin; field != end; ++field) challenges.emplace_back(field->value());
  return challenges;
}

bool is_multipart(std::string_view content_type) {
  return boost::beast::iequals(content_type.substr(0, 10), "multipart/");
}

}  // namespace

std::string StreamRequest::text() const {
  const std::string authorization =
      authorization_.empty() ? "" : fmt::format("Authorization: {}\r\n", authorization_);
  return fmt::format(
      "GET {} HTTP/1.0\r\nHost: {}\r\nUser-Agent: jpegwire\r\nAccept: "
      "multipart/x-mixed-replace\r\n{}\r\n",
      url_.target, to_string(url_.endpoint), authorization);
}

void StreamRequest::begin() { filled_ = head_size_ = 0; }

std::span<std::byte> StreamRequest::space() {
  head_.resize(kMaxHeadBytes);
  return std::span(head_).subspan(filled_);
}

StreamRequest::Result StreamRequest::received(std::size_t size_bytes) {
  filled_ += size_bytes;
  return read_head();
}

StreamRequest::Result StreamRequest::refuse(std::string error) {
  error_ = std::move(error);
  return Result::refused;
}

StreamRequest::Result StreamRequest::read_head() {
  http::response_parser<http::empty_body> parser;
  parser.header_limit(kMaxHeadBytes);
  boost::system::error_code error;
  head_size_ = parser.put(boost::asio::const_buffer(head_.data(), filled_), error);
  if (!parser.is_header_done()) {
    const bool is_incomplete = !error || error == http::error::need_more;
    if (is_incomplete && filled_ < kMaxHeadBytes) return Result::need_more;
    return refuse("does not answer as an HTTP server does");
  }
  const auto& head = parser.get();
  const std::string_view type = head[http::field::content_type];
  if (head.result() == http::status::unauthorized && authorization_.empty()) {
    const auto answer = answer_challenges(challenges_of(head), url_, random_nonce());
    if (!answer) return refuse("wants a user and a password: http://USER:PASSWORD@HOST/…");
    authorization_ = *answer;
    return Result::ask_again;
  }
  if (head.result() == http::status::unauthorized) {
    authorization_.clear();  // a challenge is for one try, and the next may be another's
    return refuse("does not accept that user and password");
  }
  if (head.result_int() >= 300 && head.result_int() < 400)
    return refuse(fmt::format("has moved to {}", head[http::field::location]));
  if (head.result_int() != 200)
    return refuse(fmt::format("answers with status {} {}", head.result_int(), head.reason()));
  if (head.chunked()) return refuse("sends its stream in chunks, which it was not asked to");
  if (!is_multipart(type))
    return refuse(fmt::format("answers with {}, which is no stream of JPEGs",
                              type.empty() ? "something unnamed" : type));
  takes_reports_ = head["X-Jpegwire"] == "reports";
  return Result::accepted;
}

}  // namespace jpegwire
