#include "net/share/file_connection.hpp"

#include <algorithm>
#include <asio/buffer.hpp>
#include <asio/write.hpp>
#include <chrono>
#include <exception>
#include <utility>

namespace jpegwire {
namespace {

constexpr milliseconds kFarewellPatience{2000};

// What no answer has foreseen, such as no memory, ends this one and nothing else.
bool next_messages(FileAnswer& answer, FileMessageWriter& out) {
  try {
    return answer.next(out);
  } catch (const std::exception&) {
    out.clear();
    out.add(Refusal{Refusal::Reason::unreadable, "it has no memory for that at present"});
    return false;
  }
}

}  // namespace

FileConnection::FileConnection(asio::ip::tcp::socket socket, SizePrefix prefix,
                               std::unique_ptr<FileAnswer> answer, const ViewerCount& viewer_count,
                               milliseconds patience, OnClosed on_closed)
    : socket_(std::move(socket)),
      deadline_(socket_.get_executor()),
      rest_(socket_.get_executor()),
      answer_(std::move(answer)),
      viewer_count_(viewer_count),
      patience_(patience),
      on_closed_(std::move(on_closed)),
      is_transfer_(dynamic_cast<FetchAnswer*>(answer_.get()) != nullptr),
      outgoing_(prefix) {}

void FileConnection::start() {
  do_watch_for_end();
  go_on();
}

void FileConnection::close() {
  if (!socket_.is_open()) return;
  std::error_code ignored;
  socket_.close(ignored);
  deadline_.cancel();
  rest_.cancel();
  on_closed_(shared_from_this(), outcome_);
}

void FileConnection::go_on() {
  if (!socket_.is_open()) return;
  if (!is_more_) return hang_up();
  begin_ = std::chrono::steady_clock::now();
  outgoing_.clear();
  is_more_ = next_messages(*answer_, outgoing_);
  if (!is_more_) outgoing_.add_end_of_stream();
  do_write();
}

// Frames are late on a processor that never rests, whoever goes first on it.
void FileConnection::do_rest() {
  constexpr milliseconds kLongestRest{20};
  if (!viewer_count_.any()) return go_on();
  const auto spent = std::chrono::steady_clock::now() - begin_;
  rest_.expires_after(std::min<std::chrono::steady_clock::duration>(spent, kLongestRest));
  rest_.async_wait([self = shared_from_this()](std::error_code) { self->go_on(); });
}

void FileConnection::do_write() {
  is_writing_ = true;
  do_limit_time(patience_);
  const Bytes bytes = outgoing_.bytes();
  asio::async_write(socket_, asio::buffer(bytes.data(), bytes.size()),
                    [self = shared_from_this()](std::error_code error, std::size_t) {
                      self->is_writing_ = false;
                      self->deadline_.cancel();
                      if (error)
                        self->close();
                      else
                        self->do_rest();
                    });
}

// The client closes first: else what it has yet to read might be lost.
void FileConnection::hang_up() {
  outcome_ = "it has been sent all";
  std::error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  do_limit_time(kFarewellPatience);
}

void FileConnection::do_limit_time(milliseconds patience) {
  deadline_.expires_after(patience);
  deadline_.async_wait([self = shared_from_this()](std::error_code error) {
    const bool is_over = self->deadline_.expiry() <= std::chrono::steady_clock::now();
    if (error || !is_over) return;  // it was about an earlier write
    if (self->is_writing_) self->outcome_ = "it was too slow";
    self->close();
  });
}

// A client says nothing behind its request, so what comes is its end, or a fault.
void FileConnection::do_watch_for_end() {
  socket_.async_wait(asio::ip::tcp::socket::wait_read,
                     [self = shared_from_this()](std::error_code) { self->close(); });
}

}  // namespace jpegwire
