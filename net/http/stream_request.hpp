#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "codec/frame.hpp"
#include "net/http/http_url.hpp"

namespace jpegwire {

/// Requests a stream from an HTTP server and reads the head of the answer, without sockets. Uses
/// HTTP/1.0, so that no server splits the stream into chunks. Bound to one thread.
class StreamRequest {
 public:
  enum class Result {
    need_more,
    accepted,   // the stream follows the head
    ask_again,  // on a new connection, with the credentials that the server requires
    refused,
  };

  explicit StreamRequest(HttpUrl url) : url_(std::move(url)) {}

  /// The request to write once a connection is established.
  std::string text() const;

  /// Where to put the next bytes of the answer; never empty.
  std::span<std::byte> space();

  Result received(std::size_t size_bytes);

  /// The bytes after the head; valid until the next connection.
  Bytes rest() const { return Bytes(head_).subspan(head_size_, filled_ - head_size_); }

  /// Resets the state for a new connection.
  void begin();

  /// After accepted: whether the server accepts a viewer's reports on the same connection.
  bool takes_reports() const { return takes_reports_; }

  /// After refused: the reason, as the end of a sentence.
  const std::string& error() const { return error_; }

  const HttpUrl& url() const { return url_; }

 private:
  Result refuse(std::string error);
  Result read_head();
  Result authorize(const std::vector<std::string>& challenges);

  HttpUrl url_;
  std::string authorization_;
  std::vector<std::byte> head_;
  std::size_t filled_ = 0;
  std::size_t head_size_ = 0;
  bool takes_reports_ = false;
  std::string error_;
};

}  // namespace jpegwire
