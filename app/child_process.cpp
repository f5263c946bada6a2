#include "app/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <csignal>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>

namespace jpegwire {
namespace {

[[noreturn]] void throw_last_error(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

Descriptor checked(long number, const char* what) {
  if (number < 0) throw_last_error(what);
  return Descriptor(static_cast<int>(number));
}

/// This process's environment with the changes, as "NAME=VALUE".
std::vector<std::string> with(const Environment& changes) {
  std::vector<std::string> variables;
  for (char** variable = ::environ; *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    const std::string_view name = text.substr(0, text.find('='));
    const bool is_kept =
        std::ranges::none_of(changes, [name](const auto& change) { return change.first == name; });
    if (is_kept) variables.emplace_back(text);
  }
  for (const auto& [name, value] : changes)
    if (!value.empty()) variables.push_back(name + "=" + value);
  return variables;
}

/// As exec() wants them; valid as long as the texts.
std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

/// Blocks all signals while it exists.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;
  ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

  const sigset_t& before() const { return before_; }

 private:
  sigset_t before_{};
};

/// As execve() does: what is ignored stays so, and no handler of the caller's runs in the program.
void reset_signal_handlers() {
  for (int signal = 1; signal < NSIG; ++signal) {
    struct sigaction action{};
    if (::sigaction(signal, nullptr, &action) == 0 && action.sa_handler != SIG_IGN)
      ::signal(signal, SIG_DFL);
  }
}

/// In the new process, which has one thread: any other may have held a lock of the C library, so
/// this allocates nothing.
[[noreturn]] void become(const std::vector<char*>& arguments, const std::vector<char*>& environment,
                         int out, int err, pid_t parent, const sigset_t& signals) {
  reset_signal_handlers();
  ::sigprocmask(SIG_SETMASK, &signals, nullptr);
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(126);
  ::dup2(::open("/dev/null", O_RDONLY | O_CLOEXEC), STDIN_FILENO);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(err, STDERR_FILENO);
  ::execvpe(arguments[0], arguments.data(), environment.data());
  ::_exit(127);
}

pid_t start(const Command& command, const Environment& environment, int out, int err) {
  const std::vector<std::string> variables = with(environment);
  const std::vector<char*> arguments = pointers_to(command);
  const std::vector<char*> variable_pointers = pointers_to(variables);
  const pid_t parent = ::getpid();
  const SignalsBlocked blocked;  // until the child no longer has our signal handlers
  const pid_t child = ::fork();
  if (child < 0) throw_last_error("fork");
  if (child == 0) become(arguments, variable_pointers, out, err, parent, blocked.before());
  ::setpgid(child, child);  // here too, because either process may run first
  return child;
}

/// Until then the numbers of the process and of its group are not reused.
void kill_and_reap(pid_t pid) {
  ::kill(-pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
}

// glibc 2.36 declares pidfd_open() for C alone.
Descriptor open_process(pid_t pid) {
  const long descriptor = ::syscall(SYS_pidfd_open, pid, 0);
  const int error = errno;
  if (descriptor < 0) kill_and_reap(pid);
  errno = error;
  return checked(descriptor, "pidfd_open");
}

Descriptor make_memory_file(const char* name) {
  return checked(::memfd_create(name, MFD_CLOEXEC), "memfd_create");
}

// pread leaves the offset alone, at which the program writes on.
std::string content(const Descriptor& file) {
  struct stat status{};
  if (::fstat(file.number(), &status) != 0) throw_last_error("fstat");
  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  const ssize_t size = ::pread(file.number(), text.data(), text.size(), 0);
  if (size < 0) throw_last_error("pread");
  text.resize(static_cast<std::size_t>(size));
  return text;
}

/// How a process has ended, without reaping it; nothing while it runs.
std::optional<siginfo_t> ending_of(pid_t pid) {
  siginfo_t ending{};
  const int failure = ::waitid(P_PID, static_cast<id_t>(pid), &ending, WEXITED | WNOHANG | WNOWAIT);
  if (failure != 0 || ending.si_pid != pid) return std::nullopt;
  return ending;
}

// Threads run on for a moment after kill() returns. The wait ends too if the process has ended.
void wait_until_stopped(pid_t pid) {
  siginfo_t change{};
  ::waitid(P_PID, static_cast<id_t>(pid), &change, WSTOPPED | WEXITED | WNOWAIT);
}

}  // namespace

ChildProcess::ChildProcess(Command command, const Environment& environment)
    : command_(std::move(command)),
      out_(make_memory_file("out")),
      err_(make_memory_file("err")),
      pid_(start(command_, environment, out_.number(), err_.number())),
      end_(open_process(pid_)) {}

ChildProcess::ChildProcess(asio::io_context& io, Command command)
    : ChildProcess(std::move(command)) {
  wake_at_end(io);
}

ChildProcess::~ChildProcess() { kill_and_reap(pid_); }

void ChildProcess::send_signal(int signal) const {
  ::kill(pid_, signal);
  if (signal == SIGSTOP) wait_until_stopped(pid_);
}

bool ChildProcess::has_ended() const { return ending_of(pid_).has_value(); }

bool ChildProcess::wait(std::chrono::milliseconds timeout) const {
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + timeout;
  while (!has_ended()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) return false;
    pollfd end{.fd = end_.number(), .events = POLLIN, .revents = 0};
    if (::poll(&end, 1, static_cast<int>(left.count())) < 0 && errno != EINTR)
      throw_last_error("poll");
  }
  return true;
}

int ChildProcess::exit_code() const {
  const std::optional<siginfo_t> ending = ending_of(pid_);
  if (!ending) return 0;
  return ending->si_code == CLD_EXITED ? ending->si_status : 128 + ending->si_status;
}

std::string ChildProcess::out() const { return content(out_); }
std::string ChildProcess::err() const { return content(err_); }

// The handler owns the descriptor that it waits for, so this object may be destroyed before it is
// called.
void ChildProcess::wake_at_end(asio::io_context& io) const {
  Descriptor copy = checked(::fcntl(end_.number(), F_DUPFD_CLOEXEC, 0), "fcntl");
  const auto end = std::make_shared<asio::posix::stream_descriptor>(io, copy.number());
  copy.release();
  end->async_wait(asio::posix::stream_descriptor::wait_read, [end](std::error_code) {});
}

}  // namespace jpegwire
