#!/usr/bin/env python3
"""Receives a jpegwire stream with Python's standard library only.

    python_viewer.py HOST PORT be32|le32|ascii16 DIRECTORY [COUNT]

Writes each frame to the directory, until it has received COUNT frames or the stream ends.
"""
import pathlib
import socket
import struct
import sys


def receive(connection, size):
    """Exactly `size` bytes; a single recv() may return fewer."""
    data = bytearray()
    while len(data) < size:
        piece = connection.recv(size - len(data))
        if not piece:
            raise EOFError(f"the stream ended after {len(data)} of {size} bytes")
        data += piece
    return bytes(data)


receive_size = {
    "be32": lambda connection: struct.unpack(">I", receive(connection, 4))[0],
    "le32": lambda connection: struct.unpack("<I", receive(connection, 4))[0],
    "ascii16": lambda connection: int(receive(connection, 16)),
}

host, port, framing, directory = sys.argv[1:5]
count = int(sys.argv[5]) if len(sys.argv) > 5 else None
frames = 0
with socket.create_connection((host, int(port))) as connection:
    while frames != count:
        size = receive_size[framing](connection)
        if size == 0:  # the sender has ended the stream
            rest = connection.recv(1)
            print("end of stream" if rest == b"" else "bytes behind the end")
            break
        jpeg = receive(connection, size)
        pathlib.Path(directory, f"{frames:06}.jpg").write_bytes(jpeg)
        frames += 1
print(f"{frames} frames")
