#include "net/framing/multipart.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "support/streams.hpp"

namespace jpegwire::multipart_test {
namespace {

using namespace test;
using Event = FrameAssembler::Event;
using Kind = MultipartHead::Kind;

MultipartHead read(std::string_view text, std::string_view boundary = "") {
  return read_multipart_head(std::as_bytes(std::span(text)), boundary);
}

TEST_CASE("a part's head is read") {
  const std::string text =
      GENERATE("--frame\r\nContent-Type: image/jpeg\r\nContent-Length: 1234\r\n\r\n",
               "--frame\nContent-Length: 1234\n\n", "\r\n--frame\r\ncontent-length:1234\r\n\r\n",
               "--frame  \r\nCONTENT-LENGTH:  1234 \r\nX-Timestamp: 0.1\r\n\r\n");
  CAPTURE(text);
  const std::string bytes = text + "\xFF\xD8";
  const MultipartHead head = read(bytes);
  CHECK(head.kind == Kind::part);
  CHECK(head.size_bytes == text.size());
  CHECK(head.boundary == "--frame");
  CHECK(head.content_length == 1234U);
}

TEST_CASE("a part's head without a length is read") {
  const MultipartHead head = read("--b\r\nContent-Type: image/jpeg\r\n\r\n");
  CHECK(head.kind == Kind::part);
  CHECK_FALSE(head.content_length);
  CHECK(read("--b\r\n\r\n").kind == Kind::part);
}

TEST_CASE("a head is incomplete until its empty line") {
  CHECK(read("").kind == Kind::need_more);
  CHECK(read("\r\n").kind == Kind::need_more);
  CHECK(read("--frame").kind == Kind::need_more);
  CHECK(read("--frame\r\nContent-Length: 12\r\n").kind == Kind::need_more);
}

TEST_CASE("a Content-Length that is no number counts as missing") {
  const std::string value = GENERATE("-1", "ten", "", "1234 bytes", "99999999999999999999999");
  CAPTURE(value);
  const MultipartHead head = read("--b\r\nContent-Length: " + value + "\r\n\r\n");
  CHECK(head.kind == Kind::part);
  CHECK_FALSE(head.content_length);
}

TEST_CASE("lines between parts are junk, however long they are") {
  CHECK(read("frame\r\n\r\n").kind == Kind::junk);
  CHECK(read("frame\r\n\r\n").size_bytes == 7);
  CHECK(read("--\r\n\r\n").kind == Kind::junk);
  CHECK(read("-- \t\r\n\r\n").kind == Kind::junk);
  CHECK(read("no: boundary\r\n\r\n", "--b").kind == Kind::junk);
  CHECK(read("--b\r\n" + std::string(kMaxHeadSizeBytes, 'x')).kind == Kind::junk);
  CHECK(read(std::string(kMaxHeadSizeBytes, '\n')).kind == Kind::junk);
  CHECK(read(std::string(kMaxHeadSizeBytes, 'x'), "--b").kind == Kind::junk);
}

TEST_CASE("bytes in front of a boundary, without a line break, are junk") {
  const MultipartHead head = read(std::string(5, '\0') + "--b\r\n\r\n", "--b");
  CHECK(head.kind == Kind::junk);
  CHECK(head.size_bytes == 5);
}

TEST_CASE("another boundary than before begins a part too") {
  CHECK(read("--other\r\n\r\n", "--b").boundary == "--other");
  CHECK(read("--ot\x80her\r\n\r\n", "--b").kind == Kind::junk);
}

TEST_CASE("a first part may lack its boundary, its fields, and its empty line") {
  const MultipartHead fields = read("Content-Type: image/jpeg\r\nContent-Length: 7\r\n\r\n");
  CHECK(fields.kind == Kind::part);
  CHECK(fields.boundary.empty());
  CHECK(fields.content_length == 7U);
  CHECK(read("\r\n\xFF\xD8\xFF").kind == Kind::part);
  CHECK(read("\r\n\xFF\xD8\xFF").size_bytes == 2);
  const std::string no_empty_line = "--b\r\nContent-Length: 7\r\n";
  CHECK(read(no_empty_line + "\xFF\xD8\xFF").size_bytes == no_empty_line.size());
  CHECK(read("junk\xFF\xD8\xFF").kind == Kind::junk);
  CHECK(read("junk\xFF\xD8\xFF").size_bytes == 4);
}

TEST_CASE("the closing boundary is the boundary followed by two dashes") {
  CHECK(read("--frame--\r\n", "--frame").kind == Kind::end);
  CHECK(read("\r\n--frame--\n", "--frame").kind == Kind::end);
  CHECK(read("--frame--", "--frame").kind == Kind::need_more);
  CHECK(read("--frame--\r\n\r\n").kind == Kind::part);  // the first boundary may end in two dashes
  CHECK(read("--frame--\r\n\r\n", "--frame--").kind == Kind::part);
  CHECK(read("--frame----\r\n", "--frame--").kind == Kind::end);
}

TEST_CASE("an HTTP response's head is read") {
  const auto [text, status] = GENERATE(table<std::string, int>({
      {"HTTP/1.0 200 OK\r\nServer: x\r\n\r\n", 200},
      {"HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\n", 404},
      {"HTTP/1.1 200\r\n\r\n", 200},
      {"HTTP/1.0 200 OK\nServer: x\n\n", 200},
      {"HTTP/1.1 503 \n\n", 503},
  }));
  CAPTURE(text);
  const MultipartHead head = read(text);
  CHECK(head.kind == Kind::http_response);
  CHECK(head.http_status == status);
  CHECK(head.size_bytes == text.size());
}

TEST_CASE("an HTTP response without a status is no head") {
  const std::string text = GENERATE("HTTP/1.\r\n\r\n", "HTTP/1.1\n\n", "HTTP/1.1 \n\n",
                                    "HTTP/1.1 -20 OK\n\n", "HTTP/1.1 OK\r\n\r\n");
  CAPTURE(text);
  CHECK(read(text).kind == Kind::bad);
}

TEST_CASE("an HTTP response may follow a line break and be incomplete") {
  CHECK(read("\r\nHTTP/1.1 200 OK\r\n\r\n").size_bytes == 21);
  CHECK(read("HTTP/1.1 200 OK\r\nServer: x\r\n").kind == Kind::need_more);
  CHECK(read("HTTP/1.1 200 OK\r\n" + std::string(kMaxHeadSizeBytes, 'x')).kind == Kind::bad);
}

TEST_CASE("a field of a part is found among lines that are no fields") {
  const std::string head =
      "--b\r\nno field\nContent Type : x\r\n: \r\nx-TIMESTAMP :9\nX-Timestamp:\t12.5 \r\n\r\n";
  CHECK(find_part_field(head, "x-timestamp") == "12.5");
  CHECK_FALSE(find_part_field(head, "Timestamp"));
  CHECK_FALSE(find_part_field("", "X"));
  CHECK(find_part_field("X:", "x") == "");
}

struct Case {
  std::string name;
  std::string stream;
  std::vector<std::string> frames;
  Event last = Event::need_more;
  std::string error_or_position{};
};

// A comment of the JPEG holds the boundary.
const std::string kJpegWithBoundary = "\xFF\xD8\xFF\xFE" + std::string("\0\x0F", 2) +
                                      "x\r\n--b\r\n\r\nyz" + "\xFF\xDA" + std::string("\0\x02", 2) +
                                      "\xFF\xD9";

const std::string kResponse =
    "HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=b\r\n\r\n";

TEST_CASE("multipart streams are read from reads of any size") {
  const std::string with_length = "--b\r\nContent-Length: 4\r\n\r\nbody\r\n";
  const std::string without_length = "--b\r\nContent-Type: image/jpeg\r\n\r\nbody\r\n";
  const auto expected = GENERATE_COPY(values<Case>({
      {"with lengths",
       with_length + with_length,
       {"body", "body"},
       Event::need_more,
       "between two frames"},
      {"behind an HTTP response",
       kResponse + with_length,
       {"body"},
       Event::need_more,
       "between two frames"},
      {"and a closing boundary", with_length + "--b--\r\n", {"body"}, Event::end_of_stream},
      {"an empty line first",
       "\r\n" + with_length,
       {"body"},
       Event::need_more,
       "between two frames"},
      {"no line break behind the body",
       "--b\r\nContent-Length: 4\r\n\r\nbody--b\r\n"
       "Content-Length: 2\r\n\r\nxy\r\n",
       {"body", "xy"},
       Event::need_more,
       "between two frames"},
      {"line feeds only",
       "--b\nContent-Length: 4\n\nbody\n--b\nContent-Length: 2\n\nxy\n--b\n",
       {"body", "xy"},
       Event::need_more,
       "between two frames"},
      {"the boundary is behind the part",
       "--b\r\nContent-Length: 4\r\n\r\nbody\r\n--b\r\n",
       {"body"},
       Event::need_more,
       "between two frames"},
      {"boundary in a body of the right length",
       "--b\r\nContent-Length: 25\r\n\r\n" + kJpegWithBoundary + with_length,
       {kJpegWithBoundary, "body"},
       Event::need_more,
       "between two frames"},
      {"an odd boundary",
       "--=_?'(+) ,-./:\r\nContent-Length: 1\r\n\r\nx\r\n",
       {"x"},
       Event::need_more,
       "between two frames"},
      {"a part of no bytes",
       "--b\r\nContent-Length: 0\r\n\r\n\r\n" + with_length,
       {"body"},
       Event::need_more,
       "between two frames"},
      {"without lengths",
       without_length + without_length + "--b\r\n",
       {"body", "body"},
       Event::need_more,
       "between two frames"},
      {"without a length, not ended",
       without_length,
       {},
       Event::need_more,
       "inside a frame of unknown size"},
      {"without lengths, ended", without_length + "--b--\r\n", {"body"}, Event::end_of_stream},
      {"without lengths, line feeds only",
       "--b\n\nbody\n--b\n\nxy\n--b\n",
       {"body", "xy"},
       Event::need_more,
       "between two frames"},
      {"boundary-like bytes in a body",
       "--b\r\n\r\nx--b --b\r\n-b\r\r\n\n-\r\n--b\r\n",
       {"x--b --b\r\n-b\r\r\n\n-"},
       Event::need_more,
       "between two frames"},
      {"inside a head",
       with_length + "--b\r\nContent-",
       {"body"},
       Event::need_more,
       "inside the head of a part"},
      {"inside a body",
       with_length + "--b\r\nContent-Length: 4\r\n\r\nbo",
       {"body"},
       Event::need_more,
       "inside a frame (2 of 4 bytes)"},
      {"not found",
       "HTTP/1.1 404 Not Found\r\n\r\nno such page",
       {},
       Event::failed,
       "the HTTP server answered with status 404"},
      {"a broken status line", "HTTP/1.\r\n\r\n", {}, Event::failed, "no valid header"},
      {"a page instead",
       "HTTP/1.0 200 OK\r\n\r\n<html>\r\n</html>",
       {},
       Event::failed,
       "begins with neither a JPEG nor a part"},
      {"too large",
       "--b\r\nContent-Length: 5000\r\n\r\n" + std::string(5000, 'x') + "\r\n--b\r\n",
       {},
       Event::failed,
       "a part is larger than --max-frame 4096"},
      {"too large without a length",
       "--b\r\n\r\n" + std::string(13'000, 'x'),
       {},
       Event::failed,
       "a part is larger than --max-frame 4096"},
  }));
  CAPTURE(expected.name);
  const unsigned seed = GENERATE(range(0U, 22U));
  CAPTURE(seed);
  const PieceSize pieces = seed == 0   ? whole()
                           : seed == 1 ? byte_by_byte()
                                       : pieces_at_random(seed);
  const Outcome outcome = feed(to_bytes(expected.stream), 4096, pieces);
  std::vector<ByteVector> frames;
  for (const std::string& frame : expected.frames) frames.push_back(to_bytes(frame));
  CHECK(outcome.frames == frames);
  CHECK(outcome.last == expected.last);
  if (!frames.empty()) CHECK(outcome.framing == "multipart");
  if (expected.last == Event::failed)
    CHECK_THAT(outcome.error, Catch::Contains(expected.error_or_position));
  if (expected.last == Event::need_more) {
    CHECK(outcome.position == expected.error_or_position);
    CHECK(outcome.between_frames == (outcome.position == "between two frames"));
  }
}

}  // namespace
}  // namespace jpegwire::multipart_test
