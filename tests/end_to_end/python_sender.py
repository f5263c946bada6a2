#!/usr/bin/env python3
"""Sends JPEG files as a stream with Python's standard library only.

    python_sender.py PORT be32|le32|ascii16 FILE...

Listens on 127.0.0.1 and sends ten files per second to the first viewer that connects. With port 0
it chooses a free port and prints it.
"""
import pathlib
import socket
import struct
import sys
import time

write_size = {
    "be32": lambda size: struct.pack(">I", size),
    "le32": lambda size: struct.pack("<I", size),
    "ascii16": lambda size: str(size).ljust(16).encode(),
}

port, framing, *files = sys.argv[1:]
with socket.create_server(("127.0.0.1", int(port))) as server:
    print("port", server.getsockname()[1], flush=True)
    viewer, address = server.accept()
    with viewer:
        for file in files:
            jpeg = pathlib.Path(file).read_bytes()
            viewer.sendall(write_size[framing](len(jpeg)) + jpeg)
            time.sleep(0.1)
        viewer.sendall(write_size[framing](0))  # the end of the stream
