#include "net/share/file_fetch.hpp"

#include <fmt/format.h>

#include <utility>

namespace jpegwire {

FileRequest FileFetch::request() { return FetchRequest{part_.size_bytes(), part_.name()}; }

FileDialogue::Next FileFetch::take(const FileMessage& message) {
  if (const auto* chunk = std::get_if<FileChunk>(&message)) return take_chunk(*chunk);
  if (const auto* head = std::get_if<FileHead>(&message)) return take_head(*head);
  if (const auto* digest = std::get_if<FileDigest>(&message)) return take_digest(*digest);
  if (const auto* refusal = std::get_if<Refusal>(&message)) return take_refusal(*refusal);
  return fail("what came is no file");
}

FileDialogue::Next FileFetch::take_head(const FileHead& head) {
  if (head_ && *head_ != head)
    tell_(fmt::format("'{}' has changed on the sender; what has come is compared", part_.name()));
  head_ = head;
  return Next::go_on;
}

FileDialogue::Next FileFetch::take_chunk(const FileChunk& chunk) {
  if (!head_ || chunk.offset != part_.size_bytes() || chunk.offset > head_->size_bytes ||
      chunk.data.size() > head_->size_bytes - part_.size_bytes())
    return fail("what came does not fit to what came before");
  part_.append(chunk.data);
  return Next::go_on;
}

FileDialogue::Next FileFetch::take_digest(const FileDigest& digest) {
  if (!head_ || digest.offset != part_.size_bytes())
    return fail("what came does not fit to what came before");
  if (digest.digest != part_.digest())
    return begin_anew(
        fmt::format("'{}' is not what the sender's file begins with", part_.part_name()));
  if (digest.offset < head_->size_bytes) return Next::go_on;
  part_.complete(head_->modified);
  return Next::done;
}

FileDialogue::Next FileFetch::take_refusal(const Refusal& refusal) {
  switch (refusal.reason) {
    case Refusal::Reason::busy:
      return wait(refusal.sentence);
    case Refusal::Reason::being_written:
      return ask_again_as_it_is_written(refusal.sentence);
    case Refusal::Reason::changed:
      return ask_again_as_it_changed();
    case Refusal::Reason::beyond_end:
      return begin_anew(fmt::format("'{}' is longer than the sender's file", part_.part_name()));
    default:
      return fail(refusal.sentence);
  }
}

FileDialogue::Next FileFetch::begin_anew(const std::string& why) {
  if (times_begun_anew_++ > 0) return fail("what came is not what it has, twice");
  const std::string kept = part_.begin_anew();
  tell_(fmt::format("{}, so it is now '{}', and all is fetched anew", why, kept));
  return Next::ask_again;
}

// What has come may still be its beginning, as where it only grows: the digest tells.
FileDialogue::Next FileFetch::ask_again_as_it_changed() {
  constexpr int kMost = 5;
  if (++times_changed_ > kMost)
    return fail(fmt::format("'{}' keeps changing there, so it may still be recorded: try later",
                            part_.name()));
  return Next::ask_later;
}

// A recording that has just ended looks like one that goes on, for a moment.
FileDialogue::Next FileFetch::ask_again_as_it_is_written(const std::string& why) {
  constexpr int kMost = 6;
  return ++times_being_written_ > kMost ? fail(why) : wait(why);
}

FileDialogue::Next FileFetch::wait(const std::string& why) {
  if (!std::exchange(has_told_of_waiting_, true)) tell_("waiting: " + why);
  return Next::ask_later;
}

FileDialogue::Next FileFetch::fail(std::string error) {
  error_ = std::move(error);
  return Next::failed;
}

}  // namespace jpegwire
