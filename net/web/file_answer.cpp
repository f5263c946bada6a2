#include "net/web/file_answer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <string_view>

#include "app/text.hpp"
#include "net/http/file_list.hpp"
#include "net/http/http_url.hpp"

namespace jpegwire {
namespace {

constexpr std::string_view kFilesPath = "/files/";

// Keeps a list below about a megabyte.
constexpr std::size_t kMaxListed = 4096;

constexpr std::size_t kChunkBytes = std::size_t{512} << 10;

// An interim answer after each of these intervals shows the client that the work continues.
constexpr std::uint64_t kHashStepBytes = std::uint64_t{4} << 20;

constexpr const char* kRetrySoon = "Retry-After: 2\r\n";

void append(std::string_view text, std::vector<std::byte>& out) {
  const auto bytes = std::as_bytes(std::span(text));
  out.insert(out.end(), bytes.begin(), bytes.end());
}

std::string date_of(WallTime time) {
  const std::time_t seconds =
      std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  constexpr std::time_t kEndOfYear9999 = 253'402'300'799;  // HTTP has four digits for it
  return http_date(std::min(seconds, kEndOfYear9999));
}

std::string content_type_of(std::string_view name) {
  const std::string_view ending = name.substr(name.rfind('.') + 1);
  constexpr std::pair<std::string_view, const char*> kTypes[] = {{"mkv", "video/x-matroska"},
                                                                 {"mov", "video/quicktime"},
                                                                 {"avi", "video/x-msvideo"},
                                                                 {"mp4", "video/mp4"},
                                                                 {"png", "image/png"}};
  for (const auto& [known, type] : kTypes)
    if (equal_ignoring_case(ending, known)) return type;
  return "image/jpeg";
}

/// For programs that do not support filename* (RFC 6266, appendix D).
std::string ascii_name(std::string_view name) {
  std::string ascii(name);
  std::ranges::replace_if(
      ascii, [](char c) { return c < ' ' || c > '~' || c == '"' || c == '\\' || c == '%'; }, '_');
  return ascii;
}

constexpr std::string_view kPageBegin = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>jpegwire: files</title>
<style>
:root { color-scheme: light dark; font-family: sans-serif; }
td { padding: 0.3em 1.5em 0.3em 0; overflow-wrap: anywhere; }
td + td { text-align: right; white-space: nowrap; }
</style>
</head>
<body>
<h1>Recordings and pictures</h1>
)";

constexpr std::string_view kPageEnd = "</body>\n</html>\n";

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '&')
      result += "&amp;";
    else if (c == '<')
      result += "&lt;";
    else
      result.push_back(c);
  }
  return result;
}

// No link if the file would be refused.
std::string make_row(const OfferedFile& file) {
  const std::string name =
      file.is_being_written
          ? escaped(file.name)
          : fmt::format("<a href=\"{}\">{}</a>", percent_encode(file.name), escaped(file.name));
  return fmt::format(
      "<tr><td>{}</td><td>{}</td><td>{}</td></tr>\n", name, describe_file_size(file.size_bytes),
      file.is_being_written ? "still being written" : describe_file_time(file.modified));
}

/// The page of /files/: a table of the files with a link to each, in HTML.
std::string make_file_page(const FileList& list) {
  std::string page(kPageBegin);
  if (list.files.empty()) page += "<p>No files are shared yet.</p>\n";
  page += "<table>\n";
  for (const OfferedFile& file : list.files) page += make_row(file);
  page += "</table>\n";
  if (list.left_out > 0) page += fmt::format("<p>and {} older files</p>\n", list.left_out);
  return page.append(kPageEnd);
}

}  // namespace

bool is_about_files(std::string_view path) {
  return path == "/files" || path == "/files.json" || path.starts_with(kFilesPath);
}

FileAnswer::Step FileAnswer::next(std::vector<std::byte>& out) {
  if (!file_) return begin(out);
  return has_sent_head_ ? send_some(out) : hash_some(out);
}

FileAnswer::Step FileAnswer::begin(std::vector<std::byte>& out) {
  const std::string& path = request_.path;
  if (path == "/files")
    return refuse(301, "The files are at /files/.", out, "Location: /files/\r\n");
  if (path == "/files.json" || path == kFilesPath) return answer_list(out);
  return begin_file(out);
}

