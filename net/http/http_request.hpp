#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "net/http/http_head.hpp"

namespace jpegwire {

/// A request that the server can answer.
struct HttpRequest {
  bool is_head = false;  // otherwise GET
  std::string path{};    // as it was sent, without the query
  std::string query{};   // after the question mark
  std::string host{};    // without a port; empty if there is none, as HTTP/1.0 allows
  bool keeps_alive = true;
  bool is_http_1_0 = false;
  HttpFields fields{};
};

/// Takes requests one by one out of the bytes that a connection receives. Requests with a body are
/// refused, so that one head follows the other. Bound to one thread; never throws because of the
/// bytes.
class HttpRequestReader {
 public:
  enum class Result { need_more, request, refused };

  /// The limit of each head, including its first line; at most 65535.
  explicit HttpRequestReader(std::size_t max_head_bytes);

  /// Where to put the next bytes; never empty after need_more.
  std::span<std::byte> space() { return std::span(buffer_).subspan(filled_); }

  void received(std::size_t size_bytes) { filled_ += size_bytes; }

  /// Call until need_more. After refused nothing more can be read.
  Result next();

  const HttpRequest& request() const { return request_; }

  /// After refused: the status to answer with, 400, 405, 413, 431 or 505.
  int status() const { return status_; }

  /// Whether a part of a head has been received.
  bool is_inside_head() const { return filled_ > 0; }

 private:
  bool drop_empty_lines();
  int take_request(HttpRequestHead& head);
  Result refuse(int status);
  void drop(std::size_t size_bytes);

  std::vector<std::byte> buffer_;
  std::size_t filled_ = 0;
  std::size_t dropped_ = 0;  // in empty lines in front of the head
  HttpRequest request_;
  int status_ = 0;
};

/// The value of this name in the query; nothing if it is not there. Clients that add a parameter to
/// a URL which has some already may write a second question mark instead of the &.
std::optional<std::string_view> find_parameter(std::string_view query, std::string_view name);

/// Whether the query has this name with this value, be it among others: "action=stream&x=1" has
/// action=stream.
bool has_parameter(std::string_view query, std::string_view name, std::string_view value);

}  // namespace jpegwire
