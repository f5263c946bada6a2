#include "net/share/file_messages.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "codec/big_endian.hpp"
#include "net/share/file_name.hpp"
#include "net/share/plain_text.hpp"

namespace jpegwire {
namespace {

constexpr std::string_view kOpening = "jpegfile";
constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kHeadSizeBytes = kOpening.size() + 2;  // with version and kind
constexpr std::size_t kMaxRequestedNameBytes = 255;
constexpr std::size_t kMaxSentenceBytes = 1000;
constexpr std::uint64_t kMaxFileSizeBytes = std::uint64_t{1} << 62;
constexpr std::uint64_t kLatestTime = 253'402'300'799'000'000;  // the year 9999, microseconds

enum Operation : std::uint8_t { kList = 1, kFetch };
enum Kind : std::uint8_t { kOffered = 1, kListEnd, kHead, kChunk, kDigest, kRefusal };
enum Flag : std::uint8_t { kBeingWritten = 1 };

void put(std::vector<std::byte>& out, std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  out.insert(out.end(), bytes.begin(), bytes.end());
}

template <class T>
void put_number(std::vector<std::byte>& out, T value) {
  std::array<std::byte, sizeof(T)> bytes;
  put_big_endian(bytes, value);
  out.insert(out.end(), bytes.begin(), bytes.end());
}

// Files may be older than the epoch, and those that matter are not.
void put_time(std::vector<std::byte>& out, WallTime time) {
  const std::int64_t count = time.time_since_epoch().count();
  put_number(out,
             std::min(static_cast<std::uint64_t>(std::max<std::int64_t>(count, 0)), kLatestTime));
}

/// Takes fields off the front of a message; once one is not there, none is.
class Fields {
 public:
  explicit Fields(Bytes message) : rest_(message) {}

  template <class T>
  T number() {
    const Bytes bytes = take(sizeof(T));
    return bytes.empty() ? T{0} : get_big_endian<T>(bytes);
  }

  std::string text(std::size_t size) {
    const Bytes bytes = take(size);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }

  std::uint64_t file_size() { return bounded(kMaxFileSizeBytes); }

  WallTime time() {
    return WallTime(microseconds(static_cast<std::int64_t>(bounded(kLatestTime))));
  }

  Bytes take(std::size_t size) {
    if (rest_.size() < size) is_whole_ = false;
    if (!is_whole_) return {};
    const Bytes bytes = rest_.first(size);
    rest_ = rest_.subspan(size);
    return bytes;
  }

  Bytes rest() const { return rest_; }
  bool is_whole() const { return is_whole_; }
  void require(bool condition) { is_whole_ = is_whole_ && condition; }

 private:
  std::uint64_t bounded(std::uint64_t most) {
    const auto value = number<std::uint64_t>();
    require(value <= most);
    return value;
  }

  Bytes rest_;
  bool is_whole_ = true;
};

/// What follows the opening and the version, where these are ours: the kind and its fields.
std::optional<Fields> open_message(Bytes message) {
  if (!is_file_message(message) || message.size() < kHeadSizeBytes) return std::nullopt;
  if (byte_at(message, kOpening.size()) != kVersion) return std::nullopt;
  return Fields(message.subspan(kOpening.size() + 1));
}

OfferedFile read_offered(Fields& fields) {
  OfferedFile file;
  file.size_bytes = fields.file_size();
  file.modified = fields.time();
  file.name = fields.text(fields.number<std::uint8_t>());
  file.is_being_written = (fields.number<std::uint8_t>() & kBeingWritten) != 0;
  fields.require(is_offered_name(file.name));
  return file;
}

FileHead read_head(Fields& fields) {
  const std::uint64_t size = fields.file_size();
  return {size, fields.time()};
}

FileChunk read_chunk(Fields& fields) {
  const std::uint64_t offset = fields.file_size();
  fields.require(fields.rest().size() <= kMaxChunkBytes);
  return {offset, fields.rest()};
}

FileDigest read_digest(Fields& fields) {
  FileDigest digest{fields.file_size(), {}};
  std::ranges::copy(fields.take(digest.digest.size()), digest.digest.begin());
  return digest;
}

Refusal read_refusal(Fields& fields) {
  Refusal refusal;
  const auto reason = fields.number<std::uint8_t>();
  const bool is_known = reason >= static_cast<std::uint8_t>(Refusal::Reason::not_understood) &&
                        reason <= static_cast<std::uint8_t>(Refusal::Reason::being_written);
  refusal.reason = is_known ? static_cast<Refusal::Reason>(reason) : Refusal::Reason::other;
  const std::size_t size = fields.number<std::uint16_t>();
  fields.require(size <= kMaxSentenceBytes);
  refusal.sentence = fields.text(size);
  fields.require(is_plain_text(refusal.sentence));
  return refusal;
}

std::optional<FileMessage> read_message(Fields& fields) {
  switch (fields.number<std::uint8_t>()) {
    case kOffered:
      return read_offered(fields);
    case kListEnd:
      return ListEnd{fields.number<std::uint32_t>()};
    case kHead:
      return read_head(fields);
    case kChunk:
      return read_chunk(fields);
    case kDigest:
      return read_digest(fields);
    case kRefusal:
      return read_refusal(fields);
    default:
      return std::nullopt;
  }
}

/// Writes a message's fields; its kind is their place in FileMessage.
struct FieldWriter {
  std::vector<std::byte>& out;

