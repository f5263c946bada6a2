"""Many HTTP viewers of the real sender over loopback, compared with a bare loop of send() and with ustreamer."""

import json
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time

from end_to_end import Sender, spread


def cpu_seconds(pid, but=()):
    """CPU time of all threads of a process, to the nanosecond."""
    tasks = f"/proc/{pid}/task"
    return sum(int(open(f"{tasks}/{task}/schedstat").read().split()[0]) for task in os.listdir(tasks)
               if open(f"{tasks}/{task}/comm").read().strip() not in but) * 1e-9


class Crowd:
    """Runs this many viewers for this time and measures the server's CPU time."""

    def __init__(self, build, port, viewers, seconds):
        self.process = subprocess.Popen([f"{build}/bench/http_crowd", str(port), str(viewers), str(seconds)],
                                        stdout=subprocess.PIPE, text=True)
        self.seconds = seconds

    def result(self):
        return json.loads(self.process.communicate()[0])

    def cpu_ms_per_frame(self, pid, but=()):
        """CPU time per delivered frame, in the middle of the run."""
        time.sleep(1.5)
        before, begin = cpu_seconds(pid, but), time.monotonic()
        time.sleep(self.seconds - 1)
        spent, lasted = cpu_seconds(pid, but) - before, time.monotonic() - begin
        result = self.result()
        return 1000 * spent / (result["frames"] / self.seconds * lasted)


def still_picture(build, path):
    """A frame of the test card, 1280x720."""
    with Sender(build, "--source", "test") as sender:
        subprocess.run([f"{build}/viewer/jpegwire-viewer", sender.url, "--headless", "--frames", "1",
                        "--save", path], stderr=subprocess.DEVNULL, check=True)
    return f"{path}/000000.jpg"


RATE = 10
VIEWERS = 64


def ours(build, picture, seconds):
    with Sender(build, "--source", picture, "--fps", str(RATE), "--http-per-address", "100", tcp="off",
                http="0") as sender:
        return Crowd(build, sender.port, VIEWERS, seconds).cpu_ms_per_frame(sender.process.pid)


def bare_loop(build, picture, seconds):
    with subprocess.Popen([f"{build}/bench/bare_send_loop", picture, str(RATE), str(VIEWERS)],
                          stdout=subprocess.PIPE, text=True) as loop:
        port = int(loop.stdout.readline())
        cost = Crowd(build, port, VIEWERS, seconds).cpu_ms_per_frame(loop.pid)
        loop.kill()
        return cost


def camera_of(build, picture):
    """A fake camera that delivers this picture."""
    return {"LD_PRELOAD": os.path.abspath(f"{build}/tests/fakecam/libfakecam.so"),
            "FAKECAM_FORMATS": f"MJPG:1280x720@{RATE}", "FAKECAM_MJPEG_DIR": os.path.dirname(picture)}


