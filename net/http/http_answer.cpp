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

std::string answer_head(const AnswerHead& head) {
  return fmt::format(
      "HTTP/1.1 {} {}\r\n"
      "Date: {:%a, %d %b %Y %H:%M:%S} GMT\r\n"
      "Server: jpegwire\r\n"
      "Content-Type: {}\r\n"
      "{}"
      "Cache-Control: no-store\r\n"
      "X-Content-Type-Options: nosniff\r\n"
      "{}"
      "Connection: {}\r\n\r\n",
      head.status, reason_of(head.status), fmt::gmtime(std::time(nullptr)), head.type,
      head.size_bytes ? fmt::format("Content-Length: {}\r\n", *head.size_bytes) : "", head.fields,
      head.keeps_alive ? "keep-alive" : "close");
}

}  // namespace jpegwire
