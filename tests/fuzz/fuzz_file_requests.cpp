#include <string>

#include "net/http/file_fields.hpp"
#include "net/http/file_list.hpp"
#include "net/http/http_url.hpp"
#include "support/fuzzing.hpp"

// The first byte selects the kind of the rest: a Range field, a Content-Range field, a path, a list
// of files, or other fields.

using namespace jpegwire;
using namespace jpegwire::test;

namespace {

void check_range(std::string_view text, std::uint64_t size_bytes) {
  const RangeChoice choice = choose_range(text, size_bytes);
  if (choice.status == 416) return;
  require(choice.status == 200 || choice.status == 206, "a range has a status");
  require(choice.range.begin <= choice.range.end, "a range begins before its end");
  require(choice.range.end <= size_bytes, "a range is within the file");
  if (choice.status == 206) require(choice.range.size_bytes() > 0, "a part is not empty");
  if (choice.status == 200) require(choice.range.size_bytes() == size_bytes, "all is all");
}

void check_content_range(std::string_view text) {
  const auto range = parse_content_range(text);
  if (!range) return;
  require(range->range.begin < range->range.end, "a range begins before its end");
  require(range->range.end <= range->size_bytes, "a range is within the file");
}

void check_path(std::string_view text) {
  require(percent_decode(percent_encode(text)) == std::string(text),
          "decoding reverses percent-encoding");
  const auto decoded = percent_decode(text);
  if (!decoded) return;
  require(decoded->size() <= text.size(), "decoding adds nothing");
  if (is_offered_name(*decoded)) {
    require(decoded->find('/') == std::string::npos, "a name is no path");
    require(decoded->find('\0') == std::string::npos, "a name has no NUL");
    require(decoded->front() != '.', "a name does not lead upwards");
  }
}

void check_list(std::string_view text) {
  const auto list = parse_file_list(text);
  if (!list) return;
  for (const OfferedFile& file : list->files)
    require(is_offered_name(file.name), "a listed file has a name that is offered");
  const auto again = parse_file_list(to_json(*list));
  require(again && again->files.size() == list->files.size(), "a list reads as written");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes input = as_input(data, size);
  const unsigned kind = take_byte(input);
  const std::string_view text(reinterpret_cast<const char*>(input.data()), input.size());
  switch (kind) {
    case 'r':
      check_range(text, 1000);
      check_range(text, 0);
      check_range(text, ~std::uint64_t{0});
      break;
    case 'c':
      check_content_range(text);
      break;
    case 'p':
      check_path(text);
      break;
    case 'l':
      check_list(text);
      break;
    default:
      static_cast<void>(names_etag(text, "\"1-a\""));
      static_cast<void>(prefers_json(text));
      static_cast<void>(wants_sha256(text));
  }
  return 0;
}
