"""Measures RTP over UDP: with the real programs over loopback, and with benchmarks in simulated
time. Uses only the standard library. Each function returns a list of rows for the report."""

import json
import re
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

from end_to_end import Sender, spread, start_viewer, summary_of


def free_ports():
    """Three consecutive ports, the first one even, for an RTP stream."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", 0))
            first = probe.getsockname()[1] & ~1
        try:
            for port in range(first, first + 3):
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
                    probe.bind(("127.0.0.1", port))
            return first
        except OSError:
            continue


def wait_until_bound(port):
    while f" 0100007F:{port:04X} " not in open("/proc/net/udp").read():
        time.sleep(0.01)


class Proxy:
    """An impaired network in front of a port."""

    def __init__(self, build, port, *options):
        self.process = subprocess.Popen(
            [f"{build}/tests/impairment_proxy", "--listen", "127.0.0.1:0",
             "--forward", f"127.0.0.1:{port}", *options], stdout=subprocess.PIPE, text=True)
        self.port = int(re.match(r"ready (\d+)", self.process.stdout.readline())[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.communicate()


def rtp_sender(build, port, *options):
    return Sender(build, "--rtp", f"127.0.0.1:{port}", "--source", "test", "--size", "1920x1080",
                  *options, tcp="off")


def watch_rtp(build, seconds):
    with rtp_sender(build, free_ports()) as sender:
        return summary_of(start_viewer(build, sender.url, "--seconds", str(seconds)))


def watch_tcp(build, seconds):
    with Sender(build, "--source", "test", "--size", "1920x1080") as sender:
        return summary_of(start_viewer(build, sender.url, "--seconds", str(seconds)))


def age_against_tcp(build, runs, seconds):
    """Alternates runs over TCP and RTP; returns the rows of both."""
    ages = {"tcp": [], "rtp": []}
    for _ in range(runs):
        ages["tcp"].append(watch_tcp(build, seconds)["age_ms"])
        ages["rtp"].append(watch_rtp(build, seconds)["age_ms"])
    p50, p99 = ({way: [age[percentile] for age in ages[way]] for way in ages}
                for percentile in ("p50", "p99"))
    pairs = [rtp / tcp for rtp, tcp in zip(p50["rtp"], p50["tcp"])]
    tcp_rows = [("age, capture to decoded, 1080p30, one viewer: p50, ms", "under 9",
                 spread(p50["tcp"])),
                ("the same: p99, ms", "under 25", spread(p99["tcp"]))]
    rtp_rows = [("age, capture to decoded, 1080p30, one viewer: p50 relative to TCP, run by run",
                 "at most 1", spread(pairs)),
                ("the same: p50, ms", "", spread(p50["rtp"])),
                ("the same: p99, ms", "", spread(p99["rtp"]))]
    return tcp_rows, rtp_rows


def watch_over_bad_network(build, network, sender_options, frames):
    """Returns the percentages of complete frames and of shown frames, of about this number of frames."""
    port = free_ports()
    viewer = start_viewer(build, f"rtp://127.0.0.1:{port}", "--seconds", str(frames / 30 + 1))
    wait_until_bound(port)
    with Proxy(build, port, *network) as proxy, rtp_sender(build, proxy.port, *sender_options):
        summary = summary_of(viewer)
    whole = summary["frames"] + summary["skipped_decode"]
    total = whole + summary["patched"] + summary["lost"]
    return 100 * whole / total, 100 * (whole + summary["patched"]) / total


def loss_of_programs(build, runs, frames):
    """Runs the real programs, to check the simulated measurements."""
    cases = [("1 % of the packets lost at random, --fec 10: complete frames, %", 0,
              ["--drop", "1"], ["--fec", "10"]),
             ("the same without --fec: frames shown, complete or patched, %", 1, ["--drop", "1"], []),
             ("5 % lost in bursts of up to 3, --fec 25: complete frames, %", 0,
              ["--burst", "5", "--burst-length", "3"], ["--fec", "25"])]
    rows = []
    for what, share, network, options in cases:
        def watch(seed):
            return watch_over_bad_network(build, [*network, "--seed", str(seed)], options, frames)[share]

        # In parallel: they use different ports, and no time is measured.
        with ThreadPoolExecutor(2) as pool:
            values = list(pool.map(watch, range(runs)))
        rows.append((f"the programs, some {frames} frames a run: {what}", "", spread(values)))
    return rows


def loss(build, frames, seeds):
    output = subprocess.run([f"{build}/bench/loss_benchmark", str(frames), str(seeds)],
                            capture_output=True, text=True, check=True).stdout
    results = json.loads(output)

    def share(scenario, name):
        return spread([run[name] for run in results[scenario]], 3)

    return [(f"1 % of the packets lost at random, --fec 10: complete frames of {frames}, %",
             "at least 99.9", share("random_fec_10", "whole")),
            ("the same without --fec: current bands among those shown, %", "at least 97",
             share("random", "fresh_bands")),
            ("the same without --fec: frames shown, complete or patched, %", "100",
             share("random", "shown")),
            ("5 % lost in bursts of up to 3, --fec 25: complete frames, %", "at least 99.5",
             share("bursts_fec_25", "whole"))]


def flood(build, packets, runs):
    results = [json.loads(subprocess.run(
        [f"{build}/bench/flood_benchmark", str(packets), str(seed)],
        capture_output=True, text=True, check=True).stdout.splitlines()[-1])
        for seed in range(1, runs + 1)]
    return [(f"{packets} invalid packets during a valid stream: complete frames of the stream, %", "100",
             spread([100 * run["whole"] / run["frames"] for run in results])),
            ("the same: share of all data that the receiver read, %", "",
             spread([100 * run["bytes_received"] / run["bytes_sent"] for run in results])),
            ("the same: growth of its memory, kB", "under 8000",
             spread([run["growth_kb"] for run in results], 0))]
