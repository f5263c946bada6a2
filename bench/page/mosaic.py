"""Nine cameras in one window of the real viewer, on an X server without a screen.

python3 bench/page/mosaic.py BUILD measures only this, and prints the figures of each camera.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack, contextmanager

from end_to_end import Sender, spread, start_viewer, summary_of

CAMERAS = 9


def record(build, file, seconds):
    """The stream of a 1080p30 camera that encodes in hardware."""
    with Sender(build, "--source", "test", "--size", "1920x1080", "--bands", "1") as sender:
        summary_of(start_viewer(build, sender.url, "--frames", str(30 * seconds), "--record", file))


@contextmanager
def x_server():
    """Returns the name of its display."""
    read, write = os.pipe()
    server = subprocess.Popen(["Xvfb", "-displayfd", str(write), "-screen", "0", "1920x1080x24",
                               "-nolisten", "tcp"], pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    with open(read) as pipe:
        number = pipe.readline().strip()
    try:
        yield f":{number}"
    finally:
        server.terminate()
        server.wait()


def watch(build, urls, seconds):
    """Returns the viewer's summary."""
    with x_server() as display:
        viewer = subprocess.Popen(
            [f"{build}/viewer/jpegwire-viewer", *urls, "--seconds", str(seconds), "--summary", "-"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env={**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"})
        return summary_of(viewer)


def shown_per_second(camera):
    return camera["fps"] * camera["displayed"] / max(camera["frames"], 1)


def measure(build, runs, seconds):
    """Returns the summary of each run."""
    with tempfile.TemporaryDirectory() as directory, ExitStack() as stack:
        film = f"{directory}/film.mkv"
        record(build, film, 4)
        urls = [stack.enter_context(Sender(build, "--source", film, "--loop")).url
                for _ in range(CAMERAS)]
        return [watch(build, urls, seconds) for _ in range(runs)]


def rows(build, runs, seconds):
    if not shutil.which("Xvfb"):
        return [("nine 1080p30 cameras in one window", "at least 10", "Xvfb is not installed")]
    summaries = measure(build, runs, seconds)
    slowest = [min(map(shown_per_second, summary["cameras"])) for summary in summaries]
    oldest = [max(camera["age_ms"]["p99"] for camera in summary["cameras"]) for summary in summaries]
    cores = [summary["cpu_seconds"] / summary["cameras"][0]["seconds"] for summary in summaries]
    return [("nine 1080p30 cameras in one window, passed on by nine senders: frames/s shown of the slowest camera",
             "at least 10", spread(slowest, 1)),
            ("the same: p99 age of the worst camera, ms", "under 200", spread(oldest, 1)),
            ("the same: cores used by the viewer", "", spread(cores))]


def main():
    summary, = measure(sys.argv[1], 1, 10)
    for camera in summary["cameras"]:
        print(f"{camera['url']}: {shown_per_second(camera):.1f} frames/s shown of {camera['fps']:.1f}, "
              f"age p50 {camera['age_ms']['p50']:.1f} ms, p99 {camera['age_ms']['p99']:.1f} ms")
    print(f"the viewer: {summary['cpu_seconds'] / summary['cameras'][0]['seconds']:.2f} cores, "
          f"{summary['peak_rss_kb'] / 1024:.0f} MB")


if __name__ == "__main__":
    main()
