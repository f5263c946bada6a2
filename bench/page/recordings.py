"""Measures the cost of recording a stream and of fetching a recording, and whether other viewers notice.

    python3 bench/page/recordings.py build/release

Files are in memory, so that no disk is measured. Whole programs are timed, including their start, and alternate.
"""

import contextlib
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from end_to_end import Sender, spread, start_viewer, summary_of


@contextlib.contextmanager
def directory_in_memory():
    with tempfile.TemporaryDirectory(dir="/dev/shm") as directory:
        yield directory


def watch(build, url, seconds, *options):
    return summary_of(start_viewer(build, url, "--seconds", str(seconds), *options))


def recording(build, runs, seconds):
    """Pairs of viewers of 1080p30, without and with --record."""
    costs, frames = [], []
    with directory_in_memory() as directory, \
            Sender(build, "--source", "test", "--size", "1920x1080") as sender:
        watch(build, sender.url, 2)  # warm
        for run in range(runs):
            without = watch(build, sender.url, seconds)
            with_it = watch(build, sender.url, seconds, "--record", f"{directory}/{run}.mkv")
            costs.append(100 * (with_it["cpu_seconds"] / with_it["frames"]
                                - without["cpu_seconds"] / without["frames"]) * 30)
            frames.append(100 * (with_it["fps"] / without["fps"] - 1))
            os.unlink(f"{directory}/{run}.mkv")
    return [("recording 1080p30 in the viewer: CPU, % of a core", "under 3", spread(costs)),
            ("the same: change of the frames shown, %", "0", spread(frames))]


def serve(server, path):
    """Answers every request with the file."""
    while True:
        connection, _ = server.accept()
        with connection, open(path, "rb") as file:
            connection.recv(65536)
            size = os.fstat(file.fileno()).st_size
            connection.sendall(
                f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\nConnection: close\r\n\r\n".encode())
            connection.sendfile(file)


@contextlib.contextmanager
def bare_http_server(path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=serve, args=(server, path), daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"


def write_recording(path, megabytes):
    with open(path, "wb") as file:
        for _ in range(megabytes):
            file.write(os.urandom(1_000_000))


def seconds_of(command, directory):
    begin = time.monotonic()
    subprocess.run(command, cwd=directory, check=True, stdout=subprocess.DEVNULL)
    lasted = time.monotonic() - begin
    os.unlink(f"{directory}/a.mkv")
    return lasted


def fetch_command(build, url):
    return [f"{build}/viewer/jpegwire-viewer", "--fetch", "a.mkv", url]


def url_of_files(sender):
    for line in sender.process.stdout:
        if match := re.search(r"--list (http://\S+)", line):
            return match[1]
    raise SystemExit("jpegwire-sender shares nothing")


@contextlib.contextmanager
def shared_recording(build, megabytes, *options):
    """A sender that shares a recording, the URL to fetch it from, and a directory to fetch it to."""
    with directory_in_memory() as directory:
        shared, here = f"{directory}/shared", f"{directory}/here"
        os.mkdir(shared)
        os.mkdir(here)
        write_recording(f"{shared}/a.mkv", megabytes)
        # A file written just now may be a recording in progress, which is not sent.
        os.utime(f"{shared}/a.mkv", (time.time() - 60, time.time() - 60))
        with Sender(build, "--source", "test", "--share", shared, *options, http="0") as sender:
            yield sender, url_of_files(sender), shared, here


def fetching_against_curl(build, rounds, megabytes):
    ours, curls = [], []
    with shared_recording(build, megabytes) as (_, url, shared, here), \
            bare_http_server(f"{shared}/a.mkv") as bare_url:
        for _ in range(rounds):
            ours.append(seconds_of(fetch_command(build, url), here))
            curls.append(seconds_of(["curl", "-s", "-o", "a.mkv", bare_url], here))
    return [("--fetch on loopback, with its SHA-256: speed relative to curl from a bare server that calls "
             "sendfile()", "at least 0.7", spread([theirs / mine for mine, theirs in zip(ours, curls)])),
            ("the same: MB/s", "", spread([megabytes / each for each in ours], 0))]


def fetching_beside_a_viewer(build, runs, seconds):
    """Pairs of runs of a viewer, without and with a fetch that lasts longer than the run."""
    changes, speeds = [], []
    with shared_recording(build, 0, "--size", "1280x720") as (sender, url, shared, here):
        os.truncate(f"{shared}/a.mkv", 100_000_000_000)
        os.utime(f"{shared}/a.mkv", (time.time() - 60, time.time() - 60))
        watch(build, sender.url, 2)  # warm
        for _ in range(runs):
            without = watch(build, sender.url, seconds)["age_ms"]["p99"]
            part = f"{here}/a.mkv.part"
            with subprocess.Popen(fetch_command(build, url), cwd=here,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as fetch:
                time.sleep(0.5)  # for its start
                before, begin = os.path.getsize(part), time.monotonic()
                with_it = watch(build, sender.url, seconds)["age_ms"]["p99"]
                speeds.append((os.path.getsize(part) - before) / (time.monotonic() - begin) / 1e6)
                fetch.terminate()
            os.unlink(part)
            time.sleep(0.5)  # for the memory to be given back
            changes.append(100 * (with_it / without - 1))
    return [("--fetch from a sender: change of the p99 age of its live 720p30 stream, %", "under 20",
             spread(changes, 1)), ("the same: --fetch, MB/s", "", spread(speeds, 0))]


def rows(build, runs, seconds):
    build = os.path.abspath(build)
    return (recording(build, runs, seconds) + fetching_against_curl(build, 2 * runs - 1, 500)
            + fetching_beside_a_viewer(build, runs, seconds))


if __name__ == "__main__":
    for row in rows(sys.argv[1], 3, 6):
        print(" | ".join(row))
