#!/usr/bin/python3
"""A plain reader of a stream: one thread, which reads a part of multipart, then works on it, and sends no reports.

    plain_reader.py PORT SECONDS PATH WORK

PATH is what to request over HTTP, or - to read at once. WORK is the milliseconds that a frame takes, or `decode` to
decode it with OpenCV. Prints frames per second and the ages of the frames, in milliseconds, when the work is done. The
age is that of jpegwire's stamp or, with `decode`, of the simulated camera's clock in the picture."""

import json
import re
import socket
import statistics
import sys
import time

STAMP = re.compile(rb"jpegwire\0\x02")
CAPTURED = slice(26, 42)  # of the stamp's text; microseconds since 1970
CELL = 16  # pixels of the simulated camera's clock; the data begins two cells from the corner


def now_us():
    return time.time_ns() // 1000


def stamped_time_us(jpeg):
    begin = STAMP.search(jpeg).end()
    return int(jpeg[begin:begin + 82].decode()[CAPTURED], 16)


def shown_time_us(jpeg):
    """The clock shows the lower 48 bits."""
    import cv2
    import numpy
    cv2.setNumThreads(1)
    picture = cv2.imdecode(numpy.frombuffer(jpeg, numpy.uint8), cv2.IMREAD_COLOR)
    centres = range(2 * CELL + CELL // 2, 10 * CELL, CELL)
    cells = [picture[y, x, 1] > 127 for y in centres for x in centres]
    return sum(1 << 47 - place for place, is_white in enumerate(cells[:48]) if is_white)


def frames(connection):
    stream = connection.makefile("rb", buffering=1 << 16)
    while line := stream.readline():
        if line.lower().startswith(b"content-length:"):
            size = int(line.split(b":")[1])
            while stream.readline().strip():
                pass
            yield stream.read(size)


def work_on(jpeg, work):
    if work == "decode":
        return shown_time_us(jpeg)
    time.sleep(float(work) / 1000)
    return stamped_time_us(jpeg)


def read(port, seconds, path, work):
    ages, begin = [], None
    with socket.create_connection(("127.0.0.1", port)) as connection:
        if path != "-":
            connection.sendall(f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
        for jpeg in frames(connection):
            captured = work_on(jpeg, work)
            now = time.monotonic()
            begin = begin or now + 1  # the first second warms up
            if now > begin + seconds:
                break
            if now > begin:
                ages.append((now_us() - captured) % (1 << 48) / 1000)
    return {"fps": len(ages) / seconds, "age_p50_ms": statistics.median(ages),
            "age_p99_ms": statistics.quantiles(ages, n=100)[98]}


if __name__ == "__main__":
    print(json.dumps(read(int(sys.argv[1]), float(sys.argv[2]), *sys.argv[3:])))
