#include "net/http/file_list.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>
#include <nlohmann/json.hpp>
#include <string>

#include "app/text.hpp"

namespace jpegwire {
namespace {

bool has_offered_ending(std::string_view name) {
  const std::string ending = lower(name.substr(name.rfind('.') + 1));
  constexpr std::array<std::string_view, 7> kEndings{"mkv", "mov",  "avi", "mp4",
                                                     "jpg", "jpeg", "png"};
  return std::ranges::find(kEndings, ending) != kEndings.end();
}

using nlohmann::json;

double to_seconds(WallTime time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

std::optional<WallTime> from_seconds_since_epoch(double seconds) {
  constexpr double kMaxSeconds = 1e12;  // so that microseconds fit into 64 bits
  if (!(std::abs(seconds) <= kMaxSeconds)) return std::nullopt;
  return WallTime(microseconds(std::llround(seconds * 1e6)));
}

std::optional<OfferedFile> read_offered_file(const json& object) {
  if (!object.is_object()) return std::nullopt;
  const json name = object.value("name", json());
  const json bytes = object.value("bytes", json());
  const json modified = object.value("modified", json());
  const json is_being_written = object.value("is_being_written", json());
  if (!name.is_string() || !bytes.is_number_unsigned() || !modified.is_number() ||
      !is_being_written.is_boolean() || !is_offered_name(name.get_ref<const std::string&>()))
    return std::nullopt;
  const auto time = from_seconds_since_epoch(modified.get<double>());
  if (!time) return std::nullopt;
  return OfferedFile{name.get<std::string>(), bytes.get<std::uint64_t>(), *time,
                     is_being_written.get<bool>()};
}

}  // namespace

bool is_offered_name(std::string_view name) {
  if (name.empty() || name.size() > kMaxFileNameBytes || name[0] == '.') return false;
  if (name.find('/') != std::string_view::npos || name.find('.') == std::string_view::npos)
    return false;
  return has_offered_ending(name) && is_plain_text(name) && !begins_with_blank(name);
}

std::string to_json(const FileList& list) {
  json files = json::array();
  for (const OfferedFile& file : list.files)
    files.push_back({{"name", file.name},
                     {"bytes", file.size_bytes},
                     {"modified", to_seconds(file.modified)},
                     {"is_being_written", file.is_being_written}});
  return json{{"files", std::move(files)}, {"left_out", list.left_out}}.dump() + "\n";
}

std::optional<FileList> parse_file_list(std::string_view text) {
  const json object = json::parse(text, nullptr, false);
  if (!object.is_object()) return std::nullopt;
  const json files = object.value("files", json());
  const json left_out = object.value("left_out", json(0U));
  if (!files.is_array() || !left_out.is_number_unsigned()) return std::nullopt;
  FileList list;
  list.left_out = left_out.get<std::uint32_t>();
  for (const json& each : files) {
    std::optional<OfferedFile> file = read_offered_file(each);
    if (!file) return std::nullopt;
    list.files.push_back(*std::move(file));
  }
  return list;
}

std::string describe_file_size(std::uint64_t size_bytes) {
  constexpr std::array kUnits{"B", "kB", "MB", "GB", "TB", "PB", "EB"};
  auto size = static_cast<double>(size_bytes);
  std::size_t unit = 0;
  for (; size >= 999.5 && unit + 1 < kUnits.size(); ++unit) size /= 1000;
  const bool has_decimal = unit > 0 && size < 9.95;
  return fmt::format("{:.{}f} {}", size, has_decimal ? 1 : 0, kUnits[unit]);
}

std::string describe_file_time(WallTime time) {
  const std::time_t seconds =
      std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  std::tm local{};
  ::localtime_r(&seconds, &local);
  return fmt::format("{:%Y-%m-%d %H:%M}", local);
}

}  // namespace jpegwire
