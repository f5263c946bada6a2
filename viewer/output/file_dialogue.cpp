#include "viewer/output/file_dialogue.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "app/text.hpp"

namespace jpegwire {

void FileRefusal::begin(const HttpResponseHead& head) {
  status_ = head.status;
  reason_ = head.reason;
  is_text_ = head.fields["Content-Type"].starts_with("text/plain");
  text_.clear();
}

void FileRefusal::add(Bytes bytes) {
  constexpr std::size_t kMaxTextBytes = 1000;
  const std::size_t size =
      std::min(bytes.size(), kMaxTextBytes - std::min(text_.size(), kMaxTextBytes));
  text_.append(reinterpret_cast<const char*>(bytes.data()), size);
}

std::string FileRefusal::sentence() const {
  constexpr std::size_t kMaxShownBytes = 300;
  std::string_view text = text_;
  while (text.ends_with('\n') || text.ends_with('.')) text.remove_suffix(1);
  if (is_text_ && !text.empty() && is_plain_text(text)) return quotable(text, kMaxShownBytes);
  return fmt::format("it answers with status {} {}", status_,
                     as_plain_line(reason_, kMaxShownBytes));
}

}  // namespace jpegwire
