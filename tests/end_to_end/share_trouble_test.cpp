// Failures and obstacles when listing and fetching shared files.

#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "end_to_end/cutting_proxy.hpp"
#include "end_to_end/share_stage.hpp"
#include "end_to_end/tcp_peer.hpp"

using namespace jpegwire;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

TEST_CASE("a part of another file is kept and reported, and the fetch starts over") {
  const Stage stage;
  write_long_ago(stage.there("a.mkv"), noise(500'000));
  const std::string part = GENERATE(noise(200'000, 2), noise(500'001), noise(500'000, 2));
  write_file(stage.fetched("a.mkv.part"), part);
  HttpSender sender(stage.sender());
  CHECK_THAT(run_to_end(stage.in_here({"--fetch", "a.mkv", sender.http_url("")})),
             Contains("'a.mkv.part' ") && Contains("it was renamed to 'a.mkv.part-2'"));
  CHECK((read_file(stage.fetched("a.mkv")) == read_file(stage.there("a.mkv"))));
  CHECK((read_file(stage.fetched("a.mkv.part-2")) == part));
}

TEST_CASE("a file that is here is not overwritten") {
  const Stage stage;
  write_long_ago(stage.there("a.mkv"), "theirs");
  write_file(stage.fetched("a.mkv"), "mine");
  HttpSender sender(stage.sender());
  CHECK_THAT(failure_of_command(stage.in_here({"--fetch", "a.mkv", sender.http_url("")})),
             Contains("'a.mkv' already exists"));
  CHECK(read_file(stage.fetched("a.mkv")) == "mine");
  CHECK(files_in(stage.here()) == std::vector<std::string>{"a.mkv"});
}

TEST_CASE("if a file changes on the sender during a fetch, the new version is fetched") {
  const Stage stage;
  constexpr std::size_t kSize = 32'000'000;  // more than all buffers on the way hold
  write_long_ago(stage.there("a.mkv"), noise(kSize));
  const bool grows = GENERATE(true, false);
  const std::string changed = grows ? noise(kSize + 100'000) : noise(kSize / 2, 2);
  HttpSender sender(stage.sender());
  TcpListener front;
  // Changes the file during the first answer, and forwards the answer.
  std::jthread thread([&](const std::stop_token& stop) {
    for (int number = 0; !stop.stop_requested(); ++number) {
      TcpPeer client = front.accept();
      if (stop.stop_requested()) return;
      TcpPeer back = TcpPeer::connect(sender.http_port());
      back.send(receive_request(client).value());
      for (std::size_t passed = 0;;) {
        const std::string piece = back.receive(65'536);
        if (piece.empty() || !client.try_send(piece)) break;
        passed += piece.size();
        if (number == 0 && passed == 5 * 65'536)
          std::ofstream(stage.there("a.mkv"), std::ios::binary) << changed;
      }
    }
  });
  const std::string told = run_to_end(stage.in_here(
      {"--fetch", "a.mkv", "--timeout", "30", "http://127.0.0.1:" + std::to_string(front.port())}));
  thread.request_stop();
  TcpPeer::connect(front.port()).close();  // wakes accept()
  CHECK_THAT(told, Contains("waiting: 'a.mkv' is still being written") &&
                       Contains("'a.mkv' has changed on the sender"));
  CHECK((told.find("fetch starts over") != std::string::npos) == !grows);
  CHECK((read_file(stage.fetched("a.mkv")) == changed));
}

TEST_CASE("a recording in progress is listed as such, and fetched only when it is complete") {
  const Stage stage;
  {
    HttpSender sender(stage.sender({"--record", stage.there("a.mkv")}));
    REQUIRE(eventually([&] { return fs::exists(stage.there("a.mkv")); }));
    CHECK_THAT(run_to_end(stage.in_here({"--list", sender.http_url("")})),
               Contains("a.mkv") && Contains("still being written"));
    CHECK_THAT(failure_of_command(stage.in_here({"--fetch", "a.mkv", sender.http_url("")})),
               Contains("'a.mkv' is still being written; fetch it when it is complete"));
    CHECK(files_in(stage.here()).empty());
    check_ends(sender, SIGINT);
  }
  HttpSender sender(stage.sender());
  run_to_end(stage.in_here({"--fetch", "a.mkv", sender.http_url("")}));
  stage.check_fetched("a.mkv");
}

TEST_CASE("a removed shared directory is reported, and may return") {
  const Stage stage;
  HttpSender sender(stage.sender());
  sender.http_port();
  fs::remove_all(stage.shared());
  for (const Command& what : {Command{"--list"}, Command{"--fetch", "a.jpg"}})
    CHECK_THAT(failure_of_command(stage.in_here(what + Command{sender.http_url("")})),
               Contains("The shared directory cannot be read: No such file or directory"));
  fs::create_directory(stage.shared());
  write_long_ago(stage.there("a.jpg"), "x");
  CHECK_THAT(run_to_end(stage.in_here({"--list", sender.http_url("")})), Contains("a.jpg"));
}

TEST_CASE("closed standard streams put no text into a file") {
  const Stage stage;
  const auto with_closed = [](const Command& command) {
    return Command{"sh", "-c", "exec \"$@\" <&- >&- 2>&-", "sh"} + command;
  };
  const auto has_ended_well = [](const Command& command) {
    return Process(command, environment_of_programs()).wait() == 0;
  };
  write_long_ago(stage.there("a.mkv"), noise(3'000'000));
  SECTION("of the viewer that fetches one") {
    HttpSender sender(stage.sender());
    const Command fetch = stage.in_here({"--fetch", "a.mkv", sender.http_url("")});
    CHECK(has_ended_well(with_closed(fetch)));
    stage.check_fetched("a.mkv");
  }
  SECTION("of the sender that records one") {
    const std::string file = stage.fetched("b.avi");
    const Command record = Command{JPEGWIRE_SENDER, "--tcp", "0", "--http", "off"} +
                           test_card({"--frames", "5", "--stats", "--record", file});
    CHECK(has_ended_well(with_closed(record)));
    CHECK(read_file(file).substr(0, 4) == "RIFF");
    CHECK(read_file(file).find("tcp://") == std::string::npos);
  }
}

TEST_CASE("a server that does not answer, or answers with frames, is reported") {
  const Stage stage;
  const bool sends_frames = GENERATE(true, false);
  TcpListener listener;
  const std::string url = "http://127.0.0.1:" + std::to_string(listener.port());
  const std::string frame = with_size(make_jpeg(64, 48));
  std::jthread peer([&](const std::stop_token& stop) {
    TcpPeer viewer = listener.accept();
    while (!stop.stop_requested() && (!sends_frames || viewer.try_send(frame)))
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
  });
  const std::string complaint =
      failure_of_command(stage.in_here({"--list", "--timeout", "1", url}));
  CHECK_THAT(complaint, Contains(sends_frames ? "does not answer with HTTP" : "no answer from"));
  CHECK_THAT(complaint, Contains("use the sender's HTTP port"));
}

TEST_CASE("an unreachable server is reported") {
  const Stage stage;
  const std::string url = "http://127.0.0.1:" + std::to_string(free_port());
  CHECK_THAT(failure_of_command(stage.in_here({"--fetch", "a.jpg", "--timeout", "0.3", url})),
             Contains("cannot connect to"));
  CHECK(files_in(stage.here()).empty());
}

TEST_CASE("a summary says what was listed or fetched") {
  const Stage stage;
  write_long_ago(stage.there("a.mkv"), noise(1000));
  HttpSender sender(stage.sender());
  Process list(stage.in_here({"--list", "--summary", "-", sender.http_url("")}),
               environment_of_programs());
  const nlohmann::json listed = summary_of(list);
  CHECK(listed["url"] == sender.http_url(""));
  REQUIRE(listed["files"].size() == 1);
  CHECK(listed["files"][0]["name"] == "a.mkv");
  CHECK(listed["files"][0]["bytes"] == 1000);
  CHECK(listed["files"][0]["is_being_written"] == false);
  CHECK(listed["left_out"] == 0);
  CHECK_THAT(list.err(), Contains("a.mkv"));
  Process fetch(stage.in_here({"--fetch", "a.mkv", "--summary", "-", sender.http_url("")}),
                environment_of_programs());
  const nlohmann::json fetched = summary_of(fetch);
  CHECK(fetched["url"] == sender.http_url(""));
  CHECK(fetched["name"] == "a.mkv");
  CHECK(fetched["bytes"] == 1000);
  CHECK(fetched["seconds"] > 0);
}

TEST_CASE("failing to write a list is an error, but failing to write progress is not") {
  const Stage stage;
  write_long_ago(stage.there("a.mkv"), noise(1'000'000));
  HttpSender sender(stage.sender());
  const auto to_full_disk = [&](const Command& options) {
    return Command{"sh", "-c", "exec \"$@\" >/dev/full", "sh"} + stage.in_here(options);
  };
  CHECK_THAT(failure_of_command(to_full_disk({"--list", sender.http_url("")})),
             Contains("cannot write the list to standard output: No space left on device"));
  run_to_end(to_full_disk({"--fetch", "a.mkv", sender.http_url("")}));
  stage.check_fetched("a.mkv");
}

TEST_CASE("the longest name that is listed can be fetched, whatever was fetched before") {
  const Stage stage;
  const std::string name = std::string(236, 'n') + ".mkv";
  write_long_ago(stage.there(name), noise(1000));
  write_long_ago(stage.there("n" + name), noise(1000));
  write_file(stage.fetched(name + ".part"), "of another");
  HttpSender sender(stage.sender());
  const std::string table = run_to_end(stage.in_here({"--list", sender.http_url("")}));
  CHECK(std::ranges::count(table, '\n') == 2);
  CHECK(table.substr(0, table.find('\n')).size() < 80);
  run_to_end(stage.in_here({"--fetch", name, sender.http_url("")}));
  CHECK((read_file(stage.fetched(name)) == read_file(stage.there(name))));
}

TEST_CASE("a list requested at the TCP port is refused, and the error names the HTTP port") {
  const Stage stage;
  HttpSender sender(stage.sender());
  const std::string tcp_port = std::to_string(sender.port());
  CHECK_THAT(failure_of_command(
                 stage.in_here({"--list", "--timeout", "2", "http://127.0.0.1:" + tcp_port})),
             Contains("use the sender's HTTP port"));
}

TEST_CASE("options that mean nothing to a list or a fetch are wrong usage") {
  const Stage stage;
  const std::string what = GENERATE("--list", "--fetch=a.jpg");
  const Command options = GENERATE(values<Command>({{"--save", "pictures"},
                                                    {"--record", "a.mkv"},
                                                    {"--snapshot", "a.jpg"},
                                                    {"--explain"},
                                                    {"--naive"},
                                                    {"--trace"},
                                                    {"--seconds", "1"},
                                                    {"--frames", "1"},
                                                    {"--threads", "1"},
                                                    {"--max-frame", "5000"},
                                                    {"-p", "2500"},
                                                    {"--listen", "tcp://127.0.0.1:0"},
                                                    {"--read-size", "100"}}));
  CHECK_THAT(failure_of_command(stage.in_here(Command{what} + options), 2),
             Contains(options[0] + " has no effect with " + what.substr(0, what.find('='))));
  CHECK(files_in(stage.here()).empty());
}

TEST_CASE("a directory that cannot be shared and a wrong request are reported in a sentence") {
  const Stage stage;
  const std::string none = stage.directory / "none";
  CHECK_THAT(failure_of_command({JPEGWIRE_SENDER, "--tcp", "0", "--http", "0", "--share", none}),
             Contains("cannot share '" + none + "': No such file or directory"));
  CHECK_THAT(failure_of_command({JPEGWIRE_SENDER, "--http", "off", "--share", none}, 2),
             Contains("--share serves files over HTTP: remove --http off"));
  const auto wrong = [&](const Command& options) {
    return failure_of_command(stage.in_here(options), 2);
  };
  CHECK_THAT(wrong({"--fetch", "../a.jpg"}), Contains("that --list shows"));
  CHECK_THAT(wrong({"--fetch", ""}), Contains("--fetch"));
  CHECK_THAT(wrong({"--fetch", "a.jpg", "--list"}), Contains("use one of them"));
  for (const char* url : {"tcp://127.0.0.1:2500", "rtp://127.0.0.1:5004",
                          "http://127.0.0.1:8080/stream", "http://me:secret@127.0.0.1:8080"})
    CHECK_THAT(wrong({"--list", url}), Contains("http://HOST:PORT"));
  CHECK_THAT(wrong({"--list", "tcp://127.0.0.1:1", "tcp://127.0.0.1:2"}),
             Contains("URL") || Contains("was not expected"));
}
