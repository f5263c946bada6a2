"""Measures six viewers of one sender, each with a link of its own rate, in network namespaces. Needs root."""

import contextlib
import json
import os
import subprocess
import tempfile
import time

MEGABITS = [200, 50, 20, 12, 5, 2]
STEPPED = 2  # the index of the link whose rate falls to a quarter in the middle third of a run with a step


def run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def shaped(megabits):
    return ["tbf", "rate", f"{megabits}mbit", "burst", "6kb", "latency", "50ms"]


class Network:
    """A namespace for the sender and one for each viewer, with a link between them."""

    def __init__(self, congestion):
        self.sender = f"jw{os.getpid()}s"
        self.viewers = [f"jw{os.getpid()}v{i}" for i in range(len(MEGABITS))]
        run("ip", "netns", "add", self.sender)
        for i, megabits in enumerate(MEGABITS):
            self.connect(i, congestion)
            run("tc", "-n", self.sender, "qdisc", "add", "dev", f"s{i}", "root", *shaped(megabits))

    def connect(self, i, congestion):
        viewer = self.viewers[i]
        run("ip", "netns", "add", viewer)
        run("ip", "-n", self.sender, "link", "add", f"s{i}", "type", "veth", "peer", "name", "v0", "netns", viewer)
        for namespace, device, host in (self.sender, f"s{i}", 1), (viewer, "v0", 2):
            run("ip", "-n", namespace, "addr", "add", f"10.97.{i}.{host}/24", "dev", device)
            run("ip", "-n", namespace, "link", "set", device, "up")
        run("ip", "-n", self.sender, "route", "replace", f"10.97.{i}.0/24", "dev", f"s{i}", "congctl", congestion)

    def set_rate(self, i, megabits):
        run("tc", "-n", self.sender, "qdisc", "change", "dev", f"s{i}", "root", *shaped(megabits))

    def close(self):
        for namespace in [self.sender, *self.viewers]:
            subprocess.run(["ip", "netns", "del", namespace], check=False)


def step(network, seconds):
    """Waits as long as a run takes, with or without a step."""
    time.sleep(2 + seconds / 3)
    network.set_rate(STEPPED, MEGABITS[STEPPED] / 4)
    time.sleep(seconds / 3)
    network.set_rate(STEPPED, MEGABITS[STEPPED])


@contextlib.contextmanager
def sender_in(network, build, directory):
    """A camera's YUYV at 1080p30."""
    environment = {**os.environ, "FAKECAM_FORMATS": "YUYV:1920x1080@30", "FAKECAM_CLOCK": "1"}
    preload = os.path.abspath(f"{build}/tests/fakecam/libfakecam.so")
    command = ["ip", "netns", "exec", network.sender, "env", f"LD_PRELOAD={preload}",
               f"{build}/sender/jpegwire-sender", "--source", "/dev/video0", "--size", "1920x1080", "--fps", "30",
               "--tcp", "0.0.0.0:2500", "--http", "off"]
    with open(f"{directory}/sender", "w") as log, \
            subprocess.Popen(command, env=environment, stdout=log, stderr=log) as program:
        time.sleep(1)
        yield
        program.terminate()


def watch(build, congestion, seconds, has_step):
    """The summaries of the six viewers."""
    with tempfile.TemporaryDirectory() as directory, contextlib.closing(Network(congestion)) as network, \
            sender_in(network, build, directory):
        programs = [subprocess.Popen(
            ["ip", "netns", "exec", viewer, f"{build}/viewer/jpegwire-viewer", f"tcp://10.97.{i}.1:2500",
             "--headless", "--warm-up", "2", "--seconds", str(seconds), "--summary", f"{directory}/{i}"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for i, viewer in enumerate(network.viewers)]
        if has_step:
            step(network, seconds)
        for program in programs:
            program.wait()
        return [json.load(open(f"{directory}/{i}")) for i in range(len(MEGABITS))]


def rows(build, seconds, congestion):
    if os.geteuid() != 0:
        return [("six viewers on six links", "", "needs root")]
    steady = watch(build, congestion, seconds, False)
    stepped = watch(build, congestion, seconds, True)
    others = [i for i in range(len(MEGABITS)) if i != STEPPED]
    change = max(100 * (stepped[i]["age_ms"]["p99"] / steady[i]["age_ms"]["p99"] - 1) for i in others)
    links = ", ".join(str(megabits) for megabits in MEGABITS)
    both = steady + stepped
    return [(f"six viewers of 1080p30 at {links} Mbit/s, {congestion}: frames/s, the least", "at least 24",
             f"{min(viewer['fps'] for viewer in both):.1f}"),
            ("the same: age p99, ms, the greatest", "at most 80",
             f"{max(viewer['age_ms']['p99'] for viewer in both):.0f}"),
            (f"the same, {MEGABITS[STEPPED]}-{MEGABITS[STEPPED] // 4}-{MEGABITS[STEPPED]} Mbit/s on one: the others' "
             "p99, change in %, the greatest", "under 10", f"{change:.0f}")]
