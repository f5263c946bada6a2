// The addresses that people type.

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "end_to_end/http_sender.hpp"
#include "end_to_end/programs.hpp"
#include "support/temporary_directory.hpp"

using namespace jpegwire;
using Catch::Matchers::Contains;

namespace addresses_test {
namespace {

nlohmann::json summary_of_viewer(const Command& address) {
  ViewerProgram viewer(address + kFiveFrames);
  return summary_of(viewer);
}

}  // namespace

TEST_CASE("a sender is watched by its host and port, in every spelling") {
  SenderProgram sender(test_card());
  const std::string port = std::to_string(sender.port());
  for (const std::string& address :
       {"127.0.0.1:" + port, "localhost:" + port, port, "TCP://127.0.0.1:" + port}) {
    CAPTURE(address);
    const nlohmann::json summary = summary_of_viewer({address});
    check_shown(summary);
    CHECK_THAT(summary["url"].get<std::string>(), Catch::StartsWith("tcp://"));
  }
  CHECK(summary_of_viewer({"127.0.0.1", "-p", port})["url"] == "tcp://127.0.0.1:" + port);
}

TEST_CASE("several cameras are named by their hosts and ports") {
  SenderProgram sender(test_card());
  const std::string port = std::to_string(sender.port());
  ViewerProgram viewer(Command{"127.0.0.1:" + port, "localhost:" + port} + kFiveFrames);
  CHECK(summary_of(viewer)["cameras"].size() == 2);
  ViewerProgram twice({"127.0.0.1:" + port, "tcp://127.0.0.1:" + port});
  CHECK_THAT(failure_of(twice, 2), Contains("is given twice"));
}

TEST_CASE("a stream over HTTP is watched without the scheme, and by mjpg-streamer's paths") {
  HttpSender sender(test_card());
  const std::string url = sender.http_url("");
  const std::string host = url.substr(url.find("//") + 2);
  for (const std::string& address : {host + "/stream", host + "?action=stream&x=1",
                                     url + "/?action=stream?nonce=1", url + "/stream_0"}) {
    CAPTURE(address);
    check_shown(summary_of_viewer({address}));
  }
}

TEST_CASE("shared files are listed by the sender's host and HTTP port") {
  const TemporaryDirectory directory;
  HttpSender sender(test_card({"--share", directory.path()}));
  const std::string url = sender.http_url("");
  for (const std::string& address : {url.substr(url.find("//") + 2), url}) {
    CAPTURE(address);
    ViewerProgram viewer({"--list", address, "--summary", "-"});
    CHECK(summary_of(viewer)["files"].empty());
  }
}

}  // namespace addresses_test
