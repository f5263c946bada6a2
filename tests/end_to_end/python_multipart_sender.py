#!/usr/bin/env python3
"""Sends JPEG files as a multipart stream with Python's standard library only.

    python_multipart_sender.py PORT length|delimited|http FILE...

length: each part has a Content-Length; delimited: each part ends at the next boundary;
http: like length, after the head of an HTTP response. Listens on 127.0.0.1; with port 0 it chooses
a free port and prints it.
"""
import pathlib
import socket
import sys
import time

HTTP_HEAD = (b"HTTP/1.0 200 OK\r\n"
             b"Content-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n")

port, kind, *files = sys.argv[1:]
with socket.create_server(("127.0.0.1", int(port))) as server:
    print("port", server.getsockname()[1], flush=True)
    viewer, address = server.accept()
    with viewer:
        if kind == "http":
            viewer.sendall(HTTP_HEAD)
        for file in files:
            jpeg = pathlib.Path(file).read_bytes()
            head = b"--frame\r\nContent-Type: image/jpeg\r\n"
            if kind != "delimited":
                head += b"Content-Length: %d\r\n" % len(jpeg)
            viewer.sendall(head + b"\r\n" + jpeg + b"\r\n")
            time.sleep(0.1)
        viewer.sendall(b"--frame--\r\n")
