#include "viewer/output/file_commands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

#include "app/end_signals.hpp"
#include "app/summary_output.hpp"
#include "app/terminal_width.hpp"
#include "codec/thread_settings.hpp"
#include "net/http/file_list.hpp"
#include "viewer/output/file_client.hpp"
#include "viewer/output/file_fetch.hpp"
#include "viewer/output/file_listing.hpp"

namespace jpegwire {
namespace {

FileClientSettings client_settings(const ViewerOptions& options) {
  return {.endpoint = options.file_server,
          .timeout = from_seconds(options.timeout_seconds),
          .is_persistent = options.reconnect.value_or(false)};
}

/// Runs one dialogue with a sender in this thread, until it ends or a signal arrives.
class Conversation {
 public:
  Conversation(const ViewerOptions& options, FileDialogue& dialogue)
      : signals_(io_),
        client_(io_, client_settings(options), dialogue,
                [this](const std::string& error) { end(error); }) {
    signals_.async_wait([this](std::error_code error, int) {
      if (!error) end("interrupted");
    });
  }

  /// Calls `prepare` until it returns false, then runs the dialogue. Returns "" or the error
  /// message.
  std::string run(std::function<bool()> prepare) {
    asio::post(io_, [this, prepare = std::move(prepare)] { do_prepare(prepare); });
    io_.run();
    return error_;
  }

 private:
  // Prepares in steps, so that signals are handled between them.
  void do_prepare(const std::function<bool()>& prepare) {
    if (has_ended_) return;
    if (!prepare()) return client_.start();
    asio::post(io_, [this, prepare] { do_prepare(prepare); });
  }

  void end(const std::string& error) {
    has_ended_ = true;
    error_ = error;
    signals_.cancel();
    client_.stop();
  }

  asio::io_context io_{1};
  LastingEndSignals signals_;
  FileClient client_;
  bool has_ended_ = false;
  std::string error_;
};

// Avoids a multiplication that could overflow for a file of exabytes.
double share_of(std::uint64_t have, std::uint64_t all) {
  return have >= all ? 1 : static_cast<double>(have) / static_cast<double>(all);
}

/// Shows the progress of a fetch: on a terminal as a bar that is redrawn, otherwise as a line at
/// each tenth. Bound to one thread.
class FetchProgress {
 public:
  FetchProgress(TextOutput& out, std::string name);

  /// Shows that `have` of `all` bytes have been received.
  void show(std::uint64_t have, std::uint64_t all);

  /// Prints the sentence on a separate line.
  void print(const std::string& sentence);

  /// Ends the line of the bar, which stays as it is.
  void end();

 private:
  using Clock = std::chrono::steady_clock;

  void draw(std::uint64_t have, std::uint64_t all);
  std::string figures(std::uint64_t have, std::uint64_t all) const;

  TextOutput& out_;  // if it fails, for example on a full disk, the fetch continues
  std::string name_;
  bool is_terminal_;
  Clock::time_point last_drawn_{};
  std::optional<Clock::time_point> begin_;
  std::uint64_t had_ = 0;     // at the beginning
  std::uint64_t tenths_ = 0;  // that have been shown
  bool has_bar_ = false;      // on the terminal's last line
};

FetchProgress::FetchProgress(TextOutput& out, std::string name)
    : out_(out), name_(std::move(name)), is_terminal_(out.is_terminal()) {}

void FetchProgress::show(std::uint64_t have, std::uint64_t all) {
  if (!begin_ || have < had_) tenths_ = 0;
  if (!begin_ || have <= had_) {  // the time before the first byte is not part of the transfer
    begin_ = Clock::now();
    had_ = have;
  }
  const auto tenths = static_cast<std::uint64_t>(share_of(have, all) * 10);
  const bool is_due =
      is_terminal_ ? have == all || Clock::now() - last_drawn_ > std::chrono::milliseconds(100)
                   : tenths > tenths_;
  tenths_ = tenths;
  if (is_due) draw(have, all);
}

void FetchProgress::draw(std::uint64_t have, std::uint64_t all) {
  last_drawn_ = Clock::now();
  const std::string text = figures(have, all);
  if (is_terminal_) {
    const int room = terminal_width(out_.descriptor()) - static_cast<int>(text.size()) - 4;
    const int width = std::clamp(room, 0, 40);
    const int filled = static_cast<int>(share_of(have, all) * width);
    out_.print("\r[{:#<{}}{:<{}}] {}\033[K", "", filled, "", width - filled, text);
    has_bar_ = true;
  } else {
    out_.print("{}: {}\n", name_, text);
  }
}

std::string FetchProgress::figures(std::uint64_t have, std::uint64_t all) const {
  const double seconds = std::chrono::duration<double>(Clock::now() - *begin_).count();
  const double speed = static_cast<double>(have - had_) / std::max(seconds, 0.001);
  return fmt::format("{:3} %  {} of {}  {}/s", static_cast<int>(share_of(have, all) * 100),
                     describe_file_size(have), describe_file_size(all),
                     describe_file_size(static_cast<std::uint64_t>(speed)));
}

void FetchProgress::print(const std::string& sentence) {
  end();
  out_.put(sentence + "\n");
}

void FetchProgress::end() {
  if (std::exchange(has_bar_, false)) out_.put("\n");
}

/// A fetch that shows its progress.
class ShownFetch final : public FileDialogue {
 public:
  ShownFetch(PartFile& part, FetchProgress& progress)
      : part_(part),
        progress_(progress),
        fetch_(part, [this](const std::string& sentence) { progress_.print(sentence); }) {}

