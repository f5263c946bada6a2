#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "codec/frame.hpp"
#include "net/http/http_body.hpp"
#include "net/http/http_head.hpp"
#include "net/http/http_url.hpp"

namespace jpegwire {

/// Requests a stream from an HTTP server and reads the head of the answer, without sockets. Answers
/// challenges, and follows redirects on the same host and the link of a jpegwire sender's page to
/// its stream. Bound to one thread.
class StreamRequest {
 public:
  enum class Result {
    need_more,
    accepted,   // the body follows the head
    ask_again,  // on a new connection, to url()'s endpoint
    not_http,   // received_bytes() are something else; if they are the body, it begins at rest()
    refused,    // error() says why
  };

  explicit StreamRequest(HttpUrl url) : home_(std::move(url)), url_(home_) {}

  /// The request to write once a connection is established. HTTP/1.0, so that few servers split the
  /// stream into chunks.
  std::string text() const;

  /// Where to put the next bytes of the answer; never empty.
  std::span<std::byte> space();

  Result received(std::size_t size_bytes);

  /// Whether the server refuses, so that only the rest of the text that explains it is awaited.
  /// error() has what has arrived of it.
  bool is_refusing() const { return is_refusing_; }

  /// All bytes of the answer so far; valid until the next connection.
  Bytes received_bytes() const { return Bytes(buffer_).first(filled_); }

  /// The bytes after the head.
  Bytes rest() const { return received_bytes().subspan(interim_bytes_ + head_.size_bytes); }

  /// Resets the state for a new connection.
  void begin();

  /// The next request is one of its own, for the URL of the constructor: single pictures are
  /// requested one after the other. What the server's challenges were stays known.
  void repeat();

  /// After accepted: whether the server accepts a viewer's reports on the same connection.
  bool takes_reports() const { return head_.fields["X-Jpegwire"] == "reports"; }

  /// After accepted: the framing of the body.
  HttpBody body() const;

  std::string_view content_type() const { return head_.fields["Content-Type"]; }

  /// After refused: the reason, as the end of a sentence.
  const std::string& error() const { return error_; }

  const HttpUrl& url() const { return url_; }

 private:
  Result refuse(std::string error);
  Result read_head();
  Result refuse_malformed();
  void parse_head();
  Result judge_head();
  Result authorize();
  Result redirect(std::string_view location);
  Result read_refusal();
  std::string describe_refusal(std::string_view body) const;

  void move_to(HttpUrl url);

  const HttpUrl home_;  // of the user
  HttpUrl url_;
  bool is_repeated_ = false;
  std::vector<std::string> challenges_;  // the latest, which each request answers
  std::uint32_t nonce_count_ = 0;        // requests with the nonce in them
  std::string authorization_;            // of this connection
  bool is_authorized_ = false;           // the server has accepted an answer to them
  int stale_answers_ = 0;
  int redirects_ = 0;
  std::vector<std::byte> buffer_;
  std::size_t filled_ = 0;
  std::size_t interim_bytes_ = 0;  // of the heads in front of the answer's
  HttpResponseHead head_;
  bool is_refusing_ = false;
  std::string error_;
};

}  // namespace jpegwire
