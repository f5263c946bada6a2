#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "codec/frame.hpp"
#include "net/http/http_url.hpp"

namespace jpegwire {

/// Asks an HTTP server for a stream, and reads the head of its answer, without sockets. It asks by
/// HTTP/1.0, so that no server cuts the stream into chunks. Bound to one thread.
class StreamRequest {
 public:
  enum class Result {
    need_more,
    accepted,   // behind the head comes the stream
    ask_again,  // on a new connection, with what the server wants to know
    refused,
  };

  explicit StreamRequest(HttpUrl url) : url_(std::move(url)) {}

  /// The request to write once a connection stands.
  std::string text() const;

  /// Where the next bytes of the answer go; never empty.
  std::span<std::byte> space();

  Result received(std::size_t size_bytes);

  /// What came behind the head; valid until the next connection.
  Bytes rest() const { return Bytes(head_).subspan(head_size_, filled_ - head_size_); }

  /// For a new connection.
  void begin();

  /// After accepted: whether the server takes a viewer's reports on the same connection.
  bool takes_reports() const { return takes_reports_; }

  /// After refused: what is wrong, as the end of a sentence.
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
