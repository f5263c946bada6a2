#include "net/http/http_answer.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <boost/beast/http/status.hpp>
#include <ctime>

namespace jpegwire {

std::string reason_of(int status) {
  return std::string(boost::beast::http::obsolete_reason(
      boost::beast::http::int_to_status(static_cast<unsigned>(status))));
}

std::string http_date(std::time_t time) {
  return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(time));
}

std::string answer_head(const AnswerHead& head) {
  return fmt::format(
      "HTTP/1.1 {} {}\r\n"
      "Date: {}\r\n"
      "Server: jpegwire\r\n"
      "{}"
      "{}"
      "Cache-Control: {}\r\n"
      "X-Content-Type-Options: nosniff\r\n"
      "{}"
      "Connection: {}\r\n\r\n",
      head.status, reason_of(head.status), http_date(std::time(nullptr)),
      head.type.empty() ? "" : fmt::format("Content-Type: {}\r\n", head.type),
      head.size_bytes ? fmt::format("Content-Length: {}\r\n", *head.size_bytes) : "", head.caching,
      head.fields, head.keeps_alive ? "keep-alive" : "close");
}

}  // namespace jpegwire
