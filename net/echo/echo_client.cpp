#include "net/echo/echo_client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <utility>

#include "net/sockets/name_lookup.hpp"

namespace jpegwire {

std::chrono::nanoseconds EchoMeasurement::time(double percent) const {
  std::vector<std::chrono::nanoseconds> sorted = times;
  std::ranges::sort(sorted);
  const double rank = std::ceil(percent / 100 * static_cast<double>(sorted.size()));
  return sorted.at(static_cast<std::size_t>(std::max(rank, 1.0)) - 1);
}

double EchoMeasurement::reads_per_message() const {
  return static_cast<double>(std::accumulate(reads.begin(), reads.end(), std::size_t{0})) /
         static_cast<double>(reads.size());
}

double EchoMeasurement::megabits_per_second() const {
  return 2 * 8 * static_cast<double>(size) * 1e3 / static_cast<double>(time(50).count());
}

EchoClient::EchoClient(asio::io_context& io, const Endpoint& endpoint, const ReadSettings& read,
                       milliseconds timeout)
    : endpoint_(endpoint), read_(read), timeout_(timeout), io_(io) {
  std::error_code error;
  const auto found =
      asio::ip::tcp::resolver(io_).resolve(endpoint.host, std::to_string(endpoint.port), error);
  if (error)
    throw std::runtime_error(
        fmt::format("cannot connect to {}: {}", to_tcp_url(endpoint), describe(error)));
  const Connector::Addresses addresses(found.begin(), found.end());
  wait_for([&](const auto& done) {
    connector_.start(addresses,
                     [this, done](std::error_code trouble, asio::ip::tcp::socket socket) {
                       socket_ = std::move(socket);
                       done(trouble);
                     });
  });
  socket_.set_option(asio::ip::tcp::no_delay(true), error);
  apply(read_, socket_);
}

EchoMeasurement EchoClient::measure(std::size_t size, std::size_t round_trips) {
  EchoMeasurement measurement{.size = size};
  sent_.fill(size);
  for (std::size_t i = 0; i < round_trips; ++i) {
    const auto start = std::chrono::steady_clock::now();
    if (!make_round_trip()) break;
    measurement.times.push_back(std::chrono::steady_clock::now() - start);
    measurement.reads.push_back(answer_.reads());
    require_echo(std::ranges::equal(sent_.bytes(), answer_.bytes()));
  }
  return measurement;
}

// False where it was stopped.
bool EchoClient::wait_for(const Started& start) {
  if (is_stopped_) return false;
  std::optional<std::error_code> result;
  start([&result](std::error_code error) { result = error; });
  io_.restart();
  const auto deadline = std::chrono::steady_clock::now() + timeout_;
  while (!result && !is_stopped_ && io_.run_one_until(deadline) > 0) continue;
  if (result) {
    if (*result) fail(*result);
    return true;
  }
  give_up(result);
  if (is_stopped_) return false;
  throw std::runtime_error(
      fmt::format("{} did not answer within {} s; wait longer with --timeout S",
                  to_tcp_url(endpoint_), to_milliseconds(timeout_) / 1000));
}

// Lets a socket's handler run, which refers to the result; the connector calls nobody any more.
void EchoClient::give_up(const std::optional<std::error_code>& result) {
  connector_.cancel();
  socket_.close();
  io_.restart();
  while (!result && io_.poll_one() > 0) continue;
}

void EchoClient::fail(std::error_code error) const {
  if (error == asio::error::eof)
    throw std::runtime_error(fmt::format("{} closed the connection", to_tcp_url(endpoint_)));
  const char* advice = error == asio::error::connection_refused
                           ? "; start jpegwire-sender there with --echo and --tcp [ADDR:]PORT"
                           : "";
  throw std::runtime_error(fmt::format("the connection to {} failed: {}{}", to_tcp_url(endpoint_),
                                       describe(error), advice));
}

bool EchoClient::make_round_trip() { return send() && receive(); }

bool EchoClient::send() {
  std::span<const std::byte> left = sent_.bytes();
  while (!left.empty()) {
    std::size_t sent = 0;
    const bool goes_on = wait_for([&](const auto& done) {
      socket_.async_write_some(asio::buffer(left.data(), left.size()),
                               [done, &sent](std::error_code error, std::size_t size) {
                                 sent = size;
                                 done(error);
                               });
    });
    if (!goes_on) return false;
    left = left.subspan(sent);
  }
  return true;
}

bool EchoClient::receive() {
  answer_.begin();
  while (!answer_.is_whole())
    if (!receive_some()) return false;
  return true;
}

bool EchoClient::receive_some() {
  std::span<std::byte> space = answer_.space();
  if (read_.max_bytes > 0) space = space.first(std::min(space.size(), read_.max_bytes));
  std::size_t received = 0;
  const bool goes_on = wait_for([&](const auto& done) {
    socket_.async_read_some(asio::mutable_buffer(space.data(), space.size()),
                            [done, &received](std::error_code error, std::size_t size) {
                              received = size;
                              done(error);
                            });
  });
  if (goes_on) require_echo(answer_.received(received));
  return goes_on;
}

void EchoClient::require_echo(bool is_echo) const {
  if (!is_echo)
    throw std::runtime_error(
        fmt::format("{} does not echo: is it jpegwire-sender --echo?", to_tcp_url(endpoint_)));
}

}  // namespace jpegwire
