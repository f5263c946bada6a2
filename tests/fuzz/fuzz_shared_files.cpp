#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/web/file_answer.hpp"
#include "support/fuzzing.hpp"
#include "support/http_responses.hpp"
#include "support/shared_files.hpp"
#include "support/temporary_directory.hpp"

// A shared directory and its clients as a sequence of operations, each a byte and what it needs:
// files are written, grow, go, and change into links, while several answers are being sent in
// steps. No answer gives anything but the files of the directory, or other bytes than it announces.

using namespace jpegwire;
using namespace jpegwire::test;

namespace {

namespace fs = std::filesystem;
using Step = FileAnswer::Step;

constexpr std::array<const char*, 4> kNames{"a.mkv", "b.jpg", "c.txt", ".d.avi"};
constexpr std::string_view kSecret = "the secret of another directory";

bool is_offered(std::string_view name) { return name == kNames[0] || name == kNames[1]; }

/// The rest of the input up to a line break.
std::string take_line(Bytes& input) {
  std::string line;
  while (!input.empty()) {
    const auto byte = static_cast<char>(take_byte(input));
    if (byte == '\n') break;
    line.push_back(byte);
  }
  return line;
}

class Server {
 public:
  Server() {
    fs::create_directory(shared_);
    write_long_ago(root_ / "secret.mkv", std::string(kSecret));
    directory_.emplace(shared_);
  }

  void operate(Bytes& input) {
    switch (take_byte(input) % 8) {
      case 0:
        return write(name(input), numbers(take_byte(input) * 300));
      case 1:
        return grow(name(input));
      case 2:
        return rename(name(input), name(input));
      case 3:
        return replace_by_link(name(input), take_byte(input));
      case 4:
        return ask(input);
      case 5:
      case 6:
        return go_on(take_byte(input));
      case 7:
        answers_[take_byte(input) % answers_.size()].reset();
    }
  }

  void finish() {
    for (unsigned i = 0; i < answers_.size(); ++i)
      while (answers_[i]) go_on(i);
    require(places_.admitted() == 0, "an answer leaves its place");
  }

 private:
  struct Answer {
    FileAnswer answer;
    std::string name;  // as it was asked for
    bool is_head = false;
    unsigned changes = 0;  // before it began
    std::vector<std::byte> sent{};
  };

  static std::string name(Bytes& input) { return kNames[take_byte(input) % kNames.size()]; }
  std::string path_of(const std::string& name) const { return shared_ + "/" + name; }

  void forget(const std::string& name) {
    ++changes_;
    contents_.erase(name);
    fs::remove_all(path_of(name));
  }

  void write(const std::string& name, const std::string& content) {
    forget(name);
    write_long_ago(path_of(name), content);
    contents_[name] = content;
  }

  void grow(const std::string& name) {
    if (!contents_.contains(name)) return;
    ++changes_;
    std::ofstream(path_of(name), std::ios::app) << "more";
    contents_[name] += "more";
  }

  void rename(const std::string& from, const std::string& to) {
    if (from == to || !contents_.contains(from)) return;
    const std::string content = contents_[from];
    forget(to);
    fs::rename(path_of(from), path_of(to));
    contents_.erase(from);
    contents_[to] = content;
  }

  void replace_by_link(const std::string& name, unsigned kind) {
    forget(name);
    if (kind % 4 == 0) fs::create_symlink("../secret.mkv", path_of(name));
    if (kind % 4 == 1) fs::create_symlink(name, path_of(name));
    if (kind % 4 == 2) fs::create_directory(path_of(name));
    if (kind % 4 == 3) ::mkfifo(path_of(name).c_str(), 0600);
  }

  void ask(Bytes& input) {
    const std::size_t place = take_byte(input) % answers_.size();
    const unsigned kind = take_byte(input);
    HttpRequest request;
    std::string wanted;
    if ((kind & 1U) == 0) wanted = name(input);
    request.path = wanted.empty() ? "/files/" + take_line(input) : "/files/" + wanted;
    request.is_head = (kind & 2U) != 0;
    if ((kind & 4U) != 0) request.fields.add("Range", "bytes=" + take_line(input));
    if ((kind & 8U) != 0) request.fields.add("Want-Repr-Digest", "sha-256=1");
    if ((kind & 16U) != 0) request.fields.add("If-None-Match", take_line(input));
    if ((kind & 32U) != 0) request.fields.add("Expect", "100-continue");
    const bool is_head = request.is_head;
    const auto client = asio::ip::make_address((kind & 64U) != 0 ? "192.0.2.1" : "192.0.2.2");
    answers_[place].reset();
    answers_[place].reset(new Answer{FileAnswer({*directory_, digests_, places_}, request, client),
                                     wanted, is_head, changes_});
  }

  void go_on(unsigned index) {
    std::unique_ptr<Answer>& answer = answers_[index % answers_.size()];
    if (!answer) return;
    const Step step = answer->answer.next(answer->sent);
    require(places_.admitted() <= kMaxPlaces, "places are limited");
    if (step == Step::more) return;
    if (step == Step::last) check(*answer);
    answer.reset();
  }

  void check(const Answer& answer) const {
    std::string_view text(reinterpret_cast<const char*>(answer.sent.data()), answer.sent.size());
    require(text.find(kSecret) == std::string_view::npos, "a link leads nowhere");
    constexpr std::string_view kInterim = "HTTP/1.1 100 Continue\r\n\r\n";
    while (text.starts_with(kInterim)) text.remove_prefix(kInterim.size());
    const auto response = take_response(text, answer.is_head ? HasBody::no : HasBody::yes);
    require(response.has_value() && text.empty(), "an answer is as long as it says");
    if (answer.changes == changes_ && !answer.name.empty()) check_content(answer, *response);
  }

  void check_content(const Answer& answer, const HttpResponse& response) const {
    const auto file = contents_.find(answer.name);
    const bool is_there = file != contents_.end() && is_offered(answer.name);
    if (response.status == 404) require(!is_there, "a file that is there is found");
    if (response.status != 200 && response.status != 206) return;
    require(is_there, "only the directory's files are offered");
    if (answer.is_head) return;
    if (response.status == 200)
      require(response.body == file->second, "the whole file is sent");
    else
      require(file->second.find(response.body) != std::string::npos, "a part of the file is sent");
  }

  static constexpr std::size_t kMaxPlaces = 4;

  TemporaryDirectory root_;
  std::string shared_ = root_ / "shared";
  std::optional<SharedDirectory> directory_;
  FileDigests digests_;
  Admission places_{kMaxPlaces, 3};
  std::map<std::string, std::string> contents_;
  unsigned changes_ = 0;
  std::array<std::unique_ptr<Answer>, 6> answers_;
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr int kMaxOperations = 60;
  Bytes input = as_input(data, size);
  Server server;
  for (int i = 0; i < kMaxOperations && !input.empty(); ++i) server.operate(input);
  server.finish();
  return 0;
}
