"""Measures what plain scripts see, which read a stream on one thread, work on each frame and send no reports."""

import json
import os
import subprocess
import time

from end_to_end import Sender, start_viewer, spread, summary_of
from http_viewers import free_port, wait_for_port

READER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "plain_reader.py")
CAMERA = {"FAKECAM_FORMATS": "YUYV:1920x1080@120", "FAKECAM_CLOCK": "1"}


def read(port, seconds, path, work):
    done = subprocess.run(["/usr/bin/python3", READER, str(port), str(seconds), path, work],
                          stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def camera(build):
    return {"LD_PRELOAD": os.path.abspath(f"{build}/tests/fakecam/libfakecam.so"), **CAMERA}


def ours(build, seconds):
    with Sender(build, "--source", "/dev/video0", "--size", "1920x1080", "--fps", "120", tcp="off", http="0",
                environment=camera(build)) as sender:
        return read(sender.port, seconds, "/stream", "decode")


def gstreamer(build, seconds):
    port = free_port()
    command = ["gst-launch-1.0", "-q", "v4l2src", "device=/dev/video0", "!",
               "video/x-raw,format=YUY2,width=1920,height=1080,framerate=120/1", "!", "jpegenc", "quality=80", "!",
               "multipartmux", "boundary=frame", "!", "tcpserversink", "sync=false", "host=127.0.0.1", f"port={port}"]
    with subprocess.Popen(command, env={**os.environ, **camera(build)}, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as program:
        wait_for_port(port)
        try:
            return read(port, seconds, "-", "decode")
        finally:
            program.terminate()


def ratios(pairs, figure):
    return spread([mine[figure] / other[figure] for mine, other in pairs], 3)


def decoding(build, runs, seconds):
    what = "1080p YUYV at 120 frames/s to a script that decodes on one thread"
    pairs = [(ours(build, seconds), gstreamer(build, seconds)) for _ in range(runs)]
    return [(f"{what}: frames/s relative to GStreamer's", "at least 1.0", ratios(pairs, "fps")),
            ("the same: age p50 relative to GStreamer's", "at most 0.8", ratios(pairs, "age_p50_ms")),
            ("the same: age p50, ms", "", spread([mine["age_p50_ms"] for mine, _ in pairs], 1))]


def slow(build, runs, seconds):
    with Sender(build, "--source", "test", "--size", "1280x720", "--quality", "95", "--fps", "60", tcp="off",
                http="0") as sender:
        results = [read(sender.port, seconds, "/stream", "25") for _ in range(runs)]
    return [("720p at 60 frames/s to a script that takes 25 ms for a frame: age p50, ms", "at most 70",
             spread([result["age_p50_ms"] for result in results], 1)),
            ("the same: frames/s", "", spread([result["fps"] for result in results], 1))]


def stopped(build, seconds):
    """A viewer that is stopped (SIGSTOP) and continued."""
    with Sender(build, "--source", "test") as sender:
        viewer = start_viewer(build, sender.url, "--seconds", str(seconds + 4))
        time.sleep(2)
        viewer.send_signal(19)
        time.sleep(seconds)
        viewer.send_signal(18)
        return [(f"a viewer that was stopped for {seconds} s: age of the oldest picture shown, ms", "at most 200",
                 f"{summary_of(viewer)['age_ms']['max']:.0f}")]


def rows(build, runs, seconds):
    return slow(build, runs, seconds) + decoding(build, runs, seconds) + stopped(build, 8)
