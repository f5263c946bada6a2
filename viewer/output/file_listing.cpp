#include "viewer/output/file_listing.hpp"

#include <utility>

namespace jpegwire {

FileRequest FileListing::request() {
  return {.target = "/files.json", .fields = "Accept: application/json\r\n"};
}

FileDialogue::Next FileListing::take_head(const HttpResponseHead& head) {
  refusal_.begin(head);
  text_.clear();
  constexpr std::uint64_t kMaxBytes = std::uint64_t{16} << 20;
  const bool is_too_long = head.status == 200 && head.content_length.value_or(0) > kMaxBytes;
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

}  // namespace jpegwire
