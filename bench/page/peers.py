"""Compares jpegwire with other senders, as jpegwire-bench --peers measures them."""

import os

import frame_rates
import plots

FULL_SIZE = ["--size", "1920x1080"]
TITLES = {"fps": "frames/s", "age_p50_ms": "age p50", "age_p99_ms": "age p99", "sender_cpu_ms": "sender CPU per frame"}


def label(case):
    return case.get("sender", "jpegwire")


def table(results):
    """A line for each sender."""
    figures = [("fps", "frames/s", 1), ("age_p50_ms", "age p50, ms", 1), ("age_p99_ms", "p99, ms", 1),
               ("sender_cpu_ms", "sender CPU, ms/frame", 2), ("mbit_per_second", "data, Mbit/s", 1)]
    lines = ["| median (minimum to maximum) | " + " | ".join(title for _, title, _ in figures) + " |",
             "|---" * (len(figures) + 1) + "|"]
    for result in results["cases"]:
        cells = [frame_rates.cell(result["figures"], name, digits) for name, _, digits in figures]
        failure = f": {result['failure']}" if result["failure"] else ""
        lines.append(f"| {label(result['case'])}{failure} | {' | '.join(cells)} |")
    return "\n".join(lines + ["", *results["skipped"]])


def ratio(results, what, figure, reach):
    """A row that compares one of our figures with the best peer's."""
    for one in results["beside_peers"]:
        if one["figure"] == figure:
            spread = " to ".join(f"{one['ratio'][key]:.2f}" for key in ("least", "greatest"))
            return (f"{what}: {TITLES[figure]} relative to {one['peer']}'s, the best peer's", reach,
                    f"{one['ratio']['median']:.2f} ({spread})")
    return f"{what}: {TITLES[figure]}", reach, "no peer is installed"


def beside(build, repetitions, images):
    results, shown = frame_rates.measure(
        build, "--peers", *FULL_SIZE, "--seconds", "3", "--repetitions", str(repetitions), images=images,
        pictures=plots.PICTURES_BESIDE_PEERS)
    what = "1080p30 YUYV, one viewer"
    return f"{table(results)}\n\n{shown}", [ratio(results, what, "age_p50_ms", "at most 0.6"),
                                            ratio(results, what, "age_p99_ms", ""),
                                            ratio(results, what, "sender_cpu_ms", "at most 0.85")]


def slow_link(build, repetitions):
    what = "a camera's 365 kB JPEGs at 30 frames/s over 20 Mbit/s"
    if os.geteuid() != 0:
        return "This needs root.", [(what, "at most 0.2", "needs root")]
    results, _ = frame_rates.measure(
        build, "--peers", *FULL_SIZE, "--source", "fake:mjpg", "--link", "20mbit", "--warm-up", "2",
        "--seconds", "12", "--repetitions", str(repetitions))
    return table(results), [ratio(results, what, "fps", "at least 4"), ratio(results, what, "age_p50_ms", ""),
                            ratio(results, what, "age_p99_ms", "at most 0.2")]


def many_viewers(build, repetitions):
    results, _ = frame_rates.measure(
        build, "--peers", *FULL_SIZE, "--source", "fake:mjpg", "--viewers", "16", "--fps", "10", "--threads", "1",
        "--seconds", "2", "--repetitions", str(repetitions))
    loop = next((result for result in results["cases"] if label(result["case"]) == "OpenCV+Python"), None)
    ours = results["cases"][0]
    rows = [ratio(results, "camera's JPEGs to 16 viewers", "sender_cpu_ms", "below 1")]
    if loop and loop["figures"]:
        medians = [case["figures"]["sender_cpu_ms"]["median"] for case in (ours, loop)]
        rows.append(("the same relative to Python's bare loop of sendall", "at most 1.1", f"{medians[0] / medians[1]:.2f}"))
    return table(results), rows


def high_rate(build, repetitions):
    results, _ = frame_rates.measure(build, "--source", "fake:yuyv", "--size", "1280x720", "--fps", "120",
                                     "--seconds", "3", "--repetitions", str(repetitions))
    figures = results["cases"][0]["figures"]
    return [("720p YUYV at 120 frames/s, one viewer: frames/s shown", "120", frame_rates.cell(figures, "fps", 1)),
            ("the same: age p99, ms", "under 8.3", frame_rates.cell(figures, "age_p99_ms", 1)),
            ("the same: CPU of jpegwire-bench itself, % of that of the programs", "under 2",
             frame_rates.cell(figures, "bench_percent", 2))]


def measure(build, repetitions, images):
    """The rows of all measurements, and a table and plots for each."""
    few = min(repetitions, 2)
    beside_text, rows = beside(build, repetitions, images)
    link_text, link_rows = slow_link(build, few)
    many_text, many_rows = many_viewers(build, few)
    texts = ["A camera's YUYV at 1080p30, one viewer:\n", beside_text,
             "\nA camera's JPEGs over a link of 20 Mbit/s, for 12 seconds after 2 seconds of warm-up:\n", link_text,
             "\nA camera's JPEGs at 10 frames/s, passed on to 16 viewers:\n", many_text]
    return rows + link_rows + many_rows + high_rate(build, repetitions), "\n".join(texts)
