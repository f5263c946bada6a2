#pragma once

#include <cstddef>
#include <ctime>
#include <optional>
#include <string>

namespace jpegwire {

/// The fields of an answer's head (RFC 9110, RFC 9111). Clients must not guess at types.
struct AnswerHead {
  int status = 200;
  std::string type{};                       // Content-Type; empty: there is none
  std::string caching = "no-store";         // Cache-Control
  std::optional<std::size_t> size_bytes{};  // of the body; nothing: up to the end of the connection
  std::string fields{};                     // further fields, each with its CRLF
  bool keeps_alive = true;
};

/// The status line and the fields, with the empty line that ends them.
std::string answer_head(const AnswerHead& head);

/// "Sun, 06 Nov 1994 08:49:37 GMT", as Date and Last-Modified have it.
std::string http_date(std::time_t time);

/// "Not Found" and so on.
std::string reason_of(int status);

}  // namespace jpegwire
