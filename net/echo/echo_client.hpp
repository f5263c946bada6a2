#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <cstddef>
#include <functional>
#include <optional>
#include <system_error>
#include <vector>

#include "codec/time.hpp"
#include "net/echo/echo_message.hpp"
#include "net/sockets/connector.hpp"
#include "net/sockets/endpoint.hpp"
#include "net/sockets/socket_options.hpp"

namespace jpegwire {

/// The round trips of messages of one size.
struct EchoMeasurement {
  std::size_t size = 0;  // bytes, without the prefix
  std::vector<std::chrono::nanoseconds> times{};
  std::vector<std::size_t> reads{};  // that it took to receive each answer

  /// The given percentile of all times (nearest rank).
  std::chrono::nanoseconds time(double percent) const;
  double reads_per_message() const;    // the mean
  double megabits_per_second() const;  // of the message, there and back, in the median time
};

/// Measures against an EchoServer. Waits in each call, and runs the io context meanwhile; but no
/// longer than its timeout with nothing sent or received. Bound to one thread.
class EchoClient {
 public:
  /// Connects. Throws std::runtime_error with one sentence.
  EchoClient(asio::io_context& io, const Endpoint& endpoint, const ReadSettings& read,
             milliseconds timeout);

  /// Sends `round_trips` messages of this size, one after the other. Throws std::runtime_error if
  /// an answer is missing or differs from the message. After stop() it returns the measurements
  /// that were complete.
  EchoMeasurement measure(std::size_t size, std::size_t round_trips);

  /// Ends the measurement without waiting for outstanding answers. For handlers of the io context.
  void stop() { is_stopped_ = true; }
  bool is_stopped() const { return is_stopped_; }

 private:
  using Started = std::function<void(const std::function<void(std::error_code)>&)>;

  bool wait_for(const Started& start);
  void give_up(const std::optional<std::error_code>& result);
  [[noreturn]] void fail(std::error_code error) const;
  bool make_round_trip();
  bool send();
  bool receive();
  bool receive_some();
  void require_echo(bool is_echo) const;

  const Endpoint endpoint_;
  const ReadSettings read_;
  const milliseconds timeout_;
  asio::io_context& io_;
  bool is_stopped_ = false;
  Connector connector_{io_};
  asio::ip::tcp::socket socket_{io_};
  EchoMessage sent_;
  EchoMessage answer_;
};

}  // namespace jpegwire
