#include "viewer/output/file_fetch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "app/parse_number.hpp"
#include "net/http/file_fields.hpp"
#include "net/http/http_url.hpp"

namespace jpegwire {
namespace {

// The number of bytes of an earlier run's part that are fetched again and compared, because its
// ETag is unknown. The digest of the whole file verifies the rest.
constexpr std::uint64_t kComparedBytes = 65'536;

WallTime time_from(std::string_view seconds_since_epoch) {
  const double seconds = parse_number<double>(seconds_since_epoch).value_or(0);
  const bool is_sensible = seconds > 0 && seconds < 1e12;
  return WallTime(microseconds(is_sensible ? std::llround(seconds * 1e6) : 0));
}

}  // namespace

FileRequest FileFetch::request() {
  FileRequest request{.target = "/files/" + percent_encode(part_.name())};
  asks_for_digest_ = !etag_.empty() && size_bytes_ == part_.size_bytes();
  if (asks_for_digest_) {
    request.is_head = true;
    request.fields = "Want-Repr-Digest: sha-256=10\r\n";
    return request;
  }
  const std::uint64_t have = part_.size_bytes();
  first_byte_ = etag_.empty() ? have - std::min(have, kComparedBytes) : have;
  if (first_byte_ == 0) return request;
  request.fields = fmt::format("Range: bytes={}-\r\n", first_byte_);
  if (!etag_.empty()) request.fields += fmt::format("If-Range: {}\r\n", etag_);
  return request;
}

FileDialogue::Next FileFetch::take_head(const HttpResponseHead& head) {
  const bool is_part = head.status == 206 && !asks_for_digest_;
  is_refused_ = head.status != 200 && !is_part;
  refusal_.begin(head);
  if (head.status == 416 && !asks_for_digest_)
    return start_over(fmt::format("'{}' is longer than the sender's file", part_.part_name()));
  return is_refused_ ? Next::go_on : take_version(head);
}

FileDialogue::Next FileFetch::take_version(const HttpResponseHead& head) {
  constexpr int kMaxTimesChanged = 5;
  const std::string etag(head.fields["ETag"]);
  if (etag.empty() || !head.content_length)
    return fail("it is not the HTTP port of a jpegwire-sender");
  modified_ = time_from(head.fields["X-Timestamp"]);
  const bool has_changed = !etag_.empty() && etag != etag_;
  if (has_changed)
    notify_(
        fmt::format("'{}' has changed on the sender; comparing what was received", part_.name()));
  if (has_changed && ++times_changed_ > kMaxTimesChanged)
    return fail(
        fmt::format("'{}' keeps changing on the sender, so it may still be recording; try later",
                    part_.name()));
  if (asks_for_digest_ && has_changed) {
    etag_.clear();
    return Next::ask_again;
  }
  etag_ = etag;
  if (!asks_for_digest_) return take_bytes_of(head);
  digest_ = head.fields["Repr-Digest"];
  return Next::go_on;
}

FileDialogue::Next FileFetch::take_bytes_of(const HttpResponseHead& head) {
  ContentRange coming{{0, *head.content_length}, *head.content_length};
  if (head.status == 206) {
    const auto range = parse_content_range(head.fields["Content-Range"]);
    if (!range || range->range.begin != first_byte_ || range->range.end != range->size_bytes ||
        range->range.size_bytes() != *head.content_length)
      return fail("its answer does not match the requested range");
    coming = *range;
  }
  size_bytes_ = coming.size_bytes;
  position_ = coming.range.begin;
  if (coming.size_bytes < part_.size_bytes())
    return start_over(fmt::format("'{}' is longer than the sender's file", part_.part_name()));
  return Next::go_on;
}

FileDialogue::Next FileFetch::take_body(Bytes bytes) {
  if (is_refused_) {
    refusal_.add(bytes);
    return Next::go_on;
  }
  if (position_ < part_.size_bytes()) {
    const auto known = std::min<std::uint64_t>(bytes.size(), part_.size_bytes() - position_);
    const Bytes compared = bytes.first(static_cast<std::size_t>(known));
    if (!part_.has(position_, compared))
      return start_over(
          fmt::format("'{}' differs from the beginning of the sender's file", part_.part_name()));
    position_ += compared.size();
    bytes = bytes.subspan(compared.size());
  }
  part_.append(bytes);
  position_ += bytes.size();
  return Next::go_on;
}

FileDialogue::Next FileFetch::take_end() {
  if (is_refused_) return take_refusal();
  return asks_for_digest_ ? complete() : Next::ask_again;
}

FileDialogue::Next FileFetch::complete() {
  if (digest_.empty())
    return fail("its answer has no SHA-256, so it is not the HTTP port of a jpegwire-sender");
  if (digest_ != repr_digest(part_.digest()))
    return start_over(fmt::format("'{}' differs from the sender's file", part_.part_name()));
  part_.complete(modified_);
  return Next::done;
}

FileDialogue::Next FileFetch::take_refusal() {
  switch (refusal_.status()) {
    case 503:
      return wait("its limit of simultaneous transfers is reached");
    case 409:
      return ask_again_as_it_is_written();
    case 404:
      if (asks_for_digest_) return fail(fmt::format("it no longer shares '{}'", part_.name()));
      [[fallthrough]];
    default:
      return fail(refusal_.sentence());
  }
}

FileDialogue::Next FileFetch::start_over(const std::string& why) {
  if (times_started_over_++ > 0) return fail("the received data differed from its file twice");
  const std::string kept = part_.begin_anew();
  etag_.clear();
  size_bytes_.reset();
  notify_(fmt::format("{}, so it was renamed to '{}', and the fetch starts over", why, kept));
  return Next::ask_again;
}

// For a moment, a recording that has just ended looks like one in progress.
FileDialogue::Next FileFetch::ask_again_as_it_is_written() {
  constexpr int kMaxTimes = 6;
  const std::string why =
      fmt::format("'{}' is still being written; fetch it when it is complete", part_.name());
  return ++times_being_written_ > kMaxTimes ? fail(why) : wait(why);
}

FileDialogue::Next FileFetch::wait(const std::string& why) {
  if (!std::exchange(has_notified_of_waiting_, true)) notify_("waiting: " + why);
  return Next::ask_later;
}

FileDialogue::Next FileFetch::fail(std::string error) {
  error_ = std::move(error);
  return Next::failed;
}

}  // namespace jpegwire
