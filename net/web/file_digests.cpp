#include "net/web/file_digests.hpp"

#include <algorithm>

namespace jpegwire {

void FileDigests::add(const FileVersion& version, std::uint64_t offset, Bytes bytes) {
  Entry& entry = find(version);
  if (offset > entry.hashed_bytes) return;
  const std::uint64_t known = entry.hashed_bytes - offset;
  if (known >= bytes.size()) return;
  const Bytes fresh = bytes.subspan(static_cast<std::size_t>(known));
  entry.hash.add(fresh);
  entry.hashed_bytes += fresh.size();
}

std::optional<Sha256Digest> FileDigests::digest(const FileVersion& version) {
  const Entry& entry = find(version);
  if (entry.hashed_bytes < version.size_bytes) return std::nullopt;
  return entry.hash.digest();
}

FileDigests::Entry& FileDigests::find(const FileVersion& version) {
  constexpr std::size_t kMaxEntries = 256;
  const auto found = std::ranges::find(entries_, version, &Entry::version);
  if (found != entries_.end()) {
    entries_.splice(entries_.begin(), entries_, found);
    return entries_.front();
  }
  if (entries_.size() == kMaxEntries) entries_.pop_back();
  return entries_.emplace_front(Entry{.version = version});
}

}  // namespace jpegwire
