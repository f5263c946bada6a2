#include "bench/runs/child.hpp"

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <asio/buffer.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

namespace jpegwire {
namespace {

constexpr std::size_t kMaxTextBytes = std::size_t{1} << 20;

void require(bool is_so, const char* what) {
  if (!is_so) throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

/// One end is for the program, the other for us.
class Child::Pipe {
 public:
  explicit Pipe(asio::io_context& io) : read_end(io) {
    std::array<int, 2> ends{};
    require(::pipe2(ends.data(), O_CLOEXEC) == 0, "pipe2");
    read_end.assign(ends[0]);
    read_end.non_blocking(true);
    write_end_ = ends[1];
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() { close_write_end(); }

  int write_end() const { return write_end_; }
  void close_write_end() {
    if (write_end_ >= 0) ::close(std::exchange(write_end_, -1));
  }

  asio::posix::stream_descriptor read_end;
  std::string text;

 private:
  int write_end_ = -1;
};

// Handlers may run after the Child has gone, so they hold this.
struct Child::State : std::enable_shared_from_this<State> {
  explicit State(asio::io_context& io) : out(io), err(io), end(io) {}

  void start(const Command& command) {
    pid = start_child(command, {}, out.write_end(), err.write_end());
    out.close_write_end();
    err.close_write_end();
    // glibc 2.36 declares pidfd_open() for C alone.
    const auto descriptor = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
    if (descriptor < 0) end_group();
    require(descriptor >= 0, "pidfd_open");
    end.assign(descriptor);
    do_read(out);
    do_read(err);
    do_wait_for_end();
  }

  void do_read(Pipe& pipe) {
    pipe.read_end.async_wait(asio::posix::stream_descriptor::wait_read,
                             [self = shared_from_this(), &pipe](std::error_code error) {
                               if (!error && take(pipe)) self->do_read(pipe);
                             });
  }

  // False once there is nothing more to come.
  static bool take(Pipe& pipe) {
    std::array<char, 4096> piece{};
    for (;;) {
      std::error_code error;
      const std::size_t size = pipe.read_end.read_some(asio::buffer(piece), error);
      if (error) return error == asio::error::would_block;
      const std::size_t room = kMaxTextBytes - std::min(kMaxTextBytes, pipe.text.size());
      pipe.text.append(piece.data(), std::min(size, room));
    }
  }

  void do_wait_for_end() {
    end.async_wait(asio::posix::stream_descriptor::wait_read,
                   [self = shared_from_this()](std::error_code error) {
                     if (!error) self->end_group();
                   });
  }

  // With it goes all that it has started, whether it has ended by itself or not. Its group's id can
  // belong to no other before it is reaped, so that is the last moment to use it.
  void end_group() {
    if (has_ended || pid < 0) return;
    ::kill(-pid, SIGKILL);
    int status = 0;
    if (::waitpid(pid, &status, 0) != pid) return;
    take(out);  // what it wrote last may not have been read yet
    take(err);
    exit_code = exit_code_of(status);
    has_ended = true;
  }

  Pipe out;
  Pipe err;
  asio::posix::stream_descriptor end;
  pid_t pid = -1;
  bool has_ended = false;
  int exit_code = 0;
};

Child::Child(asio::io_context& io, Command command)
    : command_(std::move(command)), state_(std::make_shared<State>(io)) {
  state_->start(command_);
}

Child::~Child() {
  state_->end_group();
  state_->out.read_end.close();
  state_->err.read_end.close();
  state_->end.close();
}

pid_t Child::pid() const { return state_->pid; }
bool Child::has_ended() const { return state_->has_ended; }
int Child::exit_code() const { return state_->exit_code; }
const std::string& Child::out() const { return state_->out.text; }
const std::string& Child::err() const { return state_->err.text; }

void Child::interrupt() {
  if (!state_->has_ended) ::kill(state_->pid, SIGINT);
}

}  // namespace jpegwire