  void operator()(const OfferedFile& file) const {
    put_number(out, file.size_bytes);
    put_time(out, file.modified);
    put_number(out, static_cast<std::uint8_t>(file.name.size()));
    put(out, file.name);
    put_number<std::uint8_t>(out, file.is_being_written ? kBeingWritten : 0);
  }
  void operator()(const ListEnd& end) const { put_number(out, end.left_out); }
  void operator()(const FileHead& head) const {
    put_number(out, head.size_bytes);
    put_time(out, head.modified);
  }
  void operator()(const FileChunk& chunk) const {
    put_number(out, chunk.offset);
    out.insert(out.end(), chunk.data.begin(), chunk.data.end());
  }
  void operator()(const FileDigest& digest) const {
    put_number(out, digest.offset);
    out.insert(out.end(), digest.digest.begin(), digest.digest.end());
  }
  void operator()(const Refusal& refusal) const {
    const std::string_view sentence =
        std::string_view(refusal.sentence).substr(0, kMaxSentenceBytes);
    put_number(out, static_cast<std::uint8_t>(refusal.reason));
    put_number(out, static_cast<std::uint16_t>(sentence.size()));
    put(out, sentence);
  }
};

}  // namespace

std::vector<std::byte> write_file_request(const FileRequest& request) {
  std::vector<std::byte> out(4);
  put(out, kOpening);
  put_number(out, kVersion);
  const auto* fetch = std::get_if<FetchRequest>(&request);
  put_number<std::uint8_t>(out, fetch != nullptr ? kFetch : kList);
  if (fetch != nullptr) {
    put_number(out, fetch->offset);
    const std::string_view name = std::string_view(fetch->name).substr(0, kMaxRequestedNameBytes);
    put_number(out, static_cast<std::uint8_t>(name.size()));
    put(out, name);
  }
  put_big_endian(out, static_cast<std::uint32_t>(out.size() - 4));
  return out;
}

std::optional<FileRequest> parse_file_request(Bytes message) {
  std::optional<Fields> fields = open_message(message);
  if (!fields) return std::nullopt;
  switch (fields->number<std::uint8_t>()) {
    case kList:
      return ListRequest{};
    case kFetch: {
      FetchRequest fetch{fields->file_size(), {}};
      fetch.name = fields->text(fields->number<std::uint8_t>());
      if (!fields->is_whole()) return std::nullopt;
      return fetch;
    }
    default:
      return std::nullopt;
  }
}

bool is_file_message(Bytes message) {
  return message.size() >= kOpening.size() &&
         std::ranges::equal(message.first(kOpening.size()), std::as_bytes(std::span(kOpening)));
}

std::optional<FileMessage> parse_file_message(Bytes message) {
  std::optional<Fields> fields = open_message(message);
  if (!fields) return std::nullopt;
  const std::optional<FileMessage> parsed = read_message(*fields);
  return fields->is_whole() ? parsed : std::nullopt;
}

void FileMessageWriter::add(const FileMessage& message) {
  begin(static_cast<std::uint8_t>(message.index() + 1));
  std::visit(FieldWriter{bytes_}, message);
  const bool may_grow = !std::holds_alternative<FileChunk>(message);
  if (may_grow && (bytes_.size() - message_begin_) % 256 == 0) bytes_.push_back(std::byte{0});
  end();
}

std::span<std::byte> FileMessageWriter::begin_chunk(std::uint64_t offset, std::size_t size_bytes) {
  begin(kChunk);
  put_number(bytes_, offset);
  bytes_.resize(bytes_.size() + size_bytes);
  return std::span(bytes_).last(size_bytes);
}

void FileMessageWriter::drop_chunk() { bytes_.resize(message_begin_ - prefix_size_bytes(prefix_)); }

void FileMessageWriter::add_end_of_stream() {
  bytes_.resize(bytes_.size() + prefix_size_bytes(prefix_));
  message_begin_ = bytes_.size();
  end();
}

void FileMessageWriter::begin(std::uint8_t kind) {
  bytes_.resize(bytes_.size() + prefix_size_bytes(prefix_));
  message_begin_ = bytes_.size();
  put(bytes_, kOpening);
  put_number(bytes_, kVersion);
  put_number(bytes_, kind);
}

void FileMessageWriter::end() {
  const std::size_t prefix_begin = message_begin_ - prefix_size_bytes(prefix_);
  write_size(prefix_, static_cast<std::uint32_t>(bytes_.size() - message_begin_),
             std::span(bytes_).subspan(prefix_begin));
}

}  // namespace jpegwire
