"""Runs the real programs over loopback and measures what their users notice.

Uses only the standard library. Each function returns a list of rows for the report.
"""

import json
import os
import re
import socket
import statistics
import subprocess
import tempfile
import time


class Sender:
    """A jpegwire-sender, on a free port if it listens."""

    def __init__(self, build, *options, tcp="0", http="off", environment=None):
        self.process = subprocess.Popen(
            [f"{build}/sender/jpegwire-sender", "--tcp", tcp, "--http", http, *options],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env={**os.environ, **(environment or {})})
        for line in self.process.stdout:
            if match := re.search(r"(\w+://127.0.0.1:(\d+))", line):
                self.url, self.port = match[1], int(match[2])
                return
        raise SystemExit(f"jpegwire-sender {' '.join(options)} did not start")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def cpu_seconds(self):
        """CPU time of all threads except the fake camera's, to the nanosecond."""
        tasks = f"/proc/{self.process.pid}/task"
        return sum(int(open(f"{tasks}/{task}/schedstat").read().split()[0])
                   for task in os.listdir(tasks)
                   if open(f"{tasks}/{task}/comm").read() != "fakecam\n") * 1e-9

    def resident_kb(self):
        status = open(f"/proc/{self.process.pid}/status").read()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1])


def start_viewer(build, url, *options):
    return subprocess.Popen(
        [f"{build}/viewer/jpegwire-viewer", url, "--headless", *options, "--summary", "-"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def summary_of(viewer):
    return json.loads(viewer.communicate()[0].splitlines()[-1])


def spread(values, digits=2):
    """The median and, in brackets, the minimum and the maximum."""
    return (f"{statistics.median(values):.{digits}f} "
            f"({min(values):.{digits}f} to {max(values):.{digits}f})")


def watch_with_eight(build, url, seconds):
    """The lowest frame rate and the median p99 age among eight viewers."""
    viewers = [start_viewer(build, url, "--seconds", str(seconds)) for _ in range(8)]
    summaries = [summary_of(viewer) for viewer in viewers]
    return (min(summary["fps"] for summary in summaries),
            statistics.median(summary["age_ms"]["p99"] for summary in summaries))


def with_a_viewer_that_reads_nothing(build, runs, seconds):
    """Pairs of runs, without and with the option, on the same sender."""
    rates, ages, memory = [], [], []
    with Sender(build, "--source", "test", "--size", "640x360") as sender:
        watch_with_eight(build, sender.url, 2)  # warm
        for _ in range(runs):
            rate_without, age_without = watch_with_eight(build, sender.url, seconds)
            before = sender.resident_kb()
            with socket.create_connection(("127.0.0.1", sender.port)):
                rate_with, age_with = watch_with_eight(build, sender.url, seconds)
                memory.append(sender.resident_kb() - before)
            rates.append(100 * (rate_with / rate_without - 1))
            ages.append(100 * (age_with / age_without - 1))
    return [("a viewer that reads nothing, with 8 normal viewers (640x360): change of their frame rate, %",
             "under 5", spread(rates)),
            ("the same: change of their p99 age, %", "under 5", spread(ages, 1)),
            ("the same: growth of the sender's memory, kB", "under 1000", spread(memory, 0))]


def receive_frame(connection):
    size = int.from_bytes(receive(connection, 4), "big")
    return receive(connection, size)


def receive(connection, size):
    data = bytearray()
    while len(data) < size:
        data += connection.recv(size - len(data))
    return bytes(data)


def first_frame(build, tries):
    times = []
    with Sender(build, "--source", "test", "--size", "1280x720") as sender:
        for _ in range(tries):
            begin = time.monotonic()
            with socket.create_connection(("127.0.0.1", sender.port)) as connection:
                receive_frame(connection)
            times.append(1000 * (time.monotonic() - begin))
    return [("first frame after connecting, 720p30, ms", "under 100", spread(times, 1))]


def save_frames(build, directory, count):
    """JPEGs like those of a camera."""
    with Sender(build, "--source", "test", "--size", "1280x720", "--bands", "1") as sender:
        with socket.create_connection(("127.0.0.1", sender.port)) as connection:
            for number in range(count):
                with open(f"{directory}/{number}.jpg", "wb") as file:
                    file.write(receive_frame(connection))


def camera_cpu_per_frame(build, camera, frames):
    """The sender's CPU seconds per frame for one viewer, including capture."""
    with Sender(build, "--source", "camera:0", "--size", "1280x720", "--fps", "60",
                environment={"LD_PRELOAD": f"{build}/tests/fakecam/libfakecam.so", **camera}) as sender:
        with socket.create_connection(("127.0.0.1", sender.port)) as connection:
            for _ in range(30):
                receive_frame(connection)
            before = sender.cpu_seconds()
            for _ in range(frames):
                receive_frame(connection)
            return (sender.cpu_seconds() - before) / frames


def passthrough_against_encoding(build, runs, frames):
    ratios, passed_ms, encoded_ms = [], [], []
    with tempfile.TemporaryDirectory() as directory:
        save_frames(build, directory, 30)
        mjpeg = {"FAKECAM_FORMATS": "MJPG:1280x720@60", "FAKECAM_MJPEG_DIR": directory}
        yuyv = {"FAKECAM_FORMATS": "YUYV:1280x720@60"}
        for _ in range(runs):
            passed = camera_cpu_per_frame(build, mjpeg, frames)
            encoded = camera_cpu_per_frame(build, yuyv, frames)
            passed_ms.append(1000 * passed)
            encoded_ms.append(1000 * encoded)
            ratios.append(passed / encoded)
    return [("passthrough at 720p: sender CPU per frame relative to encoding", "under 0.1",
             spread(ratios, 3)),
            ("the same: passthrough, ms", "", spread(passed_ms, 3)),
            ("the same: encoding, ms", "", spread(encoded_ms, 3))]
