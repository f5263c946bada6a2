#!/usr/bin/env python3
"""A client of a jpegwire sender's HTTP server with Python's standard library only.

    python_http_viewer.py stream PORT DIRECTORY COUNT
    python_http_viewer.py keep_alive PORT

stream writes COUNT frames of /stream to the directory, read by their Content-Length; keep_alive
makes several requests on one connection.
"""
import http.client
import json
import pathlib
import re
import struct
import sys


def read_part(response):
    """The fields and the body of the part after a boundary line."""
    fields = http.client.parse_headers(response)
    jpeg = response.read(int(fields["Content-Length"]))
    assert response.readline() == b"\r\n"
    assert response.readline() == b"--frame\r\n"
    return fields, jpeg


def stamp(jpeg):
    """The sequence number and the capture time that the sender wrote behind the JFIF segment."""
    begin = jpeg.index(b"jpegwire\0\x02") + 10
    fields = bytes.fromhex(jpeg[begin:begin + 82].decode())
    _flags, _stream, sequence, captured, *_rest = struct.unpack(">BQIQQQI", fields)
    return sequence, captured


def check_jpeg(jpeg):
    """Programs look for JFIF in front, as imghdr did, and for the end of the image."""
    assert jpeg.startswith(b"\xff\xd8\xff\xe0") and jpeg[6:10] == b"JFIF"
    assert jpeg.find(b"\xff\xd9") == len(jpeg) - 2


def watch(connection, directory, count):
    connection.request("GET", "/stream")
    response = connection.getresponse()
    assert response.status == 200, response.status
    assert response.headers.get_content_type() == "multipart/x-mixed-replace"
    assert response.headers.get_boundary() == "frame"
    assert response.readline() == b"--frame\r\n"
    last = 0.0
    last_sequence = -1
    for number in range(count):
        fields, jpeg = read_part(response)
        assert fields["Content-Type"] == "image/jpeg"
        assert re.fullmatch(r"\d+\.\d{6}", fields["X-Timestamp"]), fields["X-Timestamp"]
        assert float(fields["X-Timestamp"]) > last
        last = float(fields["X-Timestamp"])
        check_jpeg(jpeg)
        assert stamp(jpeg)[0] > last_sequence
        last_sequence, captured = stamp(jpeg)
        assert f"{captured / 1e6:.6f}" == fields["X-Timestamp"]
        pathlib.Path(directory, f"{number:06}.jpg").write_bytes(jpeg)
    print(f"{count} frames")


def keep_alive(connection):
    connection.connect()
    first = connection.sock
    for method, path, status in [("GET", "/snapshot", 200), ("HEAD", "/snapshot", 200),
                                 ("GET", "/stats.json", 200), ("GET", "/nothing", 404),
                                 ("HEAD", "/", 200), ("GET", "/?action=snapshot", 200),
                                 ("GET", "/", 200)]:
        connection.request(method, path)
        response = connection.getresponse()
        body = response.read()
        assert response.status == status, (method, path, response.status)
        assert (method == "HEAD") == (body == b""), (method, path)
        if "snapshot" in path and method == "GET":
            check_jpeg(body)
        if path == "/stats.json":
            json.loads(body)
        assert connection.sock is first, f"{method} {path} ended the connection"
    print("one connection")


what, port, *rest = sys.argv[1:]
with_deadline = http.client.HTTPConnection("127.0.0.1", int(port), timeout=30)
if what == "stream":
    watch(with_deadline, rest[0], int(rest[1]))
else:
    keep_alive(with_deadline)
