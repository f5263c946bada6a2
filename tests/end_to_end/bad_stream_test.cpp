// What a viewer reports for a stream that it cannot read, and what it shows of a damaged stream.

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <nlohmann/json.hpp>
#include <thread>

#include "end_to_end/pictures.hpp"
#include "end_to_end/programs.hpp"
#include "support/temporary_directory.hpp"

using namespace jpegwire;
using Catch::Matchers::Contains;
using nlohmann::json;

namespace bad_stream_test {
namespace {

/// The viewer's error, without --reconnect, when a sender sends this and closes.
std::string failure_after(const std::string& bytes, const Command& options = {}) {
  TcpListener listener;
  ViewerProgram viewer(Command{listener.url(), "--timeout", "2"} + options);
  {
    TcpPeer sender = listener.accept();
    sender.try_send(bytes);
    sender.end_sending();
    sender.receive_to_end();
  }
  return failure_of(viewer);
}

std::string good_frame() { return with_size(make_jpeg(320, 240)); }

std::string progressive_jpeg() {
  const TemporaryDirectory directory;
  const std::string grey(320 * 240, '\x80');
  write_file(directory / "in.pgm", "P5 320 240 255\n" + grey);
  return output_of({"cjpeg", "-progressive", directory / "in.pgm"});
}

std::string truncated_jpeg() {
  const std::string jpeg = make_jpeg(320, 240);
  return jpeg.substr(0, jpeg.size() - 20);
}

/// Sends the bytes as a frame, then a good frame; the viewer must count the first as corrupt and
/// show the second.
void check_corrupt(const std::string& name, const std::string& bytes) {
  INFO(name);
  TcpListener listener;
  const TemporaryDirectory directory;
  ViewerProgram viewer({listener.url(), "--summary", "-", "--save", directory / "frames"});
  TcpPeer sender = listener.accept();
  sender.send(with_size(bytes) + good_frame() + big_endian_size(0));
  const json summary = summary_of(viewer);
  CHECK(summary["corrupt"] == 1);
  CHECK(summary["frames"] == 1);
  CHECK((read_file(directory / "frames/000000.jpg") == make_jpeg(320, 240)));
}

}  // namespace

TEST_CASE("a size beyond --max-frame ends the connection") {
  CHECK_THAT(failure_after("\xff\xff\xff\xff"), Contains("4294967295") && Contains("--max-frame"));
  CHECK_THAT(failure_after(good_frame() + "\xff\xff\xff\xff"), Contains("4294967295"));
  CHECK_THAT(failure_after(good_frame() + big_endian_size((8 << 20) + 1)), Contains("8388609"));
  CHECK_THAT(failure_after(good_frame() + big_endian_size(5000), {"--max-frame", "4096"}),
             Contains("5000") && Contains("4096"));
}

TEST_CASE("a first size of 0 is reported as no stream") {
  CHECK_THAT(failure_after(big_endian_size(0)),
             Contains("no frame from") && Contains("within 2 s"));
}

TEST_CASE("an invalid decimal size ends the connection") {
  const std::string words = "16 characters";
  CHECK_THAT(failure_after("-5              "), Contains(words));
  CHECK_THAT(failure_after("12x4            "), Contains(words));
  CHECK_THAT(failure_after("+12             "), Contains(words));
  CHECK_THAT(failure_after("99999999999999999999"), Contains(words) || Contains("--max-frame"));
}

TEST_CASE("the error for a closed connection says where the stream broke off") {
  CHECK_THAT(failure_after(good_frame() + std::string("\0\0", 2)),
             Contains("closed inside the size prefix"));
  CHECK_THAT(failure_after(good_frame() + big_endian_size(5000) + "abc"),
             Contains("closed inside a frame (3 of 5000 bytes)"));
}

TEST_CASE("a peer that speaks another protocol is reported as no sender") {
  CHECK_THAT(failure_after("HTTP/1.0 404 Not Found\r\n\r\n"), Contains("404"));
  CHECK_THAT(failure_after("SSH-2.0-OpenSSH_9.2\r\n"), Contains("cannot be read"));
  CHECK_THAT(failure_after("--frame\r\nContent-Length: many\r\n\r\n"), Contains("multipart"));
}

TEST_CASE("a viewer gives up on a peer that sends one byte per second") {
  TcpListener listener;
  ViewerProgram viewer({listener.url(), "--timeout", "1"});
  TcpPeer sender = listener.accept();
  const std::string frame = good_frame();
  for (std::size_t i = 0; i < frame.size() && sender.try_send(frame.substr(i, 1)); ++i) {
    if (viewer.has_ended()) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
  CHECK_THAT(failure_of(viewer), Contains("no frame from") && Contains("within 1 s"));
}

TEST_CASE("frames that are not baseline JPEGs are counted and never shown") {
  check_corrupt("no JPEG", "this is no picture");
  check_corrupt("truncated", truncated_jpeg());
  check_corrupt("half", make_jpeg(320, 240).substr(0, 300));
  check_corrupt("65500x65500", with_claimed_size(make_jpeg(320, 240), 65500, 65500));
  check_corrupt("no width", with_claimed_size(make_jpeg(320, 240), 0, 240));
  check_corrupt("progressive", progressive_jpeg());
  check_corrupt("200 scans", with_many_scans(make_jpeg(320, 240)));
}

TEST_CASE("a stream of corrupt frames only is reported as an error") {
  CHECK_THAT(failure_after(with_size(truncated_jpeg()) + with_size(truncated_jpeg())),
             Contains("no frame from"));
}

TEST_CASE("with --reconnect a viewer leaves a broken stream and shows the next one") {
  TcpListener listener;
  ViewerProgram viewer({listener.url(), "--reconnect", "--frames", "1", "--summary", "-"});
  for (const std::string bytes : {"\xff\xff\xff\xff", "-5              "}) {
    TcpPeer sender = listener.accept();
    sender.try_send(bytes);
    sender.end_sending();
    sender.receive_to_end();
  }
  TcpPeer sender = listener.accept();
  sender.send(good_frame());
  const json summary = summary_of(viewer);
  CHECK(summary["frames"] == 1);
  CHECK(summary["reconnects"] == 2);
}

TEST_CASE("a sender disconnects a peer that sends garbage, without disturbing other viewers") {
  SenderProgram sender(test_card({"--summary", "-"}));
  TcpPeer good = TcpPeer::connect(sender.port());
  CHECK(good.receive_frame());
  for (const std::string bytes : {"GET / HTTP/1.1\r\n\r\n", "\xff\xff\xff\xff"}) {
    TcpPeer peer = TcpPeer::connect(sender.port());
    peer.send(bytes);
    sender.wait_for("not a viewer report");
  }
  std::uint32_t last = stamp_of(good.receive_frame().value())->sequence;
  for (int i = 0; i < 10; ++i) {
    const std::uint32_t next = stamp_of(good.receive_frame().value())->sequence;
    CHECK(next > last);
    last = next;
  }
  good.close();
  sender.send_signal(SIGINT);
  CHECK(summary_of(sender)["viewers"].size() == 3);
}

}  // namespace bad_stream_test
