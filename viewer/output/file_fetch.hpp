#pragma once

#include <functional>
#include <optional>
#include <string>

#include "viewer/output/file_dialogue.hpp"
#include "viewer/output/part_file.hpp"

namespace jpegwire {

/// Completes a part file from a sender's answers, starting at its current end; then requests the
/// SHA-256 of the whole file, and renames the part if the digest matches. A part that differs from
/// the sender's file is kept under another name, and the file is fetched from its beginning, once.
/// A file that changes meanwhile, or is still being written, is requested again, a few times. Does
/// not use sockets. Errors of the disk are thrown as std::runtime_error.
class FileFetch final : public FileDialogue {
 public:
  /// `notify` is called with each sentence that the user should see.
  FileFetch(PartFile& part, std::function<void(const std::string&)> notify)
      : part_(part), notify_(std::move(notify)) {}

  FileRequest request() override;
  Next take_head(const HttpResponseHead& head) override;
  Next take_body(Bytes bytes) override;
  Next take_end() override;
  const std::string& error() const override { return error_; }

  /// The size of the whole file, once it is known from the sender.
  std::optional<std::uint64_t> size_bytes() const { return size_bytes_; }

 private:
  Next take_version(const HttpResponseHead& head);
  Next take_bytes_of(const HttpResponseHead& head);
  Next take_refusal();
  Next complete();
  Next start_over(const std::string& why);
  Next ask_again_as_it_is_written();
  Next wait(const std::string& why);
  Next fail(std::string error);

  PartFile& part_;
  std::function<void(const std::string&)> notify_;
  // Of the sender's file, as of the latest answer.
  std::string etag_;  // empty: unknown, so the part may belong to another file
  std::optional<std::uint64_t> size_bytes_;
  WallTime modified_{};
  // Of the current request.
  bool asks_for_digest_ = false;
  std::uint64_t first_byte_ = 0;
  bool is_refused_ = false;
  FileRefusal refusal_;
  std::uint64_t position_ = 0;  // of the next byte to receive
  std::string digest_;

  bool has_notified_of_waiting_ = false;
  int times_started_over_ = 0;
  int times_changed_ = 0;
  int times_being_written_ = 0;
  std::string error_;
};

}  // namespace jpegwire
