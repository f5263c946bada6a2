#include "net/share/file_listing.hpp"

namespace jpegwire {

FileRequest FileListing::request() {
  files_.clear();  // of a list that broke off
  return ListRequest{};
}

FileDialogue::Next FileListing::take(const FileMessage& message) {
  constexpr std::size_t kMost = 100'000;
  if (const auto* file = std::get_if<OfferedFile>(&message); file && files_.size() < kMost) {
    files_.push_back(*file);
    return Next::go_on;
  }
  if (const auto* end = std::get_if<ListEnd>(&message)) {
    left_out_ = end->left_out;
    return Next::done;
  }
  const auto* refusal = std::get_if<Refusal>(&message);
  constexpr int kMostTimesBusy = 8;
  if (refusal && refusal->reason == Refusal::Reason::busy && ++times_busy_ <= kMostTimesBusy)
    return Next::ask_later;
  error_ = refusal ? refusal->sentence : "what came is no list";
  return Next::failed;
}

}  // namespace jpegwire
