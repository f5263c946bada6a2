#include "net/web/file_connection.hpp"

#include <algorithm>
#include <asio/buffer.hpp>
#include <asio/write.hpp>
#include <exception>
#include <utility>

namespace jpegwire {
namespace {

constexpr milliseconds kLingerTimeout{2000};

// An unexpected error, such as no memory, ends this answer only.
FileAnswer::Step next_step(FileAnswer& answer, std::vector<std::byte>& out) {
  try {
    return answer.next(out);
  } catch (const std::exception&) {
    return FileAnswer::Step::cut_off;
  }
}

}  // namespace

FileConnection::FileConnection(asio::ip::tcp::socket socket, Admission::Ticket ticket,
                               FileAnswer answer, const ViewerCount& viewer_count,
                               milliseconds timeout, OnClosed on_closed)
    : socket_(std::move(socket)),
      ticket_(std::move(ticket)),
      deadline_(socket_.get_executor(), [this] { timed_out(); }),
      rest_(socket_.get_executor()),
      answer_(std::move(answer)),
      viewer_count_(viewer_count),
      timeout_(timeout),
      on_closed_(std::move(on_closed)) {}

void FileConnection::start() { go_on(); }

void FileConnection::close() {
  if (!socket_.is_open()) return;
  std::error_code ignored;
  socket_.close(ignored);
  deadline_.cancel();
  rest_.cancel();
  on_closed_(shared_from_this());
}

void FileConnection::go_on() {
  if (!socket_.is_open()) return;
  if (!is_more_) return hang_up();
  begin_ = std::chrono::steady_clock::now();
  outgoing_.clear();
  const FileAnswer::Step step = next_step(answer_, outgoing_);
  if (step == FileAnswer::Step::cut_off) {
    outcome_ = "the file cannot be read, or has changed";
    return close();
  }
  is_more_ = step == FileAnswer::Step::more;
  do_write();
}

void FileConnection::do_write() {
  is_writing_ = true;
  deadline_.set(timeout_);
  asio::async_write(socket_, asio::buffer(outgoing_),
                    [self = shared_from_this()](std::error_code error, std::size_t) {
                      self->is_writing_ = false;
                      self->deadline_.cancel();
                      if (error)
                        self->close();
                      else
                        self->do_rest();
                    });
}

// Frames would be delayed on a processor that is never idle, whatever the thread's priority.
void FileConnection::do_rest() {
  constexpr milliseconds kLongestRest{20};
  if (!is_more_ || !viewer_count_.any()) return go_on();
  const auto spent = std::chrono::steady_clock::now() - begin_;
  rest_.expires_after(std::min<std::chrono::steady_clock::duration>(spent, kLongestRest));
  rest_.async_wait([self = shared_from_this()](std::error_code) { self->go_on(); });
}

// The client closes first; otherwise it could lose bytes that it has not read.
void FileConnection::hang_up() {
  outcome_ = "all was sent";
  answer_.leave_place();
  std::error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  deadline_.set(kLingerTimeout);
  do_discard();
}

// Discards further requests, which the client may send again.
void FileConnection::do_discard() {
  socket_.async_read_some(asio::buffer(discarded_),
                          [self = shared_from_this()](std::error_code error, std::size_t) {
                            if (error) return self->close();
                            self->do_discard();
                          });
}

void FileConnection::timed_out() {
  if (is_writing_) outcome_ = "the client was too slow";
  close();
}

}  // namespace jpegwire
