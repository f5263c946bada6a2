"""Runs all benchmarks of a release build and prints docs/benchmarks.md."""

import argparse
import json
import os
import platform
import re
import statistics
import subprocess

import datagrams
import end_to_end
import http_viewers
import mosaic
import recordings


def run_benchmark(build, name, repetitions, *options, time="real_time"):
    """The time of each repetition in milliseconds, by the benchmark's name. The repetitions of all are
    interleaved, so that a machine that slows down slows down all of them."""
    output = subprocess.run(
        [f"{build}/bench/{name}", "--benchmark_format=json",
         f"--benchmark_repetitions={repetitions}", "--benchmark_enable_random_interleaving=true",
         *options], capture_output=True, text=True, check=True).stdout
    times = {}
    for run in json.loads(output)["benchmarks"]:
        if run["run_type"] == "iteration":
            is_manual = run["run_name"].endswith("/manual_time")
            value = run["real_time" if is_manual else time]
            times.setdefault(run["run_name"], []).append(value * 1e-6)
    return times


def run_rtp_benchmarks(build, repetitions):
    """Those of one thread, so what it ran for counts and not what others took from it."""
    names = "percent:10$|lost_every:(95|20)$"
    times = {**run_benchmark(build, "fec_benchmark", repetitions, "--benchmark_min_time=0.1",
                             f"--benchmark_filter={names}", time="cpu_time"),
             **run_benchmark(build, "rtp_benchmark", repetitions, "--benchmark_min_time=0.1",
                             time="cpu_time")}
    return {name.split("/iterations")[0]: values for name, values in times.items()}


def ratios(slow, fast):
    """Of the medians; the spread is that of each repetition against the other's median."""
    medians = statistics.median(slow), statistics.median(fast)
    return (f"{medians[0] / medians[1]:.2f} "
            f"({min(slow) / medians[1]:.2f} to {max(slow) / medians[1]:.2f})")


def codec_rows(times):
    imencode, imdecode = times["opencv_cvtColor_imencode"], times["opencv_imdecode"]
    return [
        ("1080p YUYV to JPEG, quality 80, two threads: times faster than cvtColor+imencode", "at least 2.2",
         ratios(imencode, times["encode/threads:2"])),
        ("the same, one thread", "at least 1.15", ratios(imencode, times["encode/threads:1"])),
        ("1080p JPEG to BGR, two threads: times faster than imdecode", "at least 2.2",
         ratios(imdecode, times["decode/threads:2"])),
        ("the same, one thread", "", ratios(imdecode, times["decode/threads:1"])),
        *((f"1080p JPEG to a picture of {name} the size, one thread: times faster than to the whole", "",
           ratios(times["decode_scaled/eighths:8"], times[f"decode_scaled/eighths:{eighths}"]))
          for name, eighths in (("half", 4), ("a quarter", 2), ("an eighth", 1))),
        ("the test card's own cost, 1080p, ms", "under 1", end_to_end.spread(times["test_card"])),
        ("the gate, 1080p, ms", "", end_to_end.spread(times["gate"], 3)),
    ]


def run_window_benchmarks(build, repetitions):
    """Of one thread too."""
    return run_benchmark(build, "overlay_benchmark", repetitions, "--benchmark_min_time=0.1", time="cpu_time")


def window_rows(times):
    return [
        ("all figures and the arrival trace on a picture of 1080p, ms", "under 1",
         end_to_end.spread(times["overlay_and_trace"])),
        ("of these, the figures, with other words in each frame, ms", "", end_to_end.spread(times["overlay"])),
        ("the trace's tint over the picture, ms", "", end_to_end.spread(times["trace_tint"])),
        ("the trace's strip below it, ms", "", end_to_end.spread(times["trace_strip"])),
    ]


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

The times in milliseconds behind the first table:

{times}
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

The times in milliseconds behind this table:

{times}
"""


def list_of_times(times, digits):
    return "\n".join(f"- `{name}`: {end_to_end.spread(values, digits)}" for name, values in times.items())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", help="the build directory")
    parser.add_argument("--quick", action="store_true", help="a first look: fewer repetitions")
    arguments = parser.parse_args()
    build, scale = arguments.build, 1 if arguments.quick else 5

    times = run_benchmark(build, "codec_benchmark", 3 * scale, "--benchmark_min_time=0.2")
    tcp_ages, rtp_ages = datagrams.age_against_tcp(build, scale, 6)
    rows = (tcp_ages
            + end_to_end.with_a_viewer_that_reads_nothing(build, scale, 5)
            + end_to_end.first_frame(build, 10 * scale)
            + end_to_end.passthrough_against_encoding(build, scale, 180)
            + mosaic.rows(build, 1 if arguments.quick else 3, 10))
    http_rows = http_viewers.rows(build, 1 if arguments.quick else 4, 4)
    recording_rows = recordings.rows(build, 1 if arguments.quick else 4, 5)
    rtp_times = run_rtp_benchmarks(build, 3 * scale)
    frames, seeds = 3000, 2 * scale
    rtp_rows = (datagrams.coding(rtp_times) + rtp_ages
                + datagrams.loss(build, frames, seeds)
                + datagrams.loss_of_programs(build, 1 if arguments.quick else 2,
                                             90 if arguments.quick else 300)
                + datagrams.flood(build, 1_000_000, 1 if arguments.quick else 3))
    print(PREAMBLE.format(machine=machine()))
    print("## Codec\n")
    print(table(codec_rows(times)))
    print("\n## The programs, over loopback\n")
    print(table(rows))
    print(CODEC_NOTES.format(times=list_of_times(times, 2)))
    print("## The window\n")
    print(table(window_rows(run_window_benchmarks(build, 3 * scale))))
    print(WINDOW_NOTES)
    print("## HTTP\n")
    print(table(http_rows))
    print(HTTP_NOTES)
    print("## Recordings\n")
    print(table(recording_rows))
    print("\n## RTP\n")
    print(table(rtp_rows))
    print(RTP_NOTES.format(frames=frames, seeds=seeds, times=list_of_times(rtp_times, 3)), end="")


if __name__ == "__main__":
    main()
