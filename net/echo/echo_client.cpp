#include "net/echo/echo_client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <asio/connect.hpp>
#include <asio/write.hpp>
#include <cmath>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <utility>

#include "net/tcp/name_lookup.hpp"

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

EchoClient::EchoClient(const Endpoint& endpoint, const ReadSettings& read, milliseconds patience)
    : endpoint_(endpoint), read_(read), patience_(patience) {
  std::error_code error;
  const auto addresses =
      asio::ip::tcp::resolver(io_).resolve(endpoint.host, std::to_string(endpoint.port), error);
  if (error)
    throw std::runtime_error(
        fmt::format("cannot connect to {}: {}", to_tcp_url(endpoint), describe(error)));
  wait_for([&](const auto& done) {
    asio::async_connect(socket_, addresses,
                        [done](std::error_code trouble, const auto&) { done(trouble); });
  });
  socket_.set_option(asio::ip::tcp::no_delay(true), error);
  apply(read_, socket_);
}

EchoMeasurement EchoClient::measure(std::size_t size, std::size_t round_trips) {
  EchoMeasurement measurement{.size = size};
  sent_.fill(size);
  for (std::size_t i = 0; i < round_trips; ++i) {
    const auto start = std::chrono::steady_clock::now();
    send();
    receive();
    measurement.times.push_back(std::chrono::steady_clock::now() - start);
    measurement.reads.push_back(answer_.reads());
    if (!std::ranges::equal(sent_.bytes(), answer_.bytes()))
      throw std::runtime_error(
          fmt::format("{} does not echo: is it jpegwire-sender --echo?", to_tcp_url(endpoint_)));
  }
  return measurement;
}

void EchoClient::wait_for(const Started& start) {
  std::optional<std::error_code> result;
  start([&result](std::error_code error) { result = error; });
  io_.restart();
  io_.run_for(patience_);
  if (!result) {
    socket_.close();
    io_.restart();
    io_.run();  // lets the handler, which refers to the result, run
    throw std::runtime_error(fmt::format("{} did not answer within {} s", to_tcp_url(endpoint_),
                                         to_milliseconds(patience_) / 1000));
  }
  if (*result == asio::error::eof)
    throw std::runtime_error(fmt::format("{} closed the connection", to_tcp_url(endpoint_)));
  if (*result)
    throw std::runtime_error(
        fmt::format("the connection to {} failed: {}", to_tcp_url(endpoint_), describe(*result)));
}

void EchoClient::send() {
  wait_for([this](const auto& done) {
    asio::async_write(socket_, asio::buffer(sent_.bytes().data(), sent_.bytes().size()),
                      [done](std::error_code error, std::size_t) { done(error); });
  });
}

void EchoClient::receive() {
  answer_.begin();
  while (!answer_.is_whole()) receive_some();
}

void EchoClient::receive_some() {
  std::span<std::byte> space = answer_.space();
  if (read_.most_bytes > 0) space = space.first(std::min(space.size(), read_.most_bytes));
  std::size_t received = 0;
  wait_for([&](const auto& done) {
    socket_.async_read_some(asio::mutable_buffer(space.data(), space.size()),
                            [done, &received](std::error_code error, std::size_t size) {
                              received = size;
                              done(error);
                            });
  });
  if (!answer_.received(received))
    throw std::runtime_error(
        fmt::format("{} does not echo: is it jpegwire-sender --echo?", to_tcp_url(endpoint_)));
}

}  // namespace jpegwire
