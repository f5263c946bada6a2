#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace jpegwire {

// The header fields of file requests and their answers (RFC 9110, RFC 9530). The parsers take a
// field's value, with any bytes, and never throw.

/// The bytes from `begin` to before `end` of a file.
struct ByteRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;

  std::uint64_t size_bytes() const { return end - begin; }
  bool operator==(const ByteRange&) const = default;
};

/// The answer to a Range field.
struct RangeChoice {
  int status = 200;  // 200: all; 206: the range, which is not empty; 416: it begins after the end
  ByteRange range;

  bool operator==(const RangeChoice&) const = default;
};

/// A field that is malformed or requests several ranges is ignored, as RFC 9110 permits: the whole
/// file is sent.
RangeChoice choose_range(std::string_view range_field, std::uint64_t size_bytes);

struct ContentRange {
  ByteRange range;
  std::uint64_t size_bytes = 0;  // of the whole file

  bool operator==(const ContentRange&) const = default;
};

/// Parses "bytes 0-99/1234"; nothing if it is anything else.
std::optional<ContentRange> parse_content_range(std::string_view field);

/// Whether an If-None-Match field contains the entity tag, which includes its quotation marks.
bool names_etag(std::string_view if_none_match_field, std::string_view etag);

/// Whether an Accept field ranks application/json above text/html.
bool prefers_json(std::string_view accept_field);

/// Whether a Want-Repr-Digest field requests a SHA-256.
bool wants_sha256(std::string_view want_repr_digest_field);

}  // namespace jpegwire
