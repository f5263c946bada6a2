#include "net/share/file_answer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "net/share/plain_text.hpp"

namespace jpegwire {
namespace {

using Reason = Refusal::Reason;

// So a list stays below a megabyte or so.
constexpr std::size_t kMostListed = 4096;

// So much is read for the digest between two signs of life.
constexpr std::uint64_t kHashStepBytes = std::uint64_t{4} << 20;

bool refuse(const Refusal& refusal, FileMessageWriter& out) {
  out.add(refusal);
  return false;
}

Refusal refusal_of_directory(std::error_code error) {
  return {Reason::unreadable,
          fmt::format("it cannot read the directory that it shares: {}", error.message())};
}

}  // namespace

bool ListAnswer::next(FileMessageWriter& out) {
  std::error_code error;
  const std::optional<SharedDirectory::Listing> listing = directory_.list(kMostListed, error);
  if (!listing) return refuse(refusal_of_directory(error), out);
  for (const OfferedFile& file : listing->files) out.add(file);
  out.add(ListEnd{listing->left_out});
  return false;
}

bool FetchAnswer::next(FileMessageWriter& out) {
  if (!file_) return begin(out);
  return position_ < request_.offset ? hash_some(out) : send_some(out);
}

bool FetchAnswer::begin(FileMessageWriter& out) {
  std::error_code error;
  file_ = directory_.open(request_.name, error);
  if (!file_) return refuse(refusal_to_open(error), out);
  const FileHead& head = file_->head();
  if (const auto refusal = refusal_to_send()) return refuse(*refusal, out);
  out.add(head);
  if (head.size_bytes == 0) out.add(FileDigest{0, hash_.digest()});
  return head.size_bytes > 0;
}

bool FetchAnswer::hash_some(FileMessageWriter& out) {
  const std::uint64_t end = std::min(request_.offset, position_ + kHashStepBytes);
  std::vector<std::byte> space(std::min<std::uint64_t>(end - position_, kMaxChunkBytes));
  while (position_ < end) {
    const std::size_t size = std::min<std::uint64_t>(end - position_, space.size());
    if (const auto refusal = take(std::span(space).first(size))) return refuse(*refusal, out);
  }
  if (position_ == request_.offset)
    out.add(FileDigest{position_, hash_.digest()});
  else
    out.add(FileChunk{request_.offset, {}});
  return position_ < file_->head().size_bytes;
}

bool FetchAnswer::send_some(FileMessageWriter& out) {
  const std::uint64_t left = file_->head().size_bytes - position_;
  const auto size = std::min<std::uint64_t>(left, kMaxChunkBytes);
  if (const auto refusal = take(out.begin_chunk(position_, size))) {
    out.drop_chunk();
    return refuse(*refusal, out);
  }
  out.end_chunk();
  if (size < left) return true;
  out.add(FileDigest{position_, hash_.digest()});
  return false;
}

// Reads as many bytes as there is space, and adds them to the hash.
std::optional<Refusal> FetchAnswer::take(std::span<std::byte> space) {
  std::error_code error;
  const std::size_t size = file_->read(position_, space, error);
  if (error)
    return Refusal{Reason::unreadable,
                   fmt::format("it cannot read '{}': {}", request_.name, error.message())};
  if (size < space.size() || file_->has_changed())
    return Refusal{Reason::changed,
                   fmt::format("'{}' changed while it was being sent", request_.name)};
  hash_.add(space);
  position_ += size;
  return std::nullopt;
}

// What is still being written would only be its beginning.
std::optional<Refusal> FetchAnswer::refusal_to_send() const {
  const std::uint64_t size = file_->head().size_bytes;
  if (file_->is_being_written())
    return Refusal{
        Reason::being_written,
        fmt::format("'{}' is still being written; fetch it when it is whole", request_.name)};
  if (request_.offset > size)
    return Refusal{Reason::beyond_end, fmt::format("'{}' has only {} bytes", request_.name, size)};
  return std::nullopt;
}

// A name that is not plain text is not repeated.
Refusal FetchAnswer::refusal_to_open(std::error_code error) const {
  if (const std::error_code trouble = directory_.trouble()) return refusal_of_directory(trouble);
  const std::string name =
      is_plain_text(request_.name) ? fmt::format("'{}'", request_.name) : "a file of that name";
  if (error == std::errc::no_such_file_or_directory ||
      error == std::errc::too_many_symbolic_link_levels)
    return {Reason::no_such_file,
            fmt::format("it does not share {}; --list shows what it does", name)};
  return {Reason::unreadable, fmt::format("it cannot read {}: {}", name, error.message())};
}

bool RefusingAnswer::next(FileMessageWriter& out) {
  out.add(refusal_);
  return false;
}

}  // namespace jpegwire
