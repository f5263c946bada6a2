#include "net/rtp/ssrc_filter.hpp"

#include <catch2/catch.hpp>

#include "support/test_time.hpp"

using namespace jpegwire;
using test::at;
using Verdict = SsrcFilter::Verdict;

namespace ssrc_filter_test {
namespace {

SsrcFilter::Address address(const char* host, std::uint16_t port = 4000) {
  return {asio::ip::make_address(host), port};
}

const SsrcFilter::Address kHere = address("192.0.2.1");
const SsrcFilter::Address kOtherPort = address("192.0.2.1", 4001);
const SsrcFilter::Address kElsewhere = address("192.0.2.9");

/// A source that has proven itself until 1 ms.
SsrcFilter locked(const SsrcFilter::Address& to = kHere) {
  SsrcFilter lock;
  lock.accept(1, to, 100, at(0));
  lock.accept(1, to, 101, at(1));
  return lock;
}

}  // namespace

TEST_CASE("the first source is accepted from its first packet on", "[ssrc_filter]") {
  SsrcFilter lock;
  CHECK(lock.accept(1, kHere, 100, at(0)) == Verdict::new_source);
  CHECK(lock.accept(1, kHere, 101, at(1)) == Verdict::ours);
  CHECK(lock.is_current(1, kHere));
  CHECK(lock.is_from_host(kOtherPort.address()));
}

TEST_CASE("other sources are refused while it sends, whatever they send", "[ssrc_filter]") {
  SsrcFilter lock = locked();
  for (std::uint16_t i = 0; i < 1000; ++i) {
    CHECK(lock.accept(2, kHere, i, at(i)) == Verdict::other_source);
    CHECK(lock.accept(3 + i, kElsewhere, 7, at(i)) == Verdict::other_source);
    CHECK(lock.accept(1, kElsewhere, static_cast<std::uint16_t>(102 + i), at(i)) ==
          Verdict::other_address);
    CHECK(lock.accept(1, kOtherPort, static_cast<std::uint16_t>(102 + i), at(i)) ==
          Verdict::other_address);
    CHECK(lock.accept(1, kHere, static_cast<std::uint16_t>(102 + i), at(i)) == Verdict::ours);
  }
}

TEST_CASE("a stray packet before a stream does not block the stream", "[ssrc_filter]") {
  SsrcFilter lock;
  CHECK(lock.accept(9, kElsewhere, 5, at(0)) == Verdict::new_source);
  CHECK(lock.accept(1, kHere, 65535, at(1)) == Verdict::other_source);
  CHECK(lock.accept(1, kHere, 0, at(2)) == Verdict::new_source);
  CHECK(lock.accept(9, kElsewhere, 6, at(3)) == Verdict::other_source);
  CHECK(lock.accept(9, kElsewhere, 7, at(4)) == Verdict::other_source);
  CHECK(lock.accept(1, kHere, 1, at(5)) == Verdict::ours);
}

TEST_CASE("a flood of stray packets does not block a stream", "[ssrc_filter]") {
  SsrcFilter lock;
  for (std::uint16_t i = 0; i < 100; ++i)
    lock.accept(9 + i, kElsewhere, static_cast<std::uint16_t>(7 * i), at(i));
  lock.accept(1, kHere, 0, at(100));
  lock.accept(200, kElsewhere, 0, at(100));
  CHECK(lock.accept(1, kHere, 1, at(101)) == Verdict::new_source);
}

TEST_CASE("a report proves a source as a second packet does", "[ssrc_filter]") {
  SsrcFilter lock;
  lock.accept(1, kHere, 100, at(0));
  lock.keep_alive(at(1));
  lock.accept(2, kElsewhere, 1, at(2));
  CHECK(lock.accept(2, kElsewhere, 2, at(3)) == Verdict::other_source);
}

TEST_CASE("a source has precedence for 5 s after its last sign of life", "[ssrc_filter]") {
  SsrcFilter lock = locked();
  lock.keep_alive(at(900));
  for (std::uint16_t i = 0; i < 10; ++i) {
    CHECK(lock.accept(2, kElsewhere, i, at(5890 + i)) == Verdict::other_source);
    CHECK(lock.accept(1, kElsewhere, i, at(5890 + i)) == Verdict::other_address);
  }
  SECTION("if it returns, it goes on") {
    CHECK(lock.accept(1, kHere, 102, at(5900)) == Verdict::ours);
    CHECK(lock.accept(2, kElsewhere, 10, at(5901)) == Verdict::other_source);
  }
  SECTION("after that, another one may follow") {
    CHECK(lock.accept(2, kElsewhere, 10, at(5901)) == Verdict::new_source);
    CHECK(lock.accept(1, kHere, 102, at(5902)) == Verdict::other_source);
  }
  SECTION("its own SSRC may come from another address then") {
    CHECK(lock.accept(1, kElsewhere, 10, at(5901)) == Verdict::new_source);
    CHECK(lock.accept(1, kHere, 102, at(5902)) == Verdict::other_address);
  }
}

TEST_CASE("a source of the same host follows after a second", "[ssrc_filter]") {
  SsrcFilter lock = locked();
  CHECK(lock.accept(2, kOtherPort, 7, at(900)) == Verdict::other_source);
  CHECK(lock.accept(2, kOtherPort, 50, at(1002)) == Verdict::new_source);
  CHECK(lock.accept(2, kOtherPort, 51, at(1003)) == Verdict::ours);
  SECTION("and keeps its place while the former one does not return") {
    CHECK(lock.accept(3, kElsewhere, 1, at(2500)) == Verdict::other_source);
    CHECK(lock.accept(3, kElsewhere, 2, at(2501)) == Verdict::other_source);
  }
  SECTION("the former one gets its place back within 5 s, and keeps it") {
    CHECK(lock.accept(1, kHere, 102, at(1900)) == Verdict::other_source);
    CHECK(lock.accept(1, kHere, 103, at(1901)) == Verdict::new_source);
    for (std::uint16_t i = 0; i < 10; ++i)
      CHECK(lock.accept(2, kOtherPort, static_cast<std::uint16_t>(52 + i), at(1902 + i)) ==
            Verdict::other_source);
  }
  SECTION("later it does not") {
    lock.accept(2, kOtherPort, 52, at(5000));
    lock.accept(1, kHere, 102, at(5002));
    CHECK(lock.accept(1, kHere, 103, at(5003)) == Verdict::other_source);
  }
}

TEST_CASE("any source follows one that has said goodbye", "[ssrc_filter]") {
  SsrcFilter lock = locked();
  lock.release(at(4));
  CHECK_FALSE(lock.ssrc());
  CHECK(lock.accept(1, kHere, 102, at(5)) == Verdict::other_source);  // a straggler
  CHECK(lock.accept(3, kElsewhere, 1, at(6)) == Verdict::new_source);
}

TEST_CASE("a source that was given up is accepted again at once", "[ssrc_filter]") {
  SsrcFilter lock = locked();
  lock.give_up(at(501), milliseconds(500));
  CHECK_FALSE(lock.ssrc());
  SECTION("and before another one, if it only was silent") {
    CHECK(lock.accept(2, kElsewhere, 1, at(502)) == Verdict::other_source);
    CHECK(lock.accept(2, kElsewhere, 2, at(503)) == Verdict::other_source);
    CHECK(lock.accept(1, kHere, 102, at(504)) == Verdict::new_source);
  }
  SECTION("but its host may send another one") {
    CHECK(lock.accept(2, kOtherPort, 1, at(502)) == Verdict::new_source);
  }
  SECTION("and for no more than 5 s") {
    CHECK(lock.accept(2, kElsewhere, 1, at(5002)) == Verdict::new_source);
  }
}

TEST_CASE("a source that sends only what cannot be shown has no precedence", "[ssrc_filter]") {
  SsrcFilter lock = locked();
  lock.give_up(at(2000), milliseconds(5000));
  CHECK(lock.accept(2, kElsewhere, 1, at(2001)) == Verdict::new_source);
}

TEST_CASE("a source whose packets come from another port goes on, whatever it reports",
          "[ssrc_filter]") {
  SsrcFilter lock = locked();
  lock.keep_alive(at(1000));
  CHECK(lock.accept(1, kOtherPort, 102, at(1001)) == Verdict::other_address);
  CHECK(lock.accept(1, kOtherPort, 103, at(1002)) == Verdict::new_source);
}

}  // namespace ssrc_filter_test
