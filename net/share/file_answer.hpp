#pragma once

#include <memory>
#include <optional>
#include <string>

#include "net/share/file_messages.hpp"
#include "net/share/sha256.hpp"
#include "net/share/shared_directory.hpp"

namespace jpegwire {

/// What a sender answers to one request, bit by bit. Knows no sockets; waits for the disk, so it is
/// asked on a thread where that delays nobody. Bound to one thread at a time.
class FileAnswer {
 public:
  FileAnswer() = default;
  FileAnswer(const FileAnswer&) = delete;
  FileAnswer& operator=(const FileAnswer&) = delete;
  virtual ~FileAnswer() = default;

  /// Adds the next messages. False where these are the last ones.
  virtual bool next(FileMessageWriter& out) = 0;
};

/// A directory's list. `directory` must outlive it, as below.
class ListAnswer final : public FileAnswer {
 public:
  explicit ListAnswer(const SharedDirectory& directory) : directory_(directory) {}
  bool next(FileMessageWriter& out) override;

 private:
  const SharedDirectory& directory_;
};

/// A file: its head, the digest of what the client has already, then chunk after chunk, and the
/// digest of it all; or a refusal, at whatever place. What the client has is read as well, for the
/// digest, in steps, and after each the client hears that this goes on.
class FetchAnswer final : public FileAnswer {
 public:
  FetchAnswer(const SharedDirectory& directory, FetchRequest request)
      : directory_(directory), request_(std::move(request)) {}
  bool next(FileMessageWriter& out) override;

 private:
  bool begin(FileMessageWriter& out);
  bool hash_some(FileMessageWriter& out);
  bool send_some(FileMessageWriter& out);
  std::optional<Refusal> take(std::span<std::byte> space);
  Refusal refusal_to_open(std::error_code error) const;
  std::optional<Refusal> refusal_to_send() const;

  const SharedDirectory& directory_;
  FetchRequest request_;
  std::optional<SharedFile> file_;
  std::uint64_t position_ = 0;
  Sha256 hash_;  // of all before the position
};

/// One refusal.
class RefusingAnswer final : public FileAnswer {
 public:
  explicit RefusingAnswer(Refusal refusal) : refusal_(std::move(refusal)) {}
  bool next(FileMessageWriter& out) override;

 private:
  Refusal refusal_;
};

}  // namespace jpegwire
