#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/text.hpp"

namespace jpegwire {

/// The header fields of a message, in the order in which they were received. Field names are
/// compared without regard to case (RFC 9110, section 5.1).
class HttpFields {
 public:
  struct Field {
    std::string name;
    std::string value;  // without white space around it

    bool operator==(const Field&) const = default;
  };

  bool operator==(const HttpFields&) const = default;

  void add(std::string_view name, std::string_view value);

  /// How many fields have this name.
  std::size_t count(std::string_view name) const;
  bool contains(std::string_view name) const { return count(name) > 0; }

  /// The value of the first field with this name; empty if there is none.
  std::string_view operator[](std::string_view name) const;

  /// The values of all fields with this name.
  std::vector<std::string> all(std::string_view name) const;

  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }

 private:
  std::vector<Field> fields_;
};

/// The first line and the header fields of a message.
struct HttpHead {
  enum class State {
    need_more,
    complete,
    malformed,
    unsupported_version,  // neither HTTP/1.0 nor HTTP/1.1
    too_large,
  };

  // Everything else is set only when the head is complete.
  State state = State::need_more;
  std::size_t size_bytes = 0;  // with the empty line that ends the head
  HttpFields fields{};
  std::optional<std::uint64_t> content_length{};  // of any size: the caller bounds the body
};

struct HttpRequestHead : HttpHead {
  std::string method{};
  std::string target{};  // as it was sent
  bool is_http_1_0 = false;
  bool keeps_alive = false;  // from the version and Connection
};

struct HttpResponseHead : HttpHead {
  int status = 0;
  std::string reason{};  // may be empty
  bool is_chunked = false;
};

/// Parses the head at the front of `bytes` (RFC 9112). The result depends on all bytes received so
/// far, not on how they were split: call again with more bytes after need_more. A head larger than
/// `max_bytes` (at most 65535) is too_large. Control characters and lines that end with LF alone
/// are malformed as soon as they are received. Never throws because of the bytes.
HttpRequestHead parse_request_head(std::span<const std::byte> bytes, std::size_t max_bytes);

/// As parse_request_head, but accepts what small cameras send: line breaks in front of the head,
/// lines that end with LF alone, a status line that lacks a reason, has several blanks or small
/// letters, or begins with "ICY", lines that are no fields, and a Content-Length that is no number.
HttpResponseHead parse_response_head(std::span<const std::byte> bytes, std::size_t max_bytes);

/// Whether `bytes`, of which parse_response_head() says that they are malformed, are meant to be a
/// response's head.
bool claims_to_be_response(std::span<const std::byte> bytes);

/// The size of the head at the front of `text`, with the empty line that ends it; lines may end
/// with LF alone. Nothing if there is no empty line.
std::optional<std::size_t> find_head_size(std::string_view text);

/// Whether a Content-Type begins so: "image/" is in "Image/JPEG".
inline bool begins_with_type(std::string_view content_type, std::string_view type) {
  return equal_ignoring_case(content_type.substr(0, type.size()), type);
}

/// Whether a Content-Type is that of a picture, or of a stream of pictures.
inline bool names_pictures(std::string_view content_type) {
  return begins_with_type(content_type, "multipart/") || begins_with_type(content_type, "image/");
}

}  // namespace jpegwire
