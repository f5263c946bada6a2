#include "bench/summary_collector.hpp"

#include <fmt/format.h>

#include <asio/buffer.hpp>
#include <asio/read.hpp>
#include <asio/read_until.hpp>
#include <asio/write.hpp>
#include <cstdint>
#include <optional>
#include <random>
#include <regex>

#include "bench/program_end.hpp"
#include "net/endpoint.hpp"
#include "net/parse_number.hpp"

namespace jpegwire {
namespace {

using asio::ip::tcp;

constexpr std::size_t kMostHeadBytes = 8192;
constexpr std::size_t kMostBodyBytes = std::size_t{1} << 20;

std::string random_path() {
  std::random_device random;
  return fmt::format("/{:08x}{:08x}", random(), random());
}

/// Nothing where it is another thing than a post to that path, or too long.
std::optional<std::size_t> body_size(const std::string& head, const std::string& path) {
  if (!head.starts_with(fmt::format("POST {} HTTP/1.", path))) return std::nullopt;
  static const std::regex length(R"(\r\nContent-Length: *(\d{1,9})\r\n)", std::regex::icase);
  std::smatch match;
  if (!std::regex_search(head, match, length)) return std::nullopt;
  const auto size = parse_number<std::size_t>(match[1].str());
  return size && *size <= kMostBodyBytes ? size : std::nullopt;
}

}  // namespace

/// One connection. Its handlers hold it; `owner` is gone once it is closed.
class SummaryCollector::Delivery : public std::enable_shared_from_this<Delivery> {
 public:
  Delivery(SummaryCollector& owner, tcp::socket socket)
      : owner_(&owner), socket_(std::move(socket)) {}

  void start() {
    asio::async_read_until(socket_, asio::dynamic_buffer(text_, kMostHeadBytes), "\r\n\r\n",
                           [self = shared_from_this()](std::error_code error, std::size_t size) {
                             self->head_came(error, size);
                           });
  }
  void answer(const std::string& line) {
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
  void head_came(std::error_code error, std::size_t size) {
    if (error || owner_ == nullptr) return close();
    head_bytes_ = size;
    const auto body = body_size(text_.substr(0, size), owner_->path_);
    if (!body) return close();
    do_read_body(*body - std::min(*body, text_.size() - size));
  }
  void do_read_body(std::size_t missing) {
    asio::async_read(socket_, asio::dynamic_buffer(text_, kMostHeadBytes + kMostBodyBytes),
                     asio::transfer_exactly(missing),
                     [self = shared_from_this()](std::error_code error, std::size_t) {
                       if (error || self->owner_ == nullptr) return self->close();
                       self->owner_->take(self);
                     });
  }

  SummaryCollector* owner_;
  tcp::socket socket_;
  std::string text_;
  std::size_t head_bytes_ = 0;
};

SummaryCollector::SummaryCollector(asio::io_context& io, const std::string& address)
    : acceptor_(io, tcp::endpoint(asio::ip::make_address(address), 0)), path_(random_path()) {
  do_accept();
}

SummaryCollector::~SummaryCollector() {
  for (const auto& delivery : deliveries_) delivery->close();
  std::error_code ignored;
  acceptor_.close(ignored);
}

std::string SummaryCollector::url() const {
  const tcp::endpoint own = acceptor_.local_endpoint();
  return fmt::format("http://{}{}", to_string(Endpoint{own.address().to_string(), own.port()}),
                     path_);
}

void SummaryCollector::do_accept() {
  acceptor_.async_accept([this](std::error_code error, tcp::socket socket) {
    if (error == asio::error::operation_aborted) return;
    if (!error) std::make_shared<Delivery>(*this, std::move(socket))->start();
    do_accept();
  });
}

void SummaryCollector::take(const std::shared_ptr<Delivery>& delivery) {
  summaries_.push_back(last_object(delivery->body()));
  deliveries_.push_back(delivery);
}

void SummaryCollector::answer(const std::string& line) {
  for (const auto& delivery : deliveries_) delivery->answer(line);
  deliveries_.clear();
  summaries_.clear();
}

}  // namespace jpegwire
