#include "net/http/http_body.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

namespace jpegwire {
namespace {

constexpr int kMaxSizeDigits = 15;  // a size that does not overflow
constexpr std::size_t kMaxLineBytes = 8192;
constexpr std::uint64_t kUpToTheEnd = std::numeric_limits<std::uint64_t>::max();

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return std::nullopt;
}

}  // namespace

HttpBody::HttpBody(bool is_chunked, std::optional<std::uint64_t> content_length)
    : is_chunked_(is_chunked),
      step_(is_chunked ? Step::chunk_size : Step::content),
      left_(is_chunked ? 0 : content_length.value_or(kUpToTheEnd)) {
  if (!is_chunked && left_ == 0) step_ = Step::ended;
}

std::size_t HttpBody::decode(std::span<std::byte> received) {
  std::size_t decoded = 0;
  for (std::size_t at = 0; at < received.size() && state() == State::open;) {
    if (step_ != Step::content) {
      read(static_cast<char>(received[at++]));
      continue;
    }
    const auto size =
        static_cast<std::size_t>(std::min<std::uint64_t>(left_, received.size() - at));
    std::memmove(received.data() + decoded, received.data() + at, size);
    decoded += size;
    at += size;
    if (left_ != kUpToTheEnd) left_ -= size;
    if (left_ == 0) step_ = is_chunked_ ? Step::chunk_end : Step::ended;
  }
  return decoded;
}

HttpBody::State HttpBody::state() const {
  if (step_ == Step::malformed) return State::malformed;
  return step_ == Step::ended ? State::ended : State::open;
}

// Lines may end with LF alone.
void HttpBody::read(char c) {
  if (step_ == Step::chunk_size && c != '\n') return read_size(c);
  if (c != '\n') {
    if (c != '\r' && (step_ == Step::chunk_end || ++line_bytes_ > kMaxLineBytes))
      step_ = Step::malformed;
    return;
  }
  if (step_ == Step::chunk_size || step_ == Step::extension) return end_size_line();
  if (step_ == Step::trailer && line_bytes_ == 0)
    step_ = Step::ended;
  else if (step_ == Step::chunk_end)
    step_ = Step::chunk_size;
  line_bytes_ = 0;
}

void HttpBody::read_size(char c) {
  const std::optional<unsigned> digit = hex_digit(c);
  if (digit && ++size_digits_ <= kMaxSizeDigits)
    left_ = 16 * left_ + *digit;
  else if (!digit && size_digits_ > 0)
    step_ = Step::extension;
  else if (c != ' ')
    step_ = Step::malformed;
}

void HttpBody::end_size_line() {
  if (size_digits_ == 0)
    step_ = Step::malformed;
  else
    step_ = left_ == 0 ? Step::trailer : Step::content;
  size_digits_ = 0;
  line_bytes_ = 0;
}

}  // namespace jpegwire
