#include "sender/sources/device_users.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <fstream>
#include <string>

#include "support/temporary_directory.hpp"

namespace jpegwire::device_users_test {
namespace {

/// A process that has a file open until it is destroyed.
class User {
 public:
  explicit User(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDONLY);
    process_ = ::fork();
    if (process_ == 0)
      for (;;) ::pause();
    ::close(file);
  }
  User(const User&) = delete;
  User& operator=(const User&) = delete;
  ~User() {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }

  std::string process() const { return std::to_string(process_); }

 private:
  pid_t process_ = -1;
};

TEST_CASE("the program that has a device open is named") {
  const TemporaryDirectory directory;
  const std::string path = directory / "device";
  std::ofstream(path) << "x";
  CHECK_FALSE(program_using(path));
  {
    const User user(path);
    const auto name = program_using(path);
    REQUIRE(name);
    CHECK_THAT(*name, Catch::Contains("(process " + user.process() + ")"));
  }
  CHECK_FALSE(program_using(path));
  CHECK_FALSE(program_using(directory / "absent"));
}

TEST_CASE("this program's own use is not another's") {
  const TemporaryDirectory directory;
  const std::string path = directory / "device";
  std::ofstream file(path);
  CHECK_FALSE(program_using(path));
}

}  // namespace
}  // namespace jpegwire::device_users_test
