#include "net/rtp/ssrc_filter.hpp"

#include <catch2/catch.hpp>

#include "support/test_time.hpp"

using namespace jpegwire;
using test::at;
using Verdict = SsrcFilter::Verdict;

TEST_CASE("the first source is accepted from its first packet on", "[ssrc_filter]") {
  SsrcFilter lock;
  CHECK(lock.accept(1, 100, at(0)) == Verdict::new_source);
  CHECK(lock.accept(1, 101, at(1)) == Verdict::ours);
  CHECK(lock.is_current(1));
}

TEST_CASE("other sources are foreign while it sends, whatever they send", "[ssrc_filter]") {
  SsrcFilter lock;
  lock.accept(1, 100, at(0));
  lock.accept(1, 101, at(1));
  for (std::uint16_t i = 0; i < 1000; ++i) {
    CHECK(lock.accept(2, i, at(i)) == Verdict::foreign);
    CHECK(lock.accept(3 + i, 7, at(i)) == Verdict::foreign);
    CHECK(lock.accept(1, static_cast<std::uint16_t>(102 + i), at(i)) == Verdict::ours);
  }
}

TEST_CASE("a stray packet before a stream does not block the stream", "[ssrc_filter]") {
  SsrcFilter lock;
  CHECK(lock.accept(9, 5, at(0)) == Verdict::new_source);
  CHECK(lock.accept(1, 65535, at(1)) == Verdict::foreign);
  CHECK(lock.accept(1, 0, at(2)) == Verdict::new_source);
  CHECK(lock.accept(9, 6, at(3)) == Verdict::foreign);
  CHECK(lock.accept(1, 1, at(4)) == Verdict::ours);
}

TEST_CASE("another source follows one that is silent or has said goodbye", "[ssrc_filter]") {
  SsrcFilter lock;
  lock.accept(1, 100, at(0));
  lock.accept(1, 101, at(1));
  lock.keep_alive(at(900));
  CHECK(lock.accept(2, 7, at(1800)) == Verdict::foreign);
  CHECK(lock.accept(2, 50, at(1902)) == Verdict::new_source);
  CHECK(lock.accept(1, 102, at(1903)) == Verdict::foreign);
  lock.release(at(1904));
  CHECK_FALSE(lock.ssrc());
  CHECK(lock.accept(2, 51, at(1905)) == Verdict::foreign);  // a straggler
  CHECK(lock.accept(3, 1, at(1906)) == Verdict::new_source);
}

TEST_CASE("a source that was given up is accepted again at once", "[ssrc_filter]") {
  SsrcFilter lock;
  lock.accept(1, 100, at(0));
  lock.accept(1, 101, at(1));
  lock.give_up();
  CHECK_FALSE(lock.ssrc());
  CHECK(lock.accept(1, 102, at(502)) == Verdict::new_source);
}
