"""Runs all benchmarks of a release build and prints docs/benchmarks.md."""

import argparse
import os
import platform
import re
import sys
import time

import datagrams
import end_to_end
import frame_rates
import http_viewers
import microbenchmarks
import mosaic
import peers
import recordings


def table(rows):
    lines = ["| what | reach | measured: median (least to greatest) |", "|---|---|---|"]
    return "\n".join(lines + [f"| {what} | {reach} | {value} |" for what, reach, value in rows])


def machine():
    model = re.search(r"model name\s*: (.*)", open("/proc/cpuinfo").read())[1]
    return f"{os.cpu_count()} cores of {model}, Linux {platform.release().split('-')[0]}"


PREAMBLE = """# Benchmarks

`script/bench` builds in release mode, measures, and writes this page. Every figure that compares is
taken within one run, the compared runs in turn, because a machine's speed drifts. "Faster" is the
ratio of the medians.

Measured on {machine}.
"""

CODEC_NOTES = """
Heap allocations per frame once warm, in encode, fan-out, receive and decode: 0. A test counts them
(`tests/net/allocations_test.cpp`). libjpeg-turbo's own working memory, which it takes and gives back
within each call, is not counted: it is not ours to pool.

Times in milliseconds behind the codec's table, beside those of the places:

{times}
"""

PLACES_NOTES = """
Real time of one frame of 1080p at quality 80; both sides are checked to give the whole of it, and memory takes
the place of sockets but for `fan out`, a small frame to four viewers over loopback. They do not do quite the
same. Our work is on one thread, and OpenCV's cvtColor takes all of them. tjDecompressHeader3 reads no further
than to the first scan, whereas our gate finds the end of every band; the gate is in both of our framings and
in the reassembler too, and in none of the calls beside them. libavformat's RTP knows no restart intervals when
it sends, so its frame has one band, and it copies each packet, which ours only views. ISA-L finds its symbols
ready, and for encoding its tables; ours are made of packets that are copied and padded, and repairs for a
tenth of 190 packets are computed, or nine of these packets restored. For that ISA-L's way is to invert a
matrix of each block.
"""

RATES_NOTES = """
What `jpegwire-bench --viewers 1,4` tells ([measuring.md](measuring.md)), in short runs: programs over loopback,
the test card at 30 frames/s, quality 80. "Held back by" is the stage that keeps a case from more.
"""

PEER_NOTES = """
`jpegwire-bench --peers`: each sender has the same fake camera and the same viewers, and ages are those that a clock
in the pictures tells, from light to decoded pixels ([measuring.md](measuring.md)).
"""

WINDOW_NOTES = """
What drawing them takes of one thread, in a picture that is there already. A window draws new words five
times a second, so that they can be read, and only the bars with each frame. Without the trace, a window
of the picture's size copies nothing.
"""

HTTP_NOTES = """
The viewers are one process that drops the pictures' bytes in the kernel. The picture is one of the test
card, 1280x720, at 10 frames/s; the CPU is that of the sender's, the loop's or ustreamer's threads over
some seconds, divided by the frames that the viewers counted. The camera for ustreamer and for us is the
tests' fake one, without its own thread.
"""

RTP_NOTES = """
The frames are the test card's at 1920x1080 and quality 80, some 210 packets of up to 1400 bytes in 34
bands. The sender's CPU is what its thread takes within the calls, one after each band as it comes out
of the encoder, and the kernel delivers to loopback within them.

Losses are measured in the sender's and the viewer's own code, without sockets and with a clock of their
own, over {frames} frames and with {seeds} seeds; the rows of the programs, through a proxy that loses
packets, check that these do the same. A lost packet costs its band where it is not repaired: of bands
of some 6 packets, 0.99 to the power of 6 are fresh.

The garbage is sent to a viewer's receiver on loopback, 16 datagrams in front of each packet: random
bytes, RTP packets of other sources with random bytes in them, frames of one packet of other sources, and
the same in the name of the good one with stale and wild sequence numbers.

Times in milliseconds behind the rows of sending:

{times}
"""


LOSS_FRAMES, LOSS_SEEDS = 3000, 5


def timed(what, measure, *arguments):
    begin = time.monotonic()
    result = measure(*arguments)
    print(f"{what}: {time.monotonic() - begin:.0f} s", file=sys.stderr, flush=True)
    return result


def measure_programs(build, runs):
    return (timed("a viewer that reads nothing", end_to_end.with_a_viewer_that_reads_nothing, build, runs, 4)
            + timed("first frame", end_to_end.first_frame, build, 10 * runs)
            + timed("passthrough", end_to_end.passthrough_against_encoding, build, runs, 90)
            + timed("nine cameras", mosaic.rows, build, min(runs, 2), 5))


def measure_datagrams(build, runs):
    return (timed("losses", datagrams.loss, build, LOSS_FRAMES, LOSS_SEEDS)
            + timed("losses of the programs", datagrams.loss_of_programs, build, 2, 120)
            + timed("garbage", datagrams.flood, build, 1_000_000, 1))


def section(title, *texts):
    return f"## {title}\n\n" + "\n".join(texts)


def measure(build, runs, images):
    """The page's sections."""
    times = timed("places on a frame's way", microbenchmarks.run_hot_paths, build, 6 if runs > 1 else 3)
    window = timed("the window", microbenchmarks.run, build, "overlay_benchmark", 3 * runs)
    rates = timed("frame rates and ages", frame_rates.run, build, runs, images)
    peer_rows, peer_texts = timed("beside other senders", peers.measure, build, runs, images)
    tcp_ages, rtp_ages = timed("ages over TCP and RTP", datagrams.age_against_tcp, build, runs, 3)
    programs = measure_programs(build, runs)
    http = timed("HTTP", http_viewers.rows, build, min(runs, 2), 2.5)
    recording = timed("recordings", recordings.rows, build, min(runs, 2), 2.5)
    rtp = measure_datagrams(build, runs)
    return [
        section("The places on a frame's way, beside the library calls that they replace",
                microbenchmarks.places_table(times.real), PLACES_NOTES),
        section("Codec", table(microbenchmarks.codec_rows(times.real)),
                CODEC_NOTES.format(times=microbenchmarks.codec_times(times.real))),
        section("Frame rates and ages", rates, RATES_NOTES),
        section("Beside other senders", table(peer_rows), PEER_NOTES, peer_texts, ""),
        section("The programs, over loopback", table(tcp_ages + programs), ""),
        section("The window", table(microbenchmarks.window_rows(window.cpu)), WINDOW_NOTES),
        section("HTTP", table(http), HTTP_NOTES),
        section("Recordings", table(recording), ""),
        section("RTP", table(microbenchmarks.rtp_rows(times.cpu) + rtp_ages + rtp),
                RTP_NOTES.format(frames=LOSS_FRAMES, seeds=LOSS_SEEDS,
                                 times=microbenchmarks.rtp_times(times.cpu)))]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", help="the build directory")
    parser.add_argument("--quick", action="store_true", help="a first look: fewer repetitions")
    parser.add_argument("--images", help="where the plots go, beside the page; without it the build directory")
    arguments = parser.parse_args()
    sections = timed("all", measure, arguments.build, 1 if arguments.quick else 3,
                     arguments.images or arguments.build)
    print("\n".join([PREAMBLE.format(machine=machine()), *sections]), end="")


if __name__ == "__main__":
    main()
