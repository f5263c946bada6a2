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

/// Sends the bytes as a frame, then a good frame; the viewer must count the first under this reason
/// and show the second.
void check_refused(const std::string& reason, const std::string& bytes) {
  INFO(reason);
  TcpListener listener;
  const TemporaryDirectory directory;
  ViewerProgram viewer({listener.url(), "--summary", "-", "--save", directory / "frames"});
  TcpPeer sender = listener.accept();
  sender.send(with_size(bytes) + good_frame() + big_endian_size(0));
  const json summary = summary_of(viewer);
  CHECK(summary["corrupt"] == 1);
  CHECK(summary["refused"] == json{{reason, 1}});
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
  CHECK_THAT(failure_after("--frame\r\nContent-Length: many\r\n\r\n"),
             Contains("closed inside a frame of unknown size"));
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
  check_refused("not_a_jpeg", "this is no picture");
  check_refused("truncated", make_jpeg(320, 240).substr(0, 300));
  check_refused("too_many_pixels", with_claimed_size(make_jpeg(320, 240), 65500, 65500));
  check_refused("empty_picture", with_claimed_size(make_jpeg(320, 240), 0, 240));
  check_refused("progressive", progressive_jpeg());
  check_refused("too_many_scans", with_many_scans(make_jpeg(320, 240)));
}

TEST_CASE("odd frames that other decoders show are shown, and saved as they came") {
  const std::string plain = make_jpeg(320, 240);
  const std::size_t scan = plain.find("\xff\xda");
  std::string jfif = plain;
  jfif.replace(jfif.find("JFIF") + 5, 2, "\x02\x01");
  std::string selection = plain;
  selection.replace(scan + 11, 3, std::string(3, '\0'));
  const std::string zeros = std::string(plain).insert(scan, std::string(4, '\0'));
  const std::string frames[] = {jfif, selection, zeros, "\xff\xd8" + plain,
                                plain.substr(0, plain.size() - 2)};
  TcpListener listener;
  const TemporaryDirectory directory;
  ViewerProgram viewer({listener.url(), "--summary", "-", "--save", directory / "frames"});
  TcpPeer sender = listener.accept();
  for (const std::string& frame : frames) sender.send(with_size(frame));
  sender.send(big_endian_size(0));
  const json summary = summary_of(viewer);
  CHECK(summary["frames"].get<int>() + summary["skipped_decode"].get<int>() +
            summary["skipped_waited"].get<int>() ==
        5);
  CHECK(summary["patched"] == 0);
  CHECK(summary["corrupt"] == 0);
  for (std::size_t i = 0; i < std::size(frames); ++i)
    CHECK((read_file(directory / fmt::format("frames/{:06}.jpg", i)) == frames[i]));
}

TEST_CASE("the rows of a frame that ends early are shown, and counted as patched") {
  TcpListener listener;
  ViewerProgram viewer({listener.url(), "--summary", "-", "--frames", "3"});
  TcpPeer sender = listener.accept();
  sender.send(good_frame());
  wait_until_shown(viewer);
  sender.send(with_size(truncated_jpeg()));
  viewer.wait_for(" 1 patched");
  sender.send(good_frame());
  const json summary = summary_of(viewer);
  CHECK(summary["frames"] == 2);
  CHECK(summary["patched"] == 1);
  CHECK(summary["corrupt"] == 0);
}

TEST_CASE("a stream whose frames are all refused ends with an error that says why") {
  const auto [jpeg, reason] = GENERATE(table<std::string, std::string>(
      {{make_jpeg(320, 240).substr(0, 300), "1 frame refused: truncated JPEG"},
       {undecodable_jpeg(), "1 frame refused: JPEG that cannot be decoded"}}));
  CHECK_THAT(failure_after(with_size(jpeg)), Contains(reason));
  CHECK_THAT(failure_after(with_size(jpeg) + big_endian_size(0)), Contains(reason));
}

TEST_CASE("the terminal says within a second that all frames are refused, until one is shown") {
  TcpListener listener;
  ViewerProgram viewer({listener.url(), "--timeout", "60", "--summary", "-"});
  TcpPeer sender = listener.accept();
  sender.send(with_size(progressive_jpeg()) + with_size(undecodable_jpeg()) +
              with_size(progressive_jpeg()));
  viewer.wait_for("3 frames refused: ");
  sender.send(good_frame());
  viewer.wait_for("320x240, 0 lost, 0 skipped\n");
  sender.send(big_endian_size(0));
  CHECK(summary_of(viewer)["refused"] == json{{"progressive", 2}, {"undecodable", 1}});
}

TEST_CASE("refused frames do not delay --timeout, however many arrive") {
  const std::string jpeg = GENERATE(progressive_jpeg(), undecodable_jpeg());
  TcpListener listener;
  ViewerProgram viewer({listener.url(), "--timeout", "1"});
  TcpPeer sender = listener.accept();
  while (sender.try_send(with_size(jpeg)) && !viewer.has_ended())
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  CHECK_THAT(failure_of(viewer), Contains("within 1 s") && Contains("frames refused: "));
}

TEST_CASE("a viewer that was stopped for longer than --timeout shows what waits") {
  TcpListener listener;
  ViewerProgram viewer({listener.url(), "--timeout", "3", "--summary", "-"});
  TcpPeer sender = listener.accept();
  sender.send(good_frame());
  wait_until_shown(viewer);
  viewer.send_signal(SIGSTOP);
  sender.send(good_frame() + big_endian_size(0));
  std::this_thread::sleep_for(std::chrono::milliseconds(4000));
  viewer.send_signal(SIGCONT);
  CHECK(summary_of(viewer)["frames"] == 2);
}

TEST_CASE("a viewer that was stopped shows what waited if nothing follows") {
  TcpListener listener;
  ViewerProgram viewer({listener.url(), "--timeout", "30", "--frames", "2", "--summary", "-"});
  TcpPeer sender = listener.accept();
  sender.send(good_frame());
  wait_until_shown(viewer);
  viewer.send_signal(SIGSTOP);
  sender.send(good_frame() + good_frame());
  std::this_thread::sleep_for(std::chrono::milliseconds(1000));
  viewer.send_signal(SIGCONT);
  const json summary = summary_of(viewer);
  CHECK(summary["frames"] == 2);
  CHECK(summary["skipped_waited"] == 1);
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

TEST_CASE("damaged frames that are shown count for --frames and --snapshot") {
  const TemporaryDirectory directory;
  TcpListener listener;
  ViewerProgram viewer(
      {listener.url(), "--frames", "3", "--snapshot", directory / "last.jpg", "--summary", "-"});
  TcpPeer sender = listener.accept();
  const std::string jpeg = make_jpeg(320, 240);
  const std::string damaged = jpeg.substr(0, jpeg.size() - jpeg.size() / 4);
  sender.send(with_size(jpeg));
  viewer.wait_for("connected to");
  while (!viewer.has_ended() && sender.try_send(with_size(damaged)))
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  const json summary = summary_of(viewer);
  CHECK(summary["patched"] >= 2);
  CHECK(read_file(directory / "last.jpg").size() >= damaged.size());
  CHECK(read_file(directory / "last.jpg").size() < jpeg.size());
}

TEST_CASE("a second Ctrl-C does not make a program fail that ends in order") {
  SenderProgram sender(test_card({"--summary", "-"}));
  TcpPeer peer = TcpPeer::connect(sender.port());
  CHECK(peer.receive_frame());
  for (int i = 0; i < 200 && !sender.has_ended(); ++i) {
    sender.send_signal(SIGINT);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  peer.close();
  CHECK(sender.wait() == 0);
}

}  // namespace bad_stream_test