def ours_with_camera(build, picture, seconds):
    with Sender(build, "--source", "/dev/video0", "--fps", str(RATE), "--http-per-address", "100", tcp="off",
                http="0", environment=camera_of(build, picture)) as sender:
        return Crowd(build, sender.port, VIEWERS, seconds).cpu_ms_per_frame(sender.process.pid, ("fakecam",))


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def ustreamer(build, picture, seconds):
    port = free_port()
    command = ["ustreamer", "--device=/dev/video0", "--format=MJPEG", "--encoder=HW", "--host=127.0.0.1",
               f"--port={port}", f"--desired-fps={RATE}", "--resolution=1280x720", "--log-level=0"]
    with subprocess.Popen(command, env={**os.environ, **camera_of(build, picture)},
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as program:
        wait_for_port(port)
        cost = Crowd(build, port, VIEWERS, seconds).cpu_ms_per_frame(program.pid, ("fakecam",))
        program.terminate()
        return cost


def wait_for_port(port):
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except ConnectionRefusedError:
            time.sleep(0.05)
    raise SystemExit(f"nobody listens on port {port}")


THOUSAND_SECONDS = 5


def thousand(build, seconds=THOUSAND_SECONDS):
    """Whether all viewers get the full rate, and the memory per viewer."""
    with Sender(build, "--source", "test", "--size", "640x480", "--fps", "5", "--http-per-address", "2000",
                "--http-connections", "2000", tcp="off", http="0") as sender:
        Crowd(build, sender.port, 1, 2).result()
        before = sender.resident_kb()
        crowd = Crowd(build, sender.port, 1000, seconds)
        time.sleep(seconds - 1)
        grown = sender.resident_kb() - before
        return crowd.result(), grown / 1000


class BadPeers:
    """200 clients that send their requests byte by byte, and 50 that request the stream and read nothing."""

    def __init__(self, port):
        self.slow = [self.connect(port) for _ in range(200)]
        self.stalled = [self.connect(port) for _ in range(50)]
        for peer in self.stalled:
            peer.sendall(b"GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
        self.goes_on = True
        self.thread = threading.Thread(target=self.send_slowly)
        self.thread.start()

    @staticmethod
    def connect(port):
        peer = socket.socket()
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        peer.connect(("127.0.0.1", port))
        return peer

    def send_slowly(self):
        request = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: " + b"a" * 1000
        for byte in request:
            if not self.goes_on:
                return
            for peer in self.slow:
                try:
                    peer.send(bytes([byte]))
                except OSError:
                    pass  # it has been shown the door
                time.sleep(0.5 / len(self.slow))  # they know nothing of each other

    def close(self):
        self.goes_on = False
        self.thread.join()
        for peer in self.slow + self.stalled:
            peer.close()


def connections_of(port):
    """The number of the server's connections, according to the kernel."""
    lines = subprocess.run(["ss", "-Htn", "state", "established", f"( sport = :{port} )"],
                           capture_output=True, text=True, check=True).stdout
    return len(lines.splitlines())


def with_bad_peers(build, runs, seconds):
    """The change of the good viewers' p99 age in percent, and the time until the bad ones are disconnected."""
    changes = []
    with Sender(build, "--source", "test", "--size", "640x360", "--http-per-address", "300",
                "--http-connections", "300", tcp="off", http="0") as sender:
        Crowd(build, sender.port, 8, 2).result()  # warm
        for _ in range(runs):
            without = Crowd(build, sender.port, 8, seconds).result()["age_ms_p99"]
            bad, begin = BadPeers(sender.port), time.monotonic()
            beside = Crowd(build, sender.port, 8, seconds).result()["age_ms_p99"]
            changes.append(100 * (beside / without - 1))
            if len(changes) == runs:
                while connections_of(sender.port) > 0 and time.monotonic() - begin < 60:
                    time.sleep(0.5)
            gone_after = time.monotonic() - begin
            bad.close()
    return changes, gone_after


def rows(build, runs, seconds):
    with tempfile.TemporaryDirectory() as directory:
        picture = still_picture(build, directory)
        pairs = [(ours(build, picture, seconds), bare_loop(build, picture, seconds)) for _ in range(runs)]
        against_loop = [ours / loop for ours, loop in pairs]
        against_ustreamer = None
        if shutil.which("ustreamer"):
            against_ustreamer = [ours_with_camera(build, picture, seconds) /
                                 ustreamer(build, picture, seconds) for _ in range(min(runs, 2))]
    all_served, kilobytes = thousand(build)
    changes, gone_after = with_bad_peers(build, runs, seconds)
    share = all_served["frames_least"] / (5 * THOUSAND_SECONDS)
    return [
        (f"{VIEWERS} HTTP viewers, 720p passed on: sender CPU per delivered frame, relative to a "
         "bare loop of send()", "at most 1.25", spread(against_loop)),
        ("the same from a camera, relative to ustreamer", "below 1",
         spread(against_ustreamer) if against_ustreamer else "ustreamer is not installed"),
        ("1000 HTTP viewers, 640x480 at 5 frames/s: share of the frames that the slowest viewer gets", "1",
         f"{share:.2f}"),
        ("the same: memory per viewer, kB", "under 64", f"{kilobytes:.1f}"),
        ("200 slow requests and 50 viewers that read nothing with 8 normal viewers: change of their p99 age, "
         "%", "under 10", spread(changes, 1)),
        ("the same: time until the bad clients are disconnected, s", "", f"{gone_after:.0f}")]
