#pragma once

#include <sys/types.h>

#include <asio/io_context.hpp>
#include <memory>
#include <string>

#include "app/child_process.hpp"

namespace jpegwire {

/// A program that was started, and what it writes, as far as the loop has read it. It is killed
/// with this object, and what it has started itself when it ends. Bound to the thread of the io
/// context.
class Child {
 public:
  /// Throws std::system_error where the system has no room for it.
  Child(asio::io_context& io, Command command);
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();

  const Command& command() const { return command_; }
  pid_t pid() const;

  /// As Ctrl-C does.
  void interrupt();

  bool has_ended() const;

  /// Of one that has ended: the exit code, or 128 and the signal that ended it.
  int exit_code() const;

  // What it has written; of a program that writes without end, the beginning.
  const std::string& out() const;
  const std::string& err() const;

 private:
  class Pipe;
  struct State;

  const Command command_;
  std::shared_ptr<State> state_;
};

}  // namespace jpegwire
