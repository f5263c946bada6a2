#include "viewer/output/file_listing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "app/text.hpp"

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

FileRequest FileListing::request() {
  return {.target = "/files.json", .fields = "Accept: application/json\r\n"};
}

FileDialogue::Next FileListing::take_head(const HttpResponseHead& head) {
  refusal_.begin(head);
  text_.clear();
  constexpr std::uint64_t kMaxListBytes = std::uint64_t{16} << 20;
  const bool is_too_long = head.status == 200 && head.content_length.value_or(0) > kMaxListBytes;
  return is_too_long ? fail("its list is too long") : Next::go_on;
}

FileDialogue::Next FileListing::take_body(Bytes bytes) {
  if (refusal_.status() == 200)
    text_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  else
    refusal_.add(bytes);
  return Next::go_on;
}

FileDialogue::Next FileListing::take_end() {
  constexpr int kMaxTimesBusy = 8;
  if (refusal_.status() == 503 && ++times_busy_ <= kMaxTimesBusy) return Next::ask_later;
  if (refusal_.status() != 200) return fail(refusal_.sentence());
  std::optional<FileList> list = parse_file_list(text_);
  if (!list) return fail("its answer is not a list of files");
  list_ = *std::move(list);
  return Next::done;
}

FileDialogue::Next FileListing::fail(std::string error) {
  error_ = std::move(error);
  return Next::failed;
}

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
