#pragma once

#include <span>
#include <string>

#include "net/http/file_list.hpp"
#include "viewer/output/file_dialogue.hpp"

namespace jpegwire {

/// Gets the list of a sender's shared files. Repeats the request a few times if the sender is busy.
class FileListing final : public FileDialogue {
 public:
  FileRequest request() override;
  Next take_head(const HttpResponseHead& head) override;
  Next take_body(Bytes bytes) override;
  Next take_end() override;
  const std::string& error() const override { return error_; }

  const FileList& list() const { return list_; }

 private:
  Next fail(std::string error);

  FileRefusal refusal_;
  std::string text_;
  FileList list_;
  int times_busy_ = 0;
  std::string error_;
};

/// A line for each file under a line of headings: name, size, and this machine's time of day, or
/// that it is still being written.
std::string make_table(std::span<const OfferedFile> files);

}  // namespace jpegwire
