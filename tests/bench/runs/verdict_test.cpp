#include "bench/runs/verdict.hpp"

#include <catch2/catch.hpp>

namespace jpegwire::verdict_test {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

/// A case without a bottleneck.
VerdictFacts good_facts() {
  return {.measured = {.size = PictureSize{1920, 1080}, .threads = 2},
          .medians = {{"fps", 30},
                      {"captured_fps", 30},
                      {"encoded_fps", 30},
                      {"encode_ms", 3},
                      {"network_ms", 0.2},
                      {"decode_ms", 2},
                      {"age_p50_ms", 8},
                      {"kb_per_frame", 270},
                      {"mbit_per_second", 64.8},
                      {"busy_percent", 30}},
          .source = "test card 1920x1080 at 30 frames/s",
          .cores = 2};
}

VerdictFacts unlimited_facts() {
  VerdictFacts facts = good_facts();
  facts.measured.frames_per_second = 0;
  facts.medians["captured_fps"] = 3000;
  facts.medians["encoded_fps"] = 61;
  facts.medians["fps"] = 60.5;
  facts.medians["skipped_encode_percent"] = 98;
  return facts;
}

TEST_CASE("if all frames arrive there is no bottleneck, and the age is explained") {
  const Verdict verdict = judge(good_facts());
  CHECK(verdict.bottleneck == Bottleneck::none);
  CHECK(verdict.sentence ==
        "none: all 30 frames/s asked for are shown, 8.0 ms old (3.0 ms of encoding, 0.2 on the "
        "network, 2.0 of decoding after the last byte)");
}

TEST_CASE("nearly all frames are not reported as all") {
  VerdictFacts facts = good_facts();
  facts.medians["fps"] = 29.2;
  CHECK_THAT(
      judge(facts).sentence,
      StartsWith("none: 29.2 of 30 frames/s are shown, and no stage discards many, 8.0 ms old"));
}

TEST_CASE("a lower quality is suggested for an encoder on all cores") {
  const Verdict verdict = judge(unlimited_facts());
  CHECK(verdict.bottleneck == Bottleneck::encode);
  CHECK_THAT(verdict.sentence,
             StartsWith("encode: 2 threads give 61 frames/s at 1920x1080 and quality 80; "
                        "`--quality 70` would give about 6"));
}

TEST_CASE("a second thread is suggested for an encoder on one of two cores") {
  VerdictFacts facts = unlimited_facts();
  facts.measured.threads = 1;
  CHECK_THAT(judge(facts).sentence, StartsWith("encode: 1 thread gives 61 frames/s") &&
                                        Contains("`--threads 2`") && Contains("about 111"));
  facts.medians["busy_percent"] = 99;
  facts.medians["others_percent"] = 40;
  CHECK_THAT(judge(facts).sentence,
             Contains("`--quality 70`") && Contains("the machine's 2 cores are 99 % in use, 40 %"));
}

TEST_CASE("no suggestion promises more than the requested rate") {
  VerdictFacts facts = unlimited_facts();
  facts.measured.frames_per_second = 62;
  facts.medians["captured_fps"] = 62;
  facts.medians["encoded_fps"] = 55;
  facts.medians["skipped_encode_percent"] = 11;
  facts.measured.threads = 1;
  CHECK_THAT(judge(facts).sentence, Contains("55 of 62 frames/s") && Contains("about 62"));
}

TEST_CASE("at a low quality a smaller picture is suggested for the encoder") {
  VerdictFacts facts = unlimited_facts();
  facts.measured.quality = 35;
  CHECK_THAT(judge(facts).sentence, Contains("a smaller `--size`"));
}

TEST_CASE("a camera below the requested rate is named with its format") {
  VerdictFacts facts = good_facts();
  facts.measured.source = "/dev/video0";
  facts.source = "camera /dev/video0: YUYV 1280x720 at 10 frames/s";
  for (const char* name : {"captured_fps", "encoded_fps", "fps"}) facts.medians[name] = 10;
  const Verdict verdict = judge(facts);
  CHECK(verdict.bottleneck == Bottleneck::camera);
  CHECK_THAT(verdict.sentence, StartsWith("camera: the source gives 10.0 of 30 frames/s (camera "
                                          "/dev/video0: YUYV 1280x720 at 10 frames/s)"));
}

TEST_CASE("one or two missing frames are no bottleneck") {
  VerdictFacts facts = good_facts();
  facts.measured.frames_per_second = 0.5;
  for (const char* name : {"captured_fps", "encoded_fps", "fps"}) facts.medians[name] = 0.4;
  facts.seconds = 5;
  const Verdict verdict = judge(facts);
  CHECK(verdict.bottleneck == Bottleneck::none);
  CHECK_THAT(verdict.sentence, StartsWith("none: too short to judge: 2 frames, 8.0 ms old"));
  facts.seconds = 2.3;
  CHECK_THAT(judge(facts).sentence, StartsWith("none: too short to judge: 1 frame,"));
  facts.seconds = 60;  // of thirty frames six are missing
  CHECK(judge(facts).bottleneck == Bottleneck::camera);
}

TEST_CASE("one or two skipped frames are no bottleneck") {
  VerdictFacts facts = good_facts();
  facts.seconds = 0.5;
  facts.medians["skipped_decode_percent"] = 10;  // of 15
  CHECK(judge(facts).sentence.starts_with("none: too short to judge: 15 frames"));
  facts.seconds = 5;
  CHECK(judge(facts).bottleneck == Bottleneck::decode);
}

TEST_CASE("two frames are too few to judge, with and without a requested rate") {
  VerdictFacts facts = good_facts();
  facts.measured.frames_per_second = GENERATE(0, 1);
  for (const char* name : {"captured_fps", "encoded_fps", "fps"}) facts.medians[name] = 1;
  facts.seconds = 2;
  CHECK_THAT(judge(facts).sentence, StartsWith("none: too short to judge: 2 frames"));
}

TEST_CASE("an unlimited source is the limit if all stages keep up") {
  VerdictFacts facts = unlimited_facts();
  facts.medians["skipped_encode_percent"] = 0;
  facts.medians["captured_fps"] = 61;
  CHECK(judge(facts).bottleneck == Bottleneck::camera);
}

TEST_CASE("a slow link is named with its rate and the size of a frame") {
  VerdictFacts facts = good_facts();
  facts.medians["skipped_network_percent"] = 80;
  facts.medians["fps"] = 6;
  facts.medians["mbit_per_second"] = 13;
  const Verdict verdict = judge(facts);
  CHECK(verdict.bottleneck == Bottleneck::network);
  CHECK_THAT(verdict.sentence,
             StartsWith("network: each viewer gets 13.0 Mbit/s, and a frame has 270 kB, so 6.0 of "
                        "30 frames/s arrive; `--quality 70` would give about 7"));
  facts.medians.erase("encode_ms");
  CHECK_THAT(judge(facts).sentence, Contains("--passthrough off"));
}

TEST_CASE("lost packets are attributed to the network") {
  VerdictFacts facts = good_facts();
  facts.measured.transport = Transport::rtp;
  facts.medians["lost_percent"] = 2;
  const Verdict verdict = judge(facts);
  CHECK(verdict.bottleneck == Bottleneck::network);
  CHECK_THAT(verdict.sentence, Contains("2.0 % of the packets are lost") && Contains("--fec"));
}

TEST_CASE("the verdict says how many frames are whole, and what helps") {
  VerdictFacts facts = good_facts();
  facts.measured.transport = Transport::rtp;
  facts.medians["lost_percent"] = 2;
  facts.medians["patched_percent"] = 50;
  facts.medians["whole_fps"] = 15;
  CHECK(judge(facts).sentence ==
        "network: 2.0 % of the packets are lost, and 15.0 of 30.0 frames/s shown are whole; "
        "`--sender-options \"--fec auto\"` can repair many of them, and tcp or a lower "
        "`--quality` would help");
  facts.medians["restored_percent"] = 40;
  CHECK_THAT(judge(facts).sentence,
             Contains("2.0 % of the packets are lost (40 % of these restored)") &&
                 Contains("tcp or a lower `--quality`") && !Contains("--fec"));
}

TEST_CASE("losses that are restored are named and are no bottleneck") {
  VerdictFacts facts = good_facts();
  facts.measured.transport = Transport::rtp;
  facts.medians["lost_percent"] = 2;
  facts.medians["restored_percent"] = 99;
  facts.medians["patched_percent"] = 0.2;
  facts.medians["whole_fps"] = 29.9;
  const Verdict verdict = judge(facts);
  CHECK(verdict.bottleneck == Bottleneck::none);
  CHECK_THAT(verdict.sentence, StartsWith("none: all 30 frames/s") &&
                                   Contains("; 2.0 % of the packets are lost (99 % of these "
                                            "restored), and 29.9 of 30.0 frames/s shown are "
                                            "whole"));
}

TEST_CASE("a verdict about another stage names a loss, too") {
  VerdictFacts facts = good_facts();
  facts.medians["skipped_decode_percent"] = 50;
  facts.medians["lost_percent"] = 0.1;
  const Verdict verdict = judge(facts);
  CHECK(verdict.bottleneck == Bottleneck::decode);
  CHECK_THAT(verdict.sentence, Contains("; 0.1 % of the packets are lost"));
  facts.medians.erase("lost_percent");
  CHECK_THAT(judge(facts).sentence, !Contains("lost"));
}

TEST_CASE("the last of several stages that discard frames is the bottleneck") {
  VerdictFacts facts = unlimited_facts();
  facts.medians["skipped_decode_percent"] = 50;
  facts.medians["fps"] = 30;
  const Verdict verdict = judge(facts);
  CHECK(verdict.bottleneck == Bottleneck::decode);
  CHECK_THAT(verdict.sentence,
             StartsWith("decode: 2 threads in the viewer decode 30 of 61 frames/s at 1920x1080"));
  facts.medians["skipped_display_percent"] = 20;
  CHECK(judge(facts).bottleneck == Bottleneck::display);
  CHECK_THAT(judge(facts).sentence, StartsWith("display: 20.0 %"));
}

TEST_CASE("a case without figures has no bottleneck") {
  VerdictFacts facts;
  facts.medians.clear();
  CHECK(judge(facts).bottleneck == Bottleneck::none);
}

TEST_CASE("size and time of a frame increase with the quality") {
  CHECK(relative_encode_time(80) == Approx(1));
  CHECK(relative_size(80) == Approx(1));
  for (int quality = 1; quality < 100; ++quality) {
    CHECK(relative_size(quality) <= relative_size(quality + 1));
    CHECK(relative_encode_time(quality) <= relative_encode_time(quality + 1));
  }
}

}  // namespace
}  // namespace jpegwire::verdict_test
