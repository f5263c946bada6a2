#include "viewer/output/file_table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "app/plain_text.hpp"

namespace jpegwire {
namespace {

// A longer name extends only its own line.
constexpr std::size_t kWidestNameColumns = 40;

std::string make_table_row(std::string_view name, std::size_t name_width, std::string_view size,
                           std::string_view time) {
  const std::size_t padding = name_width - std::min(name_width, columns_of(name));
  return fmt::format("{}{:{}}  {:>7}  {}\n", name, "", padding, size, time);
}

}  // namespace

std::string make_table(std::span<const OfferedFile> files) {
  std::size_t name_width = 4;
  for (const OfferedFile& file : files)
    name_width = std::clamp(columns_of(file.name), name_width, kWidestNameColumns);
  std::string table = make_table_row("NAME", name_width, "SIZE", "TIME");
  for (const OfferedFile& file : files)
    table += make_table_row(
        file.name, name_width, describe_file_size(file.size_bytes),
        file.is_being_written ? "still being written" : describe_file_time(file.modified));
  return table;
}

}  // namespace jpegwire
