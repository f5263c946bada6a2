#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace jpegwire {

/// What an answer's head says. Nothing of ours may be stored, and nothing guessed at
/// (RFC 9110, RFC 9111).
struct AnswerHead {
  int status = 200;
  std::string type{};                       // Content-Type
  std::optional<std::size_t> size_bytes{};  // of the body; nothing: up to the end of the connection
  std::string fields{};                     // more of them, each with its CRLF
  bool keeps_alive = true;
};

/// The status line and the fields, with the empty line that ends them.
std::string answer_head(const AnswerHead& head);

/// "Not Found" and so on.
std::string reason_of(int status);

}  // namespace jpegwire
