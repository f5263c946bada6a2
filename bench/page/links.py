"""Measures slow links, steady and with a step of the rate, with each TCP congestion control that the kernel has."""

import json
import os
import subprocess
import tempfile

import frame_rates
import plots
import several_links

STEADY, STEPS = "20mbit", "20mbit@0s,5mbit@3s,20mbit@6s"
SOURCES = {"fake:mjpg": "a camera's JPEGs", "fake:yuyv": "a camera's YUYV"}


def congestion_controls():
    available = open("/proc/sys/net/ipv4/tcp_available_congestion_control").read().split()
    return [name for name in ("cubic", "bbr") if name in available]


def congestion_control_of_system():
    return open("/proc/sys/net/ipv4/tcp_congestion_control").read().strip()


def measure_link(build, link, seconds, sources, images=None):
    return frame_rates.measure(
        build, "--source", ",".join(sources), "--size", "1920x1080", "--link", link, "--congestion",
        ",".join(congestion_controls()), "--warm-up", "2", "--seconds", str(seconds), "--repetitions", "1",
        images=images, pictures=plots.PICTURES_OVER_TIME)


def what(result, link):
    return f"1080p30, {SOURCES[result['case']['source']]}, {link}, {result['case']['congestion']}"


def figure_rows(name, figures, targets):
    titles = {"fps": "frames/s", "age_p50_ms": "age p50, ms", "age_p99_ms": "age p99, ms", "age_max_ms": "age max, ms"}
    return [(f"{name}: {titles[figure]}", target, frame_rates.cell(figures, figure, 1))
            for figure, target in targets.items()]


def rows_of(results, link, figures_of, targets):
    rows = []
    for result in results["cases"]:
        if result["failure"]:
            rows.append((what(result, link), "", f"failed: {result['failure']}"))
        else:
            rows += figure_rows(what(result, link), figures_of(result), targets)
    return rows


def tool(name, *arguments):
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), name)
    return subprocess.run(["/usr/bin/python3", path, *arguments], stdout=subprocess.PIPE, text=True, check=True).stdout


def detail(build):
    """The detail of what arrives, compared with full-size frames of as many bytes."""
    with tempfile.TemporaryDirectory() as directory:
        picture, frames = f"{directory}/picture.jpg", f"{directory}/frames"
        tool("detail.py", picture)
        frame_rates.measure(build, "--source", picture, "--size", "own", "--link", STEADY, "--warm-up", "2",
                            "--seconds", "3", "--repetitions", "1", "--viewer-options", f"--save {frames}")
        result = json.loads(tool("detail.py", picture, frames))
    width, height = result["sent_size"]
    return [("a difficult still picture, 1080p30 over 20 Mbit/s: similarity (SSIM) of what arrives, relative to 1080p at "
             f"the fixed quality of as many bytes ({result['fixed_quality']})", "above 1",
             f"{result['sent'] / result['fixed']:.3f} ({width}x{height}, {result['sent']:.3f} and {result['fixed']:.3f})")]


def measure(build, runs, images):
    """The rows of all measurements, each of one run, and the Markdown that shows the plots of the step. With `runs` 1
    only one source is measured."""
    if os.geteuid() != 0 or not congestion_controls():
        return [("1080p30 over slow links", "", "needs root, and cubic or bbr")], ""
    sources = list(SOURCES)[:runs]
    steady, _ = measure_link(build, STEADY, 5, sources)
    steps, shown = measure_link(build, STEPS, 9, sources, images)
    return (rows_of(steady, "20 Mbit/s", lambda result: result["figures"],
                    {"fps": "at least 29.5", "age_p50_ms": "at most 45", "age_p99_ms": "at most 70"})
            + rows_of(steps, "20-5-20 Mbit/s", lambda result: result["phases"][-1]["figures"],
                      {"fps": "at least 29", "age_p99_ms": "under 120", "age_max_ms": "under 200"})
            + detail(build) + several_links.rows(build, 9, congestion_controls()[0]), shown)
