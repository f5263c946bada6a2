"""The results of jpegwire-bench at its default sizes: a table and plots."""

import json
import os
import subprocess
import tempfile

import plots

FIGURES = [("fps", "frames/s", 1), ("age_p50_ms", "age p50, ms", 1), ("age_p90_ms", "p90, ms", 1),
           ("age_p99_ms", "p99, ms", 1), ("sender_cpu_ms", "sender CPU, ms/frame", 2),
           ("viewer_cpu_ms", "viewer CPU, ms/frame", 2), ("mbit_per_second", "data, Mbit/s", 1)]


def describe(case):
    sender = f"{case['sender']}, " if "sender" in case else ""
    return f"{sender}{case['size']}, {case['viewers']} viewer{'s' if case['viewers'] > 1 else ''}"


def cell(figures, name, digits):
    if name not in figures:
        return "-"
    median, least, greatest = (figures[name][key] for key in ("median", "least", "greatest"))
    return f"{median:.{digits}f} ({least:.{digits}f} to {greatest:.{digits}f})"


def table(results):
    lines = ["| median (minimum to maximum) | " + " | ".join(title for _, title, _ in FIGURES) + " | limited by |",
             "|---" * (len(FIGURES) + 2) + "|"]
    for result in results["cases"]:
        cells = [cell(result["figures"], name, digits) for name, _, digits in FIGURES]
        lines.append(f"| {describe(result['case'])} | {' | '.join(cells)} | "
                     f"{(result['verdict'] or {}).get('bottleneck', 'not measured')} |")
    return "\n".join(lines)


def measure(build, *options, images=None, pictures=None):
    """Returns the results of jpegwire-bench with these options, and the Markdown that shows its plots, which it
    writes to the directory `images`."""
    with tempfile.TemporaryDirectory() as directory:
        json_file, page_file = f"{directory}/results.json", f"{directory}/page.html"
        command = [f"{build}/bench/jpegwire-bench", *options, "--json", json_file, "--report", page_file]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if not os.path.getsize(json_file):
            raise SystemExit(f"{' '.join(command)} failed: {done.stderr}")
        with open(json_file) as results, open(page_file) as page:
            shown = plots.extract(page.read(), images, pictures) if images else ""
            return json.load(results), shown


def run(build, repetitions, images):
    results, shown = measure(build, "--viewers", "1,4", "--seconds", "1.5", "--warm-up", "0.5",
                             "--repetitions", str(repetitions), images=images)
    return f"{table(results)}\n\n{shown}"