  FileRequest request() override { return fetch_.request(); }

  Next take_head(const HttpResponseHead& head) override { return fetch_.take_head(head); }

  Next take_body(Bytes bytes) override {
    const Next next = fetch_.take_body(bytes);
    if (fetch_.size_bytes() && next == Next::go_on)
      progress_.show(part_.size_bytes(), *fetch_.size_bytes());
    return next;
  }

  Next take_end() override { return fetch_.take_end(); }

  const std::string& error() const override { return fetch_.error(); }

 private:
  PartFile& part_;
  FetchProgress& progress_;
  FileFetch fetch_;
};

std::string url_of(const ViewerOptions& options) {
  return "http://" + to_string(options.file_server);
}

/// The --summary of both commands.
class Summary {
 public:
  explicit Summary(const ViewerOptions& options)
      : url_(url_of(options)), output_(options.summary) {}

  TextOutput& text_output() const { return output_.text_output(); }

  void write(nlohmann::json summary) {
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin_;
    summary["url"] = url_;
    summary["seconds"] = time.count();
    output_.write(summary);
  }

 private:
  const std::string url_;
  SummaryOutput output_;
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

std::string advice(const PartFile& part) {
  if (part.size_bytes() == 0) return "";
  return fmt::format("; '{}' keeps {}, and the same command resumes from there", part.part_name(),
                     describe_file_size(part.size_bytes()));
}

std::string describe_list(const ViewerOptions& options, const FileList& list) {
  std::string text = list.files.empty()
                         ? fmt::format("{} shares no recordings or pictures yet\n", url_of(options))
                         : make_table(list.files);
  if (list.left_out > 0) text += fmt::format("and {} older files\n", list.left_out);
  return text;
}

// The list is the only output, so failing to write it is an error. The reader may be a pager, so
// there is no time limit.
void put_list(std::string text, TextOutput& out) {
  const EarlyExit while_nobody_reads;
  out.put(std::move(text));
  const std::error_code error = out.flush();
  if (!error) return;
  throw std::runtime_error(fmt::format("cannot write the list to standard {}: {}",
                                       &out == &standard_output() ? "output" : "error",
                                       error.message()));
}

void list_files(const ViewerOptions& options) {
  Summary summary(options);
  FileListing listing;
  const std::string error = Conversation(options, listing).run([] { return false; });
  if (!error.empty()) throw std::runtime_error(error);
  put_list(describe_list(options, listing.list()), summary.text_output());
  summary.write(nlohmann::json::parse(to_json(listing.list())));
}

void fetch_file(const ViewerOptions& options) {
  PartFile part(options.fetch_name);
  Summary summary(options);
  FetchProgress progress(summary.text_output(), part.name());
  if (part.size_bytes() > 0)
    progress.print(fmt::format("'{}' has {} already", part.part_name(),
                               describe_file_size(part.size_bytes())));
  ShownFetch fetch(part, progress);
  const std::string error = Conversation(options, fetch).run([&] { return part.hash_some(); });
  progress.end();
  if (!error.empty()) throw std::runtime_error(error + advice(part));
  progress.print(fmt::format("fetched '{}', {}; its SHA-256 matches the sender's", part.name(),
                             describe_file_size(part.size_bytes())));
  summary.write({{"name", part.name()}, {"bytes", part.size_bytes()}});
}

}  // namespace

int run_file_command(const ViewerOptions& options) {
  let_frames_go_first();
  if (options.list_files)
    list_files(options);
  else
    fetch_file(options);
  return 0;
}

}  // namespace jpegwire
