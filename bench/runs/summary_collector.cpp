#include "bench/runs/summary_collector.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <asio/buffer.hpp>
#include <asio/read.hpp>
#include <asio/read_until.hpp>
#include <asio/write.hpp>
#include <cstddef>
#include <optional>
#include <random>

#include "app/parse_number.hpp"
#include "bench/runs/program_end.hpp"
#include "net/http/http_head.hpp"
#include "net/sockets/endpoint.hpp"

namespace jpegwire {
namespace {

using asio::ip::tcp;

constexpr std::size_t kMaxHeadBytes = 8192;
constexpr std::size_t kMaxBodyBytes = std::size_t{1} << 20;

std::string random_path() {
  std::random_device random;
  return fmt::format("/{:08x}{:08x}", random(), random());
}

/// The rest of the target after `prefix`: "7.2" in "PATH/after/7.2" for "PATH/after/"; nothing if
/// the target does not begin with `prefix`.
std::optional<std::string> run_after(std::string_view prefix, std::string_view target) {
  if (!target.starts_with(prefix)) return std::nullopt;
  return std::string(target.substr(prefix.size()));
}

}  // namespace

/// One connection. Its handlers share ownership. It does not use `owner` after it is closed.
class SummaryCollector::Request : public std::enable_shared_from_this<Request> {
 public:
  Request(SummaryCollector& owner, tcp::socket socket)
      : owner_(&owner), socket_(std::move(socket)) {}

  void start() {
    asio::async_read_until(socket_, asio::dynamic_buffer(text_, kMaxHeadBytes), "\r\n\r\n",
                           [self = shared_from_this()](std::error_code error, std::size_t size) {
                             self->on_head(error, size);
                           });
  }

  /// From now on detects that the other end has closed the connection.
  void do_watch() {
    socket_.async_read_some(asio::buffer(unexpected_),
                            [self = shared_from_this()](std::error_code, std::size_t) {
                              if (self->owner_ != nullptr) self->owner_->waiting_.remove(self);
                              self->close();
                            });
  }

  void answer(const std::string& line) {
    owner_ = nullptr;
    text_ = fmt::format("HTTP/1.0 200 OK\r\nContent-Length: {}\r\n\r\n{}", line.size(), line);
    asio::async_write(socket_, asio::buffer(text_),
                      [self = shared_from_this()](std::error_code, std::size_t) { self->close(); });
  }

  void close() {
    owner_ = nullptr;
    std::error_code ignored;
    socket_.close(ignored);
  }

  std::string body() const { return text_.substr(head_bytes_); }

 private:
  void on_head(std::error_code error, std::size_t size) {
    if (error || owner_ == nullptr) return close();
    const HttpRequestHead head =
        parse_request_head(std::as_bytes(std::span(text_)).first(size), kMaxHeadBytes);
    if (head.state != HttpHead::State::complete) return close();
    head_bytes_ = size;
    if (head.method == "GET") return on_get(head);
    const auto run = run_after(owner_->path_ + "/", head.target);
    const bool is_summary = head.method == "POST" && run && head.content_length;
    if (!is_summary || *head.content_length > kMaxBodyBytes) return close();
    const auto body = static_cast<std::size_t>(*head.content_length);
    do_read_body(*run, body - std::min(body, text_.size() - size));
  }

  void on_get(const HttpRequestHead& head) {
    const auto run = run_after(owner_->path_ + "/after/", head.target);
    if (!run) return close();
    const auto number = parse_number<int>(run->substr(0, run->find('.')));
    if (!number) return close();
    owner_->ask(shared_from_this(), *number);
  }

  void do_read_body(const std::string& run, std::size_t missing) {
    asio::async_read(socket_, asio::dynamic_buffer(text_, kMaxHeadBytes + kMaxBodyBytes),
                     asio::transfer_exactly(missing),
                     [self = shared_from_this(), run](std::error_code error, std::size_t) {
                       if (error || self->owner_ == nullptr) return self->close();
                       self->owner_->take(run, self);
                     });
  }

  SummaryCollector* owner_;
  tcp::socket socket_;
  std::string text_;
  std::array<char, 1> unexpected_{};
  std::size_t head_bytes_ = 0;
};

SummaryCollector::SummaryCollector(asio::io_context& io, const std::string& address)
    : acceptor_(io, tcp::endpoint(asio::ip::make_address(address), 0)), path_(random_path()) {
  do_accept();
}

SummaryCollector::~SummaryCollector() {
  for (const auto& request : waiting_) request->close();
  std::error_code ignored;
  acceptor_.close(ignored);
}

std::string SummaryCollector::url() const {
  const tcp::endpoint own = acceptor_.local_endpoint();
  return fmt::format("http://{}{}", to_string(Endpoint{own.address().to_string(), own.port()}),
                     path_);
}

void SummaryCollector::open(int run, int case_number) {
  run_ = run;
  name_ = fmt::format("{}.{}", run, case_number);
  summaries_.clear();
  answer_waiting(name_ + "\n");
}

void SummaryCollector::close() {
  name_.clear();
  summaries_.clear();
}

void SummaryCollector::dismiss() {
  close();
  is_dismissed_ = true;
  answer_waiting("");
}

void SummaryCollector::do_accept() {
  acceptor_.async_accept([this](std::error_code error, tcp::socket socket) {
    if (error == asio::error::operation_aborted) return;
    if (!error) std::make_shared<Request>(*this, std::move(socket))->start();
    do_accept();
  });
}

void SummaryCollector::ask(const std::shared_ptr<Request>& request, int after) {
  if (is_dismissed_) return request->answer("");
  if (!name_.empty() && after < run_) return request->answer(name_ + "\n");
  waiting_.push_back(request);
  request->do_watch();
}

// Answer late requests at once, too: the next run begins only when they have ended.
void SummaryCollector::take(const std::string& run, const std::shared_ptr<Request>& request) {
  if (run != name_) return request->answer(fmt::format("run {} has already ended\n", run));
  summaries_.push_back(last_object(request->body()));
  request->answer(fmt::format("run {}: a viewer has ended\n", run));
}

void SummaryCollector::answer_waiting(const std::string& text) {
  for (const auto& request : waiting_) request->answer(text);
  waiting_.clear();
}

}  // namespace jpegwire
