#include "net/sockets/name_lookup.hpp"

#include <fcntl.h>
#include <sys/eventfd.h>

#include <asio/post.hpp>
#include <cerrno>
#include <string>
#include <utility>

#include "app/descriptor.hpp"

namespace jpegwire {

bool is_about_name(std::error_code error) {
  return error.category() == asio::error::get_netdb_category() ||
         error.category() == asio::error::get_addrinfo_category();
}

std::string describe(std::error_code error) {
  if (error == asio::error::host_not_found) return "host not found";
  if (error == asio::error::host_not_found_try_again) return "the name server does not answer";
  return error.message();
}

/// Written by the thread, and read once it has been joined.
struct NameLookup::Question {
  explicit Question(Endpoint asked) : endpoint(std::move(asked)) {}

  void find_addresses() {
    asio::io_context unused;
    const auto found = asio::ip::tcp::resolver(unused).resolve(
        endpoint.host, std::to_string(endpoint.port), error);
    for (const auto& entry : found) addresses.push_back(entry.endpoint());
    ::eventfd_write(answered.number(), 1);
  }

  const Endpoint endpoint;
  const Descriptor answered{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  std::error_code error;
  Addresses addresses;
};

void NameLookup::start(const Endpoint& endpoint, OnAnswer on_answer) {
  cancel();
  on_answer_ = std::move(on_answer);
  question_ = std::make_shared<Question>(endpoint);
  try {
    ask();
  } catch (const std::system_error& failed) {  // no descriptor or no thread is left
    question_->error = failed.code();
    asio::post(answered_.get_executor(), [this, question = question_] {
      if (question == question_) give_answer();
    });
  }
}

void NameLookup::cancel() {
  question_.reset();
  std::error_code ignored;
  answered_.close(ignored);
  if (thread_.joinable()) thread_.detach();
}

void NameLookup::ask() {
  const Descriptor& answered = question_->answered;
  const int copy = answered.is_open() ? ::fcntl(answered.number(), F_DUPFD_CLOEXEC, 0) : -1;
  if (copy < 0) throw std::system_error(errno, std::generic_category());
  answered_.assign(copy);
  do_wait_for_answer();
  thread_ = std::thread([question = question_] { question->find_addresses(); });
}

void NameLookup::do_wait_for_answer() {
  answered_.async_wait(asio::posix::stream_descriptor::wait_read,
                       [this, question = question_](std::error_code error) {
                         if (!error && question == question_) give_answer();
                       });
}

void NameLookup::give_answer() {
  if (thread_.joinable()) thread_.join();  // it has just written its last
  const std::shared_ptr<Question> question = question_;
  const OnAnswer on_answer = std::move(on_answer_);
  cancel();
  on_answer(question->error, question->addresses);
}

}  // namespace jpegwire
