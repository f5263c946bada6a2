"""--fetch over loopback beside curl from a bare HTTP server that calls sendfile() and does nothing else, with
and without sha256sum behind it, as --fetch has checked the hash. Files are in memory, so that no disk is
measured; whole programs, their start included, take turns.

    python3 bench/share.py build/release [MEGABYTES [ROUNDS]]
"""

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from end_to_end import Sender


def serve(server, path):
    """Answers each request, whatever it is, with the file."""
    while True:
        connection, _ = server.accept()
        with connection, open(path, "rb") as file:
            connection.recv(65536)
            size = os.fstat(file.fileno()).st_size
            connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\nConnection: close\r\n\r\n".encode())
            connection.sendfile(file)


def seconds_of(commands, directory):
    begin = time.monotonic()
    for command in commands:
        subprocess.run(command, cwd=directory, check=True, stdout=subprocess.DEVNULL)
    lasted = time.monotonic() - begin
    os.unlink(f"{directory}/a.mkv")
    return lasted


def main():
    build = os.path.abspath(sys.argv[1])
    megabytes, rounds = (int(text) for text in (sys.argv[2:] + ["1000", "9"][len(sys.argv) - 2:]))
    with tempfile.TemporaryDirectory(dir="/dev/shm") as directory:
        shared, here = f"{directory}/shared", f"{directory}/here"
        os.mkdir(shared)
        os.mkdir(here)
        with open(f"{shared}/a.mkv", "wb") as file:
            for _ in range(megabytes):
                file.write(os.urandom(1_000_000))
        server = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=serve, args=(server, f"{shared}/a.mkv"), daemon=True).start()
        curl = ["curl", "-s", "-o", "a.mkv", f"http://127.0.0.1:{server.getsockname()[1]}/"]
        with Sender(build, "--source", "test", "--share", shared) as sender:
            ways = {"--fetch": [[f"{build}/viewer/jpegwire-viewer", "--fetch", "a.mkv", sender.url]],
                    "curl": [curl],
                    "curl, sha256sum": [curl, ["sha256sum", "a.mkv"]]}
            times = {way: [] for way in ways}
            for _ in range(rounds):
                for way, commands in ways.items():
                    times[way].append(seconds_of(commands, here))
    print(f"{megabytes} MB over loopback, {rounds} rounds: MB/s, median (least to most); time of --fetch by theirs")
    for way, lasted in times.items():
        speeds = sorted(megabytes / seconds for seconds in lasted)
        ratios = sorted(ours / theirs for ours, theirs in zip(times["--fetch"], lasted))
        print(f"{way:16} {statistics.median(speeds):6.0f} ({speeds[0]:.0f} to {speeds[-1]:.0f})"
              f"   {statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})")


main()
