#pragma once

#include <vector>

#include "net/share/file_dialogue.hpp"

namespace jpegwire {

/// Collects the list of what a sender shares. A busy sender is asked again, a few times.
class FileListing final : public FileDialogue {
 public:
  FileRequest request() override;
  Next take(const FileMessage& message) override;
  const std::string& error() const override { return error_; }

  const std::vector<OfferedFile>& files() const { return files_; }

  /// So many more there are.
  std::uint32_t left_out() const { return left_out_; }

 private:
  std::vector<OfferedFile> files_;
  std::uint32_t left_out_ = 0;
  int times_busy_ = 0;
  std::string error_;
};

}  // namespace jpegwire
