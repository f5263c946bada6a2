#pragma once

#include <string>
#include <vector>

#include "end_to_end/programs.hpp"
#include "support/http_responses.hpp"

namespace jpegwire {

using test::HttpResponse;

/// jpegwire-sender, which serves HTTP on a free port unless the options say otherwise.
class HttpSender : public SenderProgram {
 public:
  explicit HttpSender(const Command& options);

  /// Waits until the sender listens.
  std::uint16_t http_port();
  std::string http_url(const std::string& path);
};

/// "GET path HTTP/1.1" and so on, for a persistent connection.
std::string http_get(const std::string& target, const std::string& host = "localhost");

/// The next response on a persistent connection; it has a Content-Length.
HttpResponse receive_response(TcpPeer& peer);

/// The response to these bytes from a server that closes the connection after it; throws if the
/// server resets the connection.
HttpResponse response_to(std::uint16_t port, const std::string& bytes);

/// A GET on its own connection.
HttpResponse fetch(HttpSender& sender, const std::string& target,
                   const std::string& host = "localhost");

/// Reads a stream from a socket on which it has been requested.
class StreamReader {
 public:
  explicit StreamReader(TcpPeer& peer);

  const HttpResponse& head() const { return head_; }

  /// The next part's JPEG; FAILs on an invalid part.
  std::string next();

  /// The part's header fields.
  const HttpResponse& part() const { return part_; }

 private:
  TcpPeer& peer_;
  HttpResponse head_;
  HttpResponse part_;
};

}  // namespace jpegwire
