#include "viewer/output/file_listing.hpp"

#include <utility>

namespace jpegwire {

FileRequest FileListing::request() {
  return {.target = "/files.json", .fields = "Accept: application/json\r\n"};
}

FileDialogue::Next FileListing::take_head(const HttpResponseHead& head) {
  refusal_.begin(head);
  text_.clear();
  return Next::go_on;
}

FileDialogue::Next FileListing::take_body(Bytes bytes) {
  constexpr std::size_t kMaxBytes = std::size_t{16} << 20;
  if (refusal_.status() != 200) {
    refusal_.add(bytes);
    return Next::go_on;
  }
  text_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return text_.size() > kMaxBytes ? fail("its list is too long") : Next::go_on;
}

FileDialogue::Next FileListing::take_end() {
  constexpr int kMaxTimesBusy = 8;
  if (refusal_.status() == 503 && ++times_busy_ <= kMaxTimesBusy) return Next::ask_later;
  if (refusal_.status() != 200) return fail(refusal_.sentence());
  std::optional<FileList> list = parse_file_list(text_);
  if (!list) return fail("its answer is no list of files");
  list_ = *std::move(list);
  return Next::done;
}

FileDialogue::Next FileListing::fail(std::string error) {
  error_ = std::move(error);
  return Next::failed;
}

}  // namespace jpegwire
