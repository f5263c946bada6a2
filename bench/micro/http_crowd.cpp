// Many HTTP viewers in one process with little CPU: it reads the headers of the parts and lets the
// kernel discard the bytes of the JPEGs. Prints one JSON object.
//
//   http_crowd PORT VIEWERS SECONDS

#include <fmt/format.h>
#include <sys/socket.h>

#include <asio/connect.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>
#include <asio/write.hpp>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/histogram.hpp"
#include "app/parse_number.hpp"
#include "codec/time.hpp"
#include "net/framing/multipart.hpp"
#include "number_argument.hpp"

namespace jpegwire {
namespace {

using asio::ip::tcp;

/// The frames that all viewers have received since the measurement began.
struct Seen {
  bool is_counting = false;
  Histogram age_us;
};

class CrowdViewer {
 public:
  CrowdViewer(asio::io_context& io, std::uint16_t port, Seen& seen) : socket_(io), seen_(seen) {
    socket_.connect({asio::ip::address_v4::loopback(), port});
    const std::string request =
        fmt::format("GET /stream HTTP/1.1\r\nHost: localhost:{}\r\n\r\n", port);
    asio::write(socket_, asio::buffer(request));
    socket_.non_blocking(true);
    do_wait();
  }

  void begin_counting() { frames_ = 0; }
  std::uint64_t frames() const { return frames_; }
  bool is_cut_off() const { return is_cut_off_; }

 private:
  void do_wait() {
    socket_.async_wait(tcp::socket::wait_read, [this](std::error_code error) {
      if (!error && read_all()) do_wait();
    });
  }

  bool read_all() {
    ssize_t size = 1;
    while (size > 0) size = to_drop_ > 0 ? drop() : read_head();
    is_cut_off_ = size == 0 || (errno != EAGAIN && errno != EINTR);
    return !is_cut_off_;
  }

  // tcp(7): with MSG_TRUNC the bytes are discarded and not copied.
  ssize_t drop() {
    const ssize_t size = ::recv(socket_.native_handle(), nullptr, to_drop_, MSG_TRUNC);
    if (size > 0 && (to_drop_ -= static_cast<std::size_t>(size)) == 0) count();
    return size;
  }

  ssize_t read_head() {
    char piece[512];
    const ssize_t peeked = ::recv(socket_.native_handle(), piece, sizeof piece, MSG_PEEK);
    if (peeked <= 0) return peeked;
    const std::size_t before = head_.size();
    head_.append(piece, static_cast<std::size_t>(peeked));
    const MultipartHead head = read_multipart_head(std::as_bytes(std::span(head_)), "");
    const bool is_whole = head.size_bytes > 0;
    const std::size_t taken = is_whole ? head.size_bytes - before : head_.size() - before;
    static_cast<void>(::recv(socket_.native_handle(), piece, taken, 0));
    if (!is_whole) return peeked;
    to_drop_ = static_cast<std::size_t>(head.content_length.value_or(0));
    capture_time_us_ = capture_time_in(std::string_view(head_).substr(0, head.size_bytes));
    head_.clear();  // bytes of the JPEG follow
    return peeked;
  }

  /// In microseconds; 0 for the header of the response, which has no X-Timestamp.
  static std::size_t capture_time_in(std::string_view head) {
    std::string digits(find_part_field(head, "X-Timestamp").value_or(""));
    std::erase(digits, '.');  // the fraction has six digits
    return parse_number<std::size_t>(digits).value_or(0);
  }

  void count() {
    ++frames_;
    if (!seen_.is_counting) return;
    const auto now = static_cast<std::size_t>(wall_now().time_since_epoch().count());
    seen_.age_us.record(now > capture_time_us_ ? now - capture_time_us_ : 0);
  }

  tcp::socket socket_;
  Seen& seen_;
  std::string head_;
  std::size_t to_drop_ = 0;
  std::size_t capture_time_us_ = 0;
  std::uint64_t frames_ = 0;
  bool is_cut_off_ = false;
};

/// The first second is warm-up.
nlohmann::json watch(std::uint16_t port, int viewers, double seconds) {
  asio::io_context io{1};
  Seen seen;
  std::vector<std::unique_ptr<CrowdViewer>> crowd;
  for (int i = 0; i < viewers; ++i) crowd.push_back(std::make_unique<CrowdViewer>(io, port, seen));
  io.run_for(std::chrono::seconds(1));
  for (const auto& viewer : crowd) viewer->begin_counting();
  seen.is_counting = true;
  io.run_for(
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(seconds)));
  std::vector<std::uint64_t> frames;
  int cut_off = 0;
  for (const auto& viewer : crowd) {
    frames.push_back(viewer->frames());
    cut_off += viewer->is_cut_off();
  }
  std::ranges::sort(frames);
  std::uint64_t total = 0;
  for (const std::uint64_t number : frames) total += number;
  return {{"viewers", viewers},
          {"cut_off", cut_off},
          {"frames", total},
          {"frames_least", frames.front()},
          {"frames_most", frames.back()},
          {"age_ms_p50", seen.age_us.percentile(50).value_or(0) / 1000},
          {"age_ms_p99", seen.age_us.percentile(99).value_or(0) / 1000}};
}

}  // namespace
}  // namespace jpegwire

int main(int argc, char** argv) {
  if (argc != 4) {
    fmt::print(stderr, "usage: http_crowd PORT VIEWERS SECONDS\n");
    return 2;
  }
  using jpegwire::bench::number_argument;
  const auto port = number_argument<std::uint16_t>(argv[1]);
  const auto viewers = number_argument<int>(argv[2]);
  fmt::print("{}\n", jpegwire::watch(port, viewers, number_argument<double>(argv[3])).dump());
}
