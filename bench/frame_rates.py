"""What jpegwire-bench tells of its usual sizes: a table, and plots."""

import json
import subprocess
import tempfile

import plots

FIGURES = [("fps", "frames/s", 1), ("age_p50_ms", "age p50, ms", 1), ("age_p90_ms", "p90, ms", 1),
           ("age_p99_ms", "p99, ms", 1), ("sender_cpu_ms", "sender's CPU, ms/frame", 2),
           ("viewer_cpu_ms", "viewer's CPU, ms/frame", 2), ("mbit_per_second", "data, Mbit/s", 1)]


def describe(case):
    return f"{case['size']}, {case['viewers']} viewer{'s' if case['viewers'] > 1 else ''}"


def cell(figures, name, digits):
    if name not in figures:
        return "-"
    median, least, greatest = (figures[name][key] for key in ("median", "least", "greatest"))
    return f"{median:.{digits}f} ({least:.{digits}f} to {greatest:.{digits}f})"


def table(results):
    lines = ["| median (least to greatest) | " + " | ".join(title for _, title, _ in FIGURES) + " | held back by |",
             "|---" * (len(FIGURES) + 2) + "|"]
    for result in results["cases"]:
        cells = [cell(result["figures"], name, digits) for name, _, digits in FIGURES]
        lines.append(f"| {describe(result['case'])} | {' | '.join(cells)} | "
                     f"{(result['verdict'] or {}).get('bottleneck', 'not measured')} |")
    return "\n".join(lines)


def run(build, repetitions, images):
    """The table, and what shows the pictures that are then in the directory `images`."""
    with tempfile.TemporaryDirectory() as directory:
        json_file, page_file = f"{directory}/results.json", f"{directory}/page.html"
        subprocess.run([f"{build}/bench/jpegwire-bench", "--viewers", "1,4", "--seconds", "2", "--warm-up", "0.5",
                        "--repetitions", str(repetitions), "--json", json_file, "--report", page_file],
                       stdout=subprocess.DEVNULL, check=True)
        with open(json_file) as results, open(page_file) as page:
            return f"{table(json.load(results))}\n\n{plots.extract(page.read(), images)}"
