#include "viewer/output/file_table.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>

#include "net/share/plain_text.hpp"

namespace jpegwire {
namespace {

// A name that is longer makes its own line longer, and not those of all others.
constexpr std::size_t kWidestNameColumns = 40;

std::string describe_time(WallTime time) {
  const std::time_t seconds =
      std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  std::tm local{};
  ::localtime_r(&seconds, &local);
  return fmt::format("{:%Y-%m-%d %H:%M}", local);
}

std::string make_table_row(std::string_view name, std::size_t name_width, std::string_view size,
                           std::string_view time) {
  const std::size_t padding = name_width - std::min(name_width, columns_of(name));
  return fmt::format("{}{:{}}  {:>7}  {}\n", name, "", padding, size, time);
}

}  // namespace

std::string describe_file_size(std::uint64_t size_bytes) {
  constexpr std::array kUnits{"B", "kB", "MB", "GB", "TB", "PB", "EB"};
  auto size = static_cast<double>(size_bytes);
  std::size_t unit = 0;
  for (; size >= 999.5 && unit + 1 < kUnits.size(); ++unit) size /= 1000;
  const bool has_decimal = unit > 0 && size < 9.95;
  return fmt::format("{:.{}f} {}", size, has_decimal ? 1 : 0, kUnits[unit]);
}

std::string make_table(std::span<const OfferedFile> files) {
  std::size_t name_width = 4;
  for (const OfferedFile& file : files)
    name_width = std::clamp(columns_of(file.name), name_width, kWidestNameColumns);
  std::string table = make_table_row("NAME", name_width, "SIZE", "TIME");
  for (const OfferedFile& file : files)
    table += make_table_row(
        file.name, name_width, describe_file_size(file.size_bytes),
        file.is_being_written ? "still being written" : describe_time(file.modified));
  return table;
}

}  // namespace jpegwire
