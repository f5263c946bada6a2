#pragma once

#include <string>

#include "codec/frame.hpp"
#include "net/http/http_head.hpp"

namespace jpegwire {

/// A request of a FileClient, without the fields that all requests have.
struct FileRequest {
  bool is_head = false;  // HEAD; else GET
  std::string target;
  std::string fields{};  // each with its CRLF
};

/// The requests that a FileClient sends, and the processing of the answers. For each answer
/// `take_head` is called, then `take_body` for each part of the body, then `take_end` if the answer
/// is complete. Called on the client's thread.
class FileDialogue {
 public:
  enum class Next {
    go_on,
    ask_again,  // at once, on a new connection
    ask_later,  // after a while, likewise
    done,
    failed,  // error() says why
  };

  FileDialogue() = default;
  FileDialogue(const FileDialogue&) = delete;
  FileDialogue& operator=(const FileDialogue&) = delete;
  virtual ~FileDialogue() = default;

  /// The next request; called once for each connection.
  virtual FileRequest request() = 0;

  virtual Next take_head(const HttpResponseHead& head) = 0;
  virtual Next take_body(Bytes bytes) = 0;
  virtual Next take_end() = 0;

  /// The end of a sentence that begins with the sender's URL.
  virtual const std::string& error() const = 0;
};

/// An error answer of the sender: collects its body, which is a sentence.
class FileRefusal {
 public:
  void begin(const HttpResponseHead& head);
  void add(Bytes bytes);

  int status() const { return status_; }

  /// The sender's sentence, or one about the status.
  std::string sentence() const;

 private:
  int status_ = 0;
  std::string reason_;
  bool is_text_ = false;
  std::string text_;
};

}  // namespace jpegwire
