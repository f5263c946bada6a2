"""Runs all benchmarks of a release build and prints docs/benchmarks.md."""

import argparse
import json
import os
import platform
import re
import statistics
import subprocess

import end_to_end


def run_codec_benchmark(build, repetitions):
    """The time of each repetition in milliseconds, by the benchmark's name. The repetitions of all are
    interleaved, so that a machine that slows down slows down all of them."""
    output = subprocess.run(
        [f"{build}/bench/codec_benchmark", "--benchmark_format=json",
         f"--benchmark_repetitions={repetitions}", "--benchmark_enable_random_interleaving=true",
         "--benchmark_min_time=0.2"],
        capture_output=True, text=True, check=True).stdout
    times = {}
    for run in json.loads(output)["benchmarks"]:
        if run["run_type"] == "iteration":
            times.setdefault(run["run_name"], []).append(run["real_time"] * 1e-6)
    return times


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
        ("the test card's own cost, 1080p, ms", "under 1", end_to_end.spread(times["test_card"])),
        ("the gate, 1080p, ms", "", end_to_end.spread(times["gate"], 3)),
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

NOTES = """
Heap allocations per frame once warm, in encode, fan-out, receive and decode: 0. A test counts them
(`tests/net/allocations_test.cpp`). libjpeg-turbo's own working memory, which it takes and gives back
within each call, is not counted: it is not ours to pool.

The times in milliseconds behind the first table:

{times}
"""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", help="the build directory")
    parser.add_argument("--quick", action="store_true", help="a first look: fewer repetitions")
    arguments = parser.parse_args()
    build, scale = arguments.build, 1 if arguments.quick else 5

    times = run_codec_benchmark(build, 3 * scale)
    rows = (end_to_end.age_at_1080p30(build, scale, 6)
            + end_to_end.with_a_viewer_that_reads_nothing(build, scale, 5)
            + end_to_end.first_frame(build, 10 * scale)
            + end_to_end.passthrough_against_encoding(build, scale, 180))
    print(PREAMBLE.format(machine=machine()))
    print("## Codec\n")
    print(table(codec_rows(times)))
    print("\n## The programs, over loopback\n")
    print(table(rows))
    print(NOTES.format(times="\n".join(
        f"- `{name}`: {end_to_end.spread(values)}" for name, values in times.items())))


if __name__ == "__main__":
    main()
