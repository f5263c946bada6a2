#include "net/sockets/name_lookup.hpp"

#include <asio/post.hpp>
#include <string>
#include <thread>
#include <utility>

namespace jpegwire {

bool is_about_name(std::error_code error) {
  return error.category() == asio::error::get_netdb_category() ||
         error.category() == asio::error::get_addrinfo_category();
}

std::string describe(std::error_code error) {
  if (error == asio::error::host_not_found) return "no host of this name is known";
  if (error == asio::error::host_not_found_try_again) return "the name server does not answer";
  return error.message();
}

void NameLookup::start(const Endpoint& endpoint, OnAnswer on_answer) {
  cancel();
  work_.emplace(io_.get_executor());
  question_ = std::make_shared<Question>();
  question_->io = &io_;
  question_->on_answer = [this, on_answer = std::move(on_answer)](std::error_code error,
                                                                  const Addresses& addresses) {
    cancel();
    on_answer(error, addresses);
  };
  std::thread(&NameLookup::ask, question_, endpoint).detach();
}

void NameLookup::cancel() {
  work_.reset();
  const std::shared_ptr<Question> question = std::move(question_);
  if (!question) return;
  const std::scoped_lock lock(question->mutex);
  question->io = nullptr;
}

void NameLookup::ask(const std::shared_ptr<Question>& question, const Endpoint& endpoint) {
  asio::io_context unused;
  std::error_code error;
  const auto found =
      asio::ip::tcp::resolver(unused).resolve(endpoint.host, std::to_string(endpoint.port), error);
  Addresses addresses;
  for (const auto& entry : found) addresses.push_back(entry.endpoint());

  const std::scoped_lock lock(question->mutex);
  if (question->io == nullptr) return;
  asio::post(*question->io, [question, error, addresses = std::move(addresses)] {
    // Cancelling happens on this thread too, so it cannot come in between.
    std::unique_lock waiting(question->mutex);
    if (question->io == nullptr) return;
    const OnAnswer on_answer = std::move(question->on_answer);
    waiting.unlock();
    on_answer(error, addresses);
  });
}

}  // namespace jpegwire
