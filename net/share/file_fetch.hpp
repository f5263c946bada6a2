#pragma once

#include <functional>
#include <optional>
#include <string>

#include "net/share/file_dialogue.hpp"
#include "net/share/part_file.hpp"

namespace jpegwire {

/// Fills a part file with what a sender answers, from where it ends, and gives it its name once it
/// is whole and its digest is the sender's. A part that the sender's file does not begin with is
/// kept under another name and begun anew, once; a file that changes meanwhile, or is still being
/// written, is asked for again, a few times. Knows no sockets. What goes wrong with the disk is
/// thrown as std::runtime_error.
class FileFetch final : public FileDialogue {
 public:
  /// `tell` hears what the user should know, a sentence each.
  FileFetch(PartFile& part, std::function<void(const std::string&)> tell)
      : part_(part), tell_(std::move(tell)) {}

  FileRequest request() override;
  Next take(const FileMessage& message) override;
  const std::string& error() const override { return error_; }

  /// The whole file's, once the sender has told it.
  std::optional<std::uint64_t> size_bytes() const {
    return head_ ? std::optional(head_->size_bytes) : std::nullopt;
  }

 private:
  Next take_head(const FileHead& head);
  Next take_chunk(const FileChunk& chunk);
  Next take_digest(const FileDigest& digest);
  Next take_refusal(const Refusal& refusal);
  Next begin_anew(const std::string& why);
  Next ask_again_as_it_changed();
  Next ask_again_as_it_is_written(const std::string& why);
  Next wait(const std::string& why);
  Next fail(std::string error);

  PartFile& part_;
  std::function<void(const std::string&)> tell_;
  std::optional<FileHead> head_;  // of the latest answer
  bool has_told_of_waiting_ = false;
  int times_begun_anew_ = 0;
  int times_changed_ = 0;
  int times_being_written_ = 0;
  std::string error_;
};

}  // namespace jpegwire
