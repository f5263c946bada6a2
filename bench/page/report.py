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
import links
import microbenchmarks
import mosaic
import peers
import plain_readers
import recordings


def table(rows):
    lines = ["| what | target | measured: median (minimum to maximum) |", "|---|---|---|"]
    return "\n".join(lines + [f"| {what} | {reach} | {value} |" for what, reach, value in rows])


def machine():
    model = re.search(r"model name\s*: (.*)", open("/proc/cpuinfo").read())[1]
    return (f"{os.cpu_count()} cores of {model}, Linux {platform.release().split('-')[0]}, "
            f"TCP congestion control {links.congestion_control_of_system()} unless a row names another")


PREAMBLE = """# Benchmarks

`script/bench` builds in release mode, measures, and writes this page. Compared figures are from one run, in which the
compared programs take turns, because the speed of a machine drifts. Ratios are ratios of the medians.

Measured on {machine}.
"""

CODEC_NOTES = """
Heap allocations per frame once warm, in encoding, sending, receiving and decoding: 0. A test counts them
(`tests/net/allocations_test.cpp`). It does not count the working memory that libjpeg-turbo allocates and frees within
each call.

Times in milliseconds on which the codec's table is based, in addition to those of the steps:

{times}
"""

PLACES_NOTES = """
Wall-clock time for one 1080p frame at quality 80. The results of both sides are checked. The data is in memory, except
for `fan out`, which sends a small frame to four viewers over loopback.

The two sides do not do exactly the same:

- jpegwire uses one thread; OpenCV's cvtColor uses all cores.
- `validate` is the validation of a JPEG. It finds the end of every band, while tjDecompressHeader3 reads only up to the
  first scan. jpegwire's framings and its reassembler include the validation; the library calls do not.
- `multipart framing` finds the end of each JPEG by its markers, because cameras send wrong lengths; libavformat's
  demuxer trusts `Content-Length`.
- libavformat's RTP muxer does not support restart intervals, so its frame has one band. It copies each packet;
  jpegwire refers to the frame's bytes.
- ISA-L gets its symbols, and for encoding its tables, ready-made. jpegwire copies and pads the packets. It computes
  repair packets for 10 % of 190 packets, or restores nine of these packets. For decoding, ISA-L inverts a matrix for
  each block.
"""

RATES_NOTES = """
Results of `jpegwire-bench --viewers 1,4` ([measuring.md](measuring.md)), in short runs: programs over loopback, the
test card at 30 frames/s, quality 80. "Limited by" is the stage that limits a case.
"""

PEER_NOTES = """
Results of `jpegwire-bench --peers`: each sender has the same simulated camera and the same viewers. Ages are read from a
clock in the pictures, from light to decoded pixels ([measuring.md](measuring.md)).
"""

LINK_NOTES = """
Results of `jpegwire-bench --link` ([measuring.md](measuring.md#a-bad-network)), in one run of each case, after 2 seconds
of warm-up: the steady link for 5 seconds, the other for 9, with 5 Mbit/s in the middle third. Ages are read from a clock
in the pictures. The similarity compares brightness, after the picture is enlarged to 1080p.
"""

WINDOW_NOTES = """
CPU time of one thread for drawing into an existing picture. A window draws new text five times a second, so that it can
be read, and only the bars with each frame. Without the trace, a window of the picture's size copies nothing.
"""

HTTP_NOTES = """
The viewers are one process that discards the pictures in the kernel. The picture is the test card, 1280x720, at 10
frames/s. CPU is that of all threads of the sender, the loop or ustreamer over some seconds, divided by the frames that
the viewers counted. The camera of ustreamer and jpegwire is the simulated one; its own thread is not counted.
"""

RTP_NOTES = """
The frames are the test card at 1920x1080 and quality 80, about 210 packets of up to 1400 bytes in 34 bands. Sender CPU
is the time of its thread within the system calls, which it makes after each band that the encoder outputs. It includes
the delivery over loopback, which the kernel does in the same calls.

Losses are measured with the code of sender and viewer, without sockets and with a simulated clock, over {frames} frames
and with {seeds} seeds. The rows of the programs check the same through a proxy that drops packets. A lost packet costs
its band if it is not restored: of bands with about 6 packets, a share of 0.99 to the power of 6 is current.

The invalid packets are sent to a viewer's receiver on loopback, 16 before each valid packet: random bytes, RTP packets
of other sources with random payloads, one-packet frames of other sources, and the same with the valid source's SSRC and
stale or implausible sequence numbers.

Times in milliseconds on which the rows of sending are based:

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
            + timed("plain readers", plain_readers.rows, build, min(runs, 2), 4)
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
    times = timed("steps of a frame", microbenchmarks.run_hot_paths, build, 6 if runs > 1 else 3)
    window = timed("the window", microbenchmarks.run, build, "overlay_benchmark", 3 * runs)
    rates = timed("frame rates and ages", frame_rates.run, build, runs, images)
    peer_rows, peer_texts = timed("other senders", peers.measure, build, runs, images)
    link_rows, link_plots = timed("slow links", links.measure, build, runs, images)
    tcp_ages, rtp_ages = timed("ages over TCP and RTP", datagrams.age_against_tcp, build, runs, 3)
    programs = measure_programs(build, runs)
    http = timed("HTTP", http_viewers.rows, build, min(runs, 2), 2.5)
    recording = timed("recordings", recordings.rows, build, min(runs, 2), 2.5)
    rtp = measure_datagrams(build, runs)
    return [
        section("Steps of a frame, compared with the library calls that they replace",
                microbenchmarks.places_table(times.real), PLACES_NOTES),
        section("Codec", table(microbenchmarks.codec_rows(times.real)),
                CODEC_NOTES.format(times=microbenchmarks.codec_times(times.real))),
        section("Frame rates and ages", rates, RATES_NOTES),
        section("Compared with other senders", table(peer_rows), PEER_NOTES, peer_texts, ""),
        section("Slow links", table(link_rows), LINK_NOTES, link_plots, ""),
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
