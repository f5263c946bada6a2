#pragma once

#include <string>

#include "net/share/file_messages.hpp"

namespace jpegwire {

/// What a FileClient asks a sender, and what becomes of the answers. Called on the client's thread.
class FileDialogue {
 public:
  enum class Next {
    go_on,
    ask_again,  // at once, on a new connection
    ask_later,  // likewise, after a while
    done,
    failed,  // error() says why
  };

  FileDialogue() = default;
  FileDialogue(const FileDialogue&) = delete;
  FileDialogue& operator=(const FileDialogue&) = delete;
  virtual ~FileDialogue() = default;

  /// What to ask now; once for each connection.
  virtual FileRequest request() = 0;

  virtual Next take(const FileMessage& message) = 0;

  /// The end of a sentence that begins with who was asked.
  virtual const std::string& error() const = 0;
};

}  // namespace jpegwire