FileAnswer::Step FileAnswer::answer_list(std::vector<std::byte>& out) {
  std::error_code error;
  const std::optional<FileList> list = source_.directory.list(kMaxListed, error);
  if (!list) return refuse_to_open(error, out);
  if (request_.path != kFilesPath || prefers_json(request_.fields["Accept"]))
    return put({.type = "application/json", .fields = "Vary: Accept\r\n"}, to_json(*list), out);
  return put({.type = "text/html; charset=utf-8",
              .fields = "Vary: Accept\r\nContent-Security-Policy: default-src 'none'; "
                        "style-src 'unsafe-inline'\r\nReferrer-Policy: no-referrer\r\n"},
             make_file_page(*list), out);
}

FileAnswer::Step FileAnswer::begin_file(std::vector<std::byte>& out) {
  const auto name = percent_decode(std::string_view(request_.path).substr(kFilesPath.size()));
  if (!name) return refuse(400, "In the path, % is not followed by two hexadecimal digits.", out);
  name_ = *name;
  std::error_code error;
  file_ = source_.directory.open(name_, error);
  if (!file_) return refuse_to_open(error, out);
  // Otherwise a client would take a partial recording for the whole.
  if (file_->is_being_written())
    return refuse(409,
                  fmt::format("'{}' is still being written; fetch it when it is complete.", name_),
                  out, kRetrySoon);
  if (is_unmodified()) return answer_without_bytes(304, validators(), out);
  const RangeChoice choice = chosen_range();
  if (choice.status == 416)
    return refuse(416, fmt::format("'{}' has only {} bytes.", name_, file_->size_bytes()), out,
                  fmt::format("Content-Range: bytes */{}\r\n", file_->size_bytes()));
  status_ = choice.status;
  range_ = choice.range;
  first_byte_ = range_.begin;
  const bool needs_digest = wants_sha256(request_.fields["Want-Repr-Digest"]) &&
                            !source_.digests.digest(file_->version());
  if (request_.is_head && !needs_digest) return send_head(out);
  place_ = source_.places.admit(client_);
  if (!place_)
    return refuse(503, "The limit of simultaneous file transfers is reached; try again later.", out,
                  kRetrySoon);
  is_transfer_ = true;
  return needs_digest ? hash_some(out) : send_head(out);
}

// Different times do not say which version is newer, because files may be copied.
bool FileAnswer::is_unmodified() const {
  const std::string_view tags = request_.fields["If-None-Match"];
  if (!tags.empty()) return names_etag(tags, file_->etag());
  return request_.fields["If-Modified-Since"] == date_of(file_->modified());
}

// A Range applies only to the version that If-Range names, if any (RFC 9110, section 13.1.5), and
// only to GET (section 14.2).
RangeChoice FileAnswer::chosen_range() const {
  const std::string_view version = request_.fields["If-Range"];
  const bool is_same =
      version.empty() || version == file_->etag() || version == date_of(file_->modified());
  const std::string_view range = request_.fields["Range"];
  return choose_range(is_same && !request_.is_head ? range : "", file_->size_bytes());
}

// 100 Continue, because clients such as Python's may take another interim status for the answer;
// HTTP/1.0 has none.
FileAnswer::Step FileAnswer::hash_some(std::vector<std::byte>& out) {
  const FileVersion& version = file_->version();
  std::uint64_t position = source_.digests.hashed_bytes(version);
  const std::uint64_t end = std::min(version.size_bytes, position + kHashStepBytes);
  std::vector<std::byte> space(kChunkBytes);
  while (position < end) {
    const auto size =
        static_cast<std::size_t>(std::min<std::uint64_t>(end - position, kChunkBytes));
    if (!read_at(position, std::span(space).first(size)))
      return refuse(409, fmt::format("'{}' changed while it was being read.", name_), out,
                    kRetrySoon);
    position += size;
  }
  if (position == version.size_bytes) return send_head(out);
  if (!request_.is_http_1_0) append("HTTP/1.1 100 Continue\r\n\r\n", out);
  return Step::more;
}

