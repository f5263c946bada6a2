#include "net/http/stream_request.hpp"

#include <fmt/format.h>

#include <random>

#include "app/text.hpp"
#include "net/http/http_authentication.hpp"
#include "net/http/http_head.hpp"

namespace jpegwire {
namespace {

constexpr std::size_t kMaxHeadBytes = 16'384;  // and the start of the stream after it

std::string random_nonce() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}", random(), random());
}

bool is_multipart(std::string_view content_type) {
  return equal_ignoring_case(content_type.substr(0, 10), "multipart/");
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
  const HttpResponseHead head = parse_response_head(Bytes(head_).first(filled_), kMaxHeadBytes);
  if (head.state == HttpHead::State::need_more) return Result::need_more;
  if (head.state != HttpHead::State::complete) return refuse("does not answer with HTTP");
  head_size_ = head.size_bytes;
  if (head.status == 401) return authorize(head.fields.all("WWW-Authenticate"));
  if (head.status >= 300 && head.status < 400)
    return refuse(fmt::format("has moved to {}", head.fields["Location"]));
  if (head.status != 200)
    return refuse(fmt::format("answers with status {} {}", head.status, head.reason));
  if (head.is_chunked) return refuse("sends a chunked stream, which HTTP/1.0 does not have");
  const std::string_view type = head.fields["Content-Type"];
  if (!is_multipart(type))
    return refuse(fmt::format("answers with {}, which is not a stream of JPEGs",
                              type.empty() ? "an unnamed content type" : type));
  takes_reports_ = head.fields["X-Jpegwire"] == "reports";
  return Result::accepted;
}

StreamRequest::Result StreamRequest::authorize(const std::vector<std::string>& challenges) {
  if (!authorization_.empty()) {
    authorization_.clear();  // valid for one attempt: the next challenge may differ
    return refuse("does not accept that user and password");
  }
  const auto answer = answer_challenges(challenges, url_, random_nonce());
  if (!answer) return refuse("requires a user and a password: http://USER:PASSWORD@HOST/…");
  authorization_ = *answer;
  return Result::ask_again;
}

}  // namespace jpegwire
