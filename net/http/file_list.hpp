#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codec/time.hpp"

namespace jpegwire {

/// Linux permits 255 bytes (NAME_MAX), of which a client needs some for NAME.part and NAME.part-99.
inline constexpr std::size_t kMaxFileNameBytes = 240;

/// Whether a file of this name is offered: plain text of a single path component, at most
/// kMaxFileNameBytes, that does not begin with a dot or blank and has the extension, in lower or
/// upper case, of a recording (mkv, mov, avi, mp4) or a picture (jpg, jpeg, png).
bool is_offered_name(std::string_view name);

/// A file that a sender shares; is_offered_name(name).
struct OfferedFile {
  std::string name;
  std::uint64_t size_bytes = 0;
  WallTime modified{};
  bool is_being_written = false;  // for example a recording in progress: it is not sent

  bool operator==(const OfferedFile&) const = default;
};

struct FileList {
  std::vector<OfferedFile> files;  // the newest first
  std::uint32_t left_out = 0;      // older files that do not fit into the list

  bool operator==(const FileList&) const = default;
};

/// /files.json, as docs/protocol.md describes it.
std::string to_json(const FileList& list);

/// Nothing if the text is not such a list. Unknown members are ignored.
std::optional<FileList> parse_file_list(std::string_view json);

/// "512 B", "1.2 kB", "34 MB", "2.5 GB", in powers of ten.
std::string describe_file_size(std::uint64_t size_bytes);

/// "2026-03-01 17:45", in this machine's time zone.
std::string describe_file_time(WallTime time);

}  // namespace jpegwire
