"""Runs the Google Benchmark programs and turns their results into rows of the report."""

import json
import statistics
import subprocess
from collections import namedtuple

from end_to_end import spread

# By the benchmark's name the milliseconds of each repetition, by the clock and of the calling thread.
Times = namedtuple("Times", "real cpu")


def times_of(runs, kind):
    times = {}
    for run in runs:
        if run.get("error_occurred"):
            raise SystemExit(f"{run['run_name']}: {run['error_message']}")
        is_manual = run["run_name"].endswith("/manual_time")
        value = run["real_time" if is_manual else kind]
        times.setdefault(run["run_name"].split("/iterations")[0], []).append(value * 1e-6)
    return times


def run(build, program, repetitions, *options):
    """Interleaves the repetitions of all benchmarks, so that a slow phase of the machine affects all of them."""
    output = subprocess.run(
        [f"{build}/bench/{program}", "--benchmark_format=json", "--benchmark_min_time=0.1",
         f"--benchmark_repetitions={repetitions}", "--benchmark_enable_random_interleaving=true",
         *options], capture_output=True, text=True, check=True).stdout
    runs = [run for run in json.loads(output)["benchmarks"] if run["run_type"] == "iteration"]
    runs.sort(key=lambda run: (run["family_index"], run["per_family_instance_index"]))  # as they are registered
    return Times(times_of(runs, "real_time"), times_of(runs, "cpu_time"))


def run_hot_paths(build, repetitions):
    """Leaves out the benchmarks that only help to change the FEC code."""
    return run(build, "hot_path_benchmark", repetitions, "--benchmark_filter=-percent|lost_every:(0|10)$")


def ratios(slow, fast):
    """The ratio of the medians; its spread is that of each repetition relative to the other's median."""
    medians = statistics.median(slow), statistics.median(fast)
    return (f"{medians[0] / medians[1]:.2f} "
            f"({min(slow) / medians[1]:.2f} to {max(slow) / medians[1]:.2f})")


def library_calls(times):
    """The step, the library call, and the name of the benchmark that has both."""
    return [(*name.split(": "), name) for name in times if ": " in name]


def spread_of_magnitudes(values):
    """Some steps take a thousand times as long as others."""
    return f"{statistics.median(values):.3g} ({min(values):.3g} to {max(values):.3g})"


def places_table(times):
    lines = ["| step | jpegwire, ms | library call | library call, ms | library call / jpegwire |", "|---|---|---|---|---|"]
    for place, call, name in library_calls(times):
        lines.append(f"| {place.replace('_', ' ')} | {spread_of_magnitudes(times[place])} | {call} | "
                     f"{spread_of_magnitudes(times[name])} | {ratios(times[name], times[place])} |")
    return "\n".join(lines)


def codec_rows(times):
    calls = {place: times[name] for place, _, name in library_calls(times)}
    return [
        ("1080p YUYV to JPEG, quality 80, two threads: speed relative to cvtColor+imencode", "at least 2.2",
         ratios(calls["encode"], times["encode/threads:2"])),
        ("the same, one thread", "at least 1.15", ratios(calls["encode"], times["encode"])),
        ("1080p JPEG to BGR, two threads: speed relative to imdecode", "at least 2.2",
         ratios(calls["decode"], times["decode/threads:2"])),
        ("the same, one thread", "", ratios(calls["decode"], times["decode"])),
        *((f"1080p JPEG decoded at {name}, one thread: speed relative to full size", "",
           ratios(times["decode_scaled/eighths:8"], times[f"decode_scaled/eighths:{eighths}"]))
          for name, eighths in (("half size", 4), ("a quarter of the size", 2), ("an eighth of the size", 1))),
        ("drawing the test card, 1080p, ms", "under 1", spread(times["test_card"])),
        ("validating a JPEG, 1080p, ms", "", spread(times["validate"], 3)),
    ]


def codec_times(times):
    return list_of_times(times, ("encode/", "decode/", "decode_scaled/", "test_card"), 2)


def window_rows(times):
    return [
        ("all figures and the arrival trace on a 1080p picture, ms", "under 1",
         spread(times["overlay_and_trace"])),
        ("of these, the figures, with new text in each frame, ms", "", spread(times["overlay"])),
        ("the tint of the trace over the picture, ms", "", spread(times["trace_tint"])),
        ("the strip of the trace below it, ms", "", spread(times["trace_strip"])),
    ]


def rtp_rows(times):
    def ratio(fast, slow):
        medians = statistics.median(times[fast]), statistics.median(times[slow])
        return (f"{medians[0] / medians[1]:.3f} ({min(times[fast]) / medians[1]:.3f} to "
                f"{max(times[fast]) / medians[1]:.3f})")

    return [("sending a 1080p frame with UDP_SEGMENT: sender CPU relative to one call per packet",
             "at most 0.25", ratio("send_segmented", "send_single")),
            ("the same, to a receiver without UDP_GRO", "",
             ratio("send_segmented_to_others", "send_single")),
            ("the same, with sendmmsg instead", "", ratio("send_batched", "send_single")),
            ("10 % repair packets for a 1080p frame: computing them, ms", "under 0.1",
             spread(times["fec_encode"], 3)),
            ("the same: restoring 1 % of the packets from them, ms", "under 0.1",
             spread(times["decode_frame/lost_every:95"], 3)),
            ("the same: restoring 5 %, ms", "under 0.1", spread(times["fec_decode"], 3)),
            ("cutting a 1080p frame into packets, ms", "", spread(times["packetize"], 3)),
            ("reassembling it, including validation, ms", "", spread(times["reassemble"], 3))]


def rtp_times(times):
    return list_of_times(times, ("send_",), 3)


def list_of_times(times, beginnings, digits):
    return "\n".join(f"- `{name}`: {spread(values, digits)}" for name, values in times.items()
                     if name.startswith(beginnings))
