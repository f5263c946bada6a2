#!/usr/bin/env python3
"""Receives JPEGs over TCP: each frame is its size in 4 bytes, big-endian, then the JPEG itself."""
import argparse
import pathlib
import socket
import struct
import sys

MAX_FRAME_BYTES = 8 << 20  # a size comes from the network: without a bound it could be 4 GB


def receive(connection, size):
    """Returns `size` bytes, or fewer if the sender closes before, and the number of reads.

    recv() returns what has arrived: at least one byte, and never more than it is asked for.
    """
    data = bytearray()
    reads = 0
    while len(data) < size:
        piece = connection.recv(size - len(data))
        if not piece:  # the sender has closed the connection
            break
        data += piece
        reads += 1
    return bytes(data), reads


def receive_frames(connection):
    """Yields each JPEG and the number of its reads, until the stream ends."""
    while True:
        prefix, _ = receive(connection, 4)
        if not prefix:
            return  # closed between two frames, which is an end as well
        if len(prefix) < 4:
            raise ConnectionError("the stream broke off inside a size")
        size, = struct.unpack(">I", prefix)  # ">I": 4 bytes, big-endian
        if size == 0:
            return
        if size > MAX_FRAME_BYTES:
            raise ValueError(f"a frame of {size} bytes is larger than the limit, {MAX_FRAME_BYTES}")
        jpeg, reads = receive(connection, size)
        if len(jpeg) < size:
            raise ConnectionError(f"the stream broke off after {len(jpeg)} of {size} bytes")
        yield jpeg, reads


def show(jpeg):
    """Shows a frame in a window; returns False once the user has pressed q."""
    import cv2  # imported here, because the rest needs only the standard library
    import numpy
    picture = cv2.imdecode(numpy.frombuffer(jpeg, numpy.uint8), cv2.IMREAD_COLOR)
    if picture is not None:  # None: the bytes are no JPEG
        cv2.imshow("viewer.py", picture)
    return cv2.waitKey(1) != ord("q")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address", help="the sender's name or address")
    parser.add_argument("port", type=int)
    parser.add_argument("directory", nargs="?", help="save the frames here: 000000.jpg and so on")
    parser.add_argument("--show", action="store_true", help="show them in a window; q quits")
    options = parser.parse_args()
    with socket.create_connection((options.address, options.port)) as connection:
        for number, (jpeg, reads) in enumerate(receive_frames(connection)):
            print(f"frame {number}: {len(jpeg)} bytes, reads: {reads}", flush=True)
            if options.directory:
                pathlib.Path(options.directory, f"{number:06}.jpg").write_bytes(jpeg)
            if options.show and not show(jpeg):
                break


try:
    main()
except KeyboardInterrupt:
    pass
except (ImportError, OSError, OverflowError, ValueError) as error:
    sys.exit(f"viewer.py: {error}")
