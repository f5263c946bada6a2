#include "app/end_signals.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>

namespace jpegwire::end_signals_test {
namespace {

// The exit status of a process that receives the signal during its start.
int status_after(int signal) {
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(signal, SIG_DFL);  // nohup ignores SIGHUP
    {
      const EarlyExit at_start;
      ::raise(signal);
    }
    std::_Exit(EXIT_FAILURE);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  return status;
}

TEST_CASE("a signal that arrives during the start ends the program", "[no_tsan]") {
  const int signal = GENERATE(SIGINT, SIGTERM, SIGHUP);
  for (int attempt = 0; attempt < 50; ++attempt) {
    const int status = status_after(signal);
    REQUIRE(WIFEXITED(status));
    REQUIRE(WEXITSTATUS(status) == EXIT_SUCCESS);
  }
}

}  // namespace
}  // namespace jpegwire::end_signals_test