FileAnswer::Step FileAnswer::send_head(std::vector<std::byte>& out) {
  has_sent_head_ = true;
  append(answer_head({.status = status_,
                      .type = content_type_of(name_),
                      .caching = "no-cache",
                      .size_bytes = range_.size_bytes(),
                      .fields = describing_fields(),
                      .keeps_alive = false}),
         out);
  const bool is_all = request_.is_head || range_.size_bytes() == 0;
  return is_all ? Step::last : send_some(out);
}

FileAnswer::Step FileAnswer::send_some(std::vector<std::byte>& out) {
  const auto size =
      static_cast<std::size_t>(std::min<std::uint64_t>(range_.size_bytes(), kChunkBytes));
  const std::size_t begin = out.size();
  out.resize(begin + size);
  if (!read_at(range_.begin, std::span(out).subspan(begin))) return Step::cut_off;
  range_.begin += size;
  return range_.size_bytes() > 0 ? Step::more : Step::last;
}

/// False if the bytes are missing or may belong to another version.
bool FileAnswer::read_at(std::uint64_t offset, std::span<std::byte> space) {
  std::error_code error;
  if (file_->read(offset, space, error) < space.size() || file_->has_changed()) return false;
  source_.digests.add(file_->version(), offset, space);
  return true;
}

std::string FileAnswer::validators() const {
  return fmt::format("ETag: {}\r\nLast-Modified: {}\r\n", file_->etag(),
                     date_of(file_->modified()));
}

// X-Timestamp is Last-Modified to the microsecond.
std::string FileAnswer::describing_fields() const {
  const auto modified_us = file_->modified().time_since_epoch().count();
  std::string fields = fmt::format(
      "{}X-Timestamp: {}.{:06}\r\nAccept-Ranges: bytes\r\n"
      "Content-Disposition: attachment; filename=\"{}\"; filename*=UTF-8''{}\r\n",
      validators(), modified_us / 1'000'000, modified_us % 1'000'000, ascii_name(name_),
      percent_encode(name_));
  if (status_ == 206)
    fields += fmt::format("Content-Range: bytes {}-{}/{}\r\n", range_.begin, range_.end - 1,
                          file_->size_bytes());
  if (wants_sha256(request_.fields["Want-Repr-Digest"]))
    fields += fmt::format("Repr-Digest: {}\r\n",
                          repr_digest(source_.digests.digest(file_->version()).value()));
  return fields;
}

FileAnswer::Step FileAnswer::answer_without_bytes(int status, std::string fields,
                                                  std::vector<std::byte>& out) {
  append(answer_head({.status = status,
                      .caching = "no-cache",
                      .fields = std::move(fields),
                      .keeps_alive = false}),
         out);
  return Step::last;
}

FileAnswer::Step FileAnswer::refuse(int status, const std::string& sentence,
                                    std::vector<std::byte>& out, const std::string& fields) {
  return put({.status = status, .type = "text/plain; charset=utf-8", .fields = fields},
             sentence + "\n", out);
}

// A name that is not plain text is not repeated.
FileAnswer::Step FileAnswer::refuse_to_open(std::error_code error, std::vector<std::byte>& out) {
  if (const std::error_code trouble = source_.directory.trouble())
    return refuse(500, fmt::format("The shared directory cannot be read: {}.", trouble.message()),
                  out);
  const std::string name = is_plain_text(name_) ? fmt::format("'{}'", name_) : "That file";
  if (error == std::errc::no_such_file_or_directory ||
      error == std::errc::too_many_symbolic_link_levels)
    return refuse(404, fmt::format("{} is not shared; /files/ lists what is.", name), out);
  return refuse(500, fmt::format("{} cannot be read: {}.", name, error.message()), out);
}

FileAnswer::Step FileAnswer::put(AnswerHead head, std::string_view body,
                                 std::vector<std::byte>& out) const {
  head.size_bytes = body.size();
  head.keeps_alive = false;
  append(answer_head(head), out);
  if (!request_.is_head) append(body, out);
  return Step::last;
}

}  // namespace jpegwire
