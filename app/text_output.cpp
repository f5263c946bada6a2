#include "app/text_output.hpp"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>

#include "app/text.hpp"
#include "codec/thread_settings.hpp"

namespace jpegwire {
namespace {

// A descriptor may be non-blocking, because another program made it so.
void wait_until_writable(int descriptor) {
  pollfd writable{.fd = descriptor, .events = POLLOUT, .revents = 0};
  ::poll(&writable, 1, -1);
}

std::error_code write_whole(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written >= 0)
      text.remove_prefix(static_cast<std::size_t>(written));
    else if (errno == EAGAIN)
      wait_until_writable(descriptor);
    else if (errno != EINTR)
      return {errno, std::generic_category()};
  }
  return {};
}

bool are_same_file(int one, int other) {
  struct stat first{};
  struct stat second{};
  return ::fstat(one, &first) == 0 && ::fstat(other, &second) == 0 &&
         first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

}  // namespace

/// The texts that wait, and the thread that writes them. The thread owns it, too, so that it may
/// outlive the TextOutput while a write blocks.
class TextQueue : public std::enable_shared_from_this<TextQueue> {
 public:
  struct WaitingText {
    int descriptor;
    std::string text;
  };

  void put(WaitingText waiting) {
    const std::scoped_lock lock(mutex_);
    waiting_bytes_ += waiting.text.size();
    waiting_.push_back(std::move(waiting));
    while (waiting_bytes_ > TextOutput::kMaxWaitingBytes && waiting_.size() > 1) drop_oldest();
    start_thread();
    changed_.notify_all();
  }

  void end() {
    const std::scoped_lock lock(mutex_);
    has_ended_ = true;
    changed_.notify_all();
  }

  std::error_code flush(std::optional<TextOutput::Clock::time_point> deadline) {
    std::unique_lock lock(mutex_);
    const auto is_written = [this] { return waiting_.empty() && !is_writing_; };
    if (!deadline)
      changed_.wait(lock, is_written);
    else if (is_stuck_ || !changed_.wait_until(lock, *deadline, is_written))
      is_stuck_ = !is_written();
    if (is_stuck_) return std::make_error_code(std::errc::timed_out);
    return std::exchange(error_, {});
  }

 private:
  // Bars of progress, which have no line end, are not counted: the next one replaces them anyway.
  void drop_oldest() {
    const std::string& text = waiting_.front().text;
    dropped_lines_ += static_cast<std::uint64_t>(std::ranges::count(text, '\n'));
    waiting_bytes_ -= text.size();
    waiting_.pop_front();
  }

  // Not before the first text, because most tests and --help need none. If the system has no thread
  // left, the next text tries again.
  void start_thread() {
    if (has_thread_) return;
    try {
      std::thread([queue = shared_from_this()] { queue->write_all(); }).detach();
      has_thread_ = true;
    } catch (const std::system_error&) {
      has_thread_ = false;
    }
  }

  void write_all() {
    name_this_thread("text");
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return has_ended_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      const WaitingText next = take_next();
      is_writing_ = true;
      lock.unlock();
      const std::error_code error = write_whole(next.descriptor, next.text);
      lock.lock();
      is_writing_ = is_stuck_ = false;
      if (error) error_ = error;
      changed_.notify_all();
    }
  }

  WaitingText take_next() {
    if (dropped_lines_ > 0)
      return {waiting_.front().descriptor, describe_gap(std::exchange(dropped_lines_, 0))};
    WaitingText next = std::move(waiting_.front());
    waiting_.pop_front();
    waiting_bytes_ -= next.text.size();
    return next;
  }

  static std::string describe_gap(std::uint64_t lines) {
    return fmt::format("[{} dropped here, because nobody read this output]\n",
                       counted(lines, "line"));
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<WaitingText> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::uint64_t dropped_lines_ = 0;  // before the first that waits
  std::error_code error_;
  bool has_thread_ = false;
  bool has_ended_ = false;
  bool is_writing_ = false;
  bool is_stuck_ = false;  // a flush was in vain, and nothing was written since
};

namespace {

/// A queue that ends when the last output that uses it is destroyed, although its thread has it
/// too.
std::shared_ptr<TextQueue> make_queue() {
  const auto queue = std::make_shared<TextQueue>();
  return {queue.get(), [queue](TextQueue* unused) { unused->end(); }};
}

}  // namespace

TextOutput::TextOutput(int descriptor) : descriptor_(descriptor), queue_(make_queue()) {}

TextOutput::TextOutput(int descriptor, const TextOutput& other)
    : descriptor_(descriptor), queue_(other.queue_) {}

void TextOutput::put(std::string text) { queue_->put({descriptor_, std::move(text)}); }

std::error_code TextOutput::flush() { return queue_->flush(std::nullopt); }

std::error_code TextOutput::flush_until(Clock::time_point deadline) {
  return queue_->flush(deadline);
}

bool TextOutput::is_terminal() const { return ::isatty(descriptor_) == 1; }

// Never destroyed: threads that end last may still print, and a write may block for ever.
TextOutput& standard_error() {
  static TextOutput& output = *new TextOutput(STDERR_FILENO);
  return output;
}

TextOutput& standard_output() {
  static TextOutput& output = are_same_file(STDOUT_FILENO, STDERR_FILENO)
                                  ? *new TextOutput(STDOUT_FILENO, standard_error())
                                  : *new TextOutput(STDOUT_FILENO);
  return output;
}

void flush_standard_streams() {
  const auto deadline = TextOutput::Clock::now() + kLastLinesTimeout;
  for (TextOutput* output : {&standard_output(), &standard_error()}) [[maybe_unused]]
    const std::error_code ignored = output->flush_until(deadline);
}

}  // namespace jpegwire
