#!/usr/bin/env python3
"""An HTTP camera with the oddities of real ones, on plain sockets.

    odd_http_camera.py ODDITY FILE...     answers each request with these JPEG files
    odd_http_camera.py --list

Listens on a free port of 127.0.0.1 and prints it. The path of the stream is /stream.
"""
import contextlib
import pathlib
import socket
import sys
import threading
import time

PIECES = 30  # in which an answer is sent
MULTIPART = b"Content-Type: multipart/x-mixed-replace; boundary=b\r\n"
OK = b"HTTP/1.1 200 OK\r\n"


def part(jpeg, fields=None, eol=b"\r\n"):
    if fields is None:
        fields = b"Content-Length: %d%s" % (len(jpeg), eol)
    return b"--b" + eol + b"Content-Type: image/jpeg" + eol + fields + eol + jpeg + eol


def parts(jpegs, fields=None):
    return b"".join(part(jpeg, fields) for jpeg in jpegs)


def chunks(body, size=1000, extension=b"", eol=b"\r\n"):
    pieces = [body[at:at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x%s%s%s%s" % (len(piece), extension, eol, piece, eol)
                    for piece in pieces) + b"0" + eol + eol


def with_length(field):
    return lambda jpegs: OK + MULTIPART + b"\r\n" + parts(jpegs, field + b"\r\n")


def head(text):
    return lambda jpegs: text + parts(jpegs)


def body(make):
    """The parts as `make` gives them from the JPEGs."""
    return lambda jpegs: OK + MULTIPART + b"\r\n" + make(jpegs)


def between(separator):
    """The usual parts, with something between them."""
    return body(lambda jpegs: separator.join(part(jpeg) for jpeg in jpegs))


def chunked(fields=MULTIPART, **kind):
    return lambda jpegs: (OK + fields + b"Transfer-Encoding: chunked\r\n\r\n" +
                          chunks(parts(jpegs), **kind))


# Each takes the JPEGs and gives the whole answer.
ODDITIES = {
    "plain": head(OK + MULTIPART + b"\r\n"),
    "chunked": chunked(),
    "chunked, one byte each": chunked(size=1),
    "chunked, with extensions": chunked(extension=b";name=value"),
    "chunked, lines end with LF": chunked(eol=b"\n"),
    "chunked, without a type": chunked(b""),
    "no Content-Type": head(OK + b"\r\n"),
    "text/plain": head(OK + b"Content-Type: text/plain\r\n\r\n"),
    "application/octet-stream": head(OK + b"Content-Type: application/octet-stream\r\n\r\n"),
    "head with LF alone": head((OK + MULTIPART).replace(b"\r", b"") + b"\n"),
    "no reason phrase": head(b"HTTP/1.0 200\r\n" + MULTIPART + b"\r\n"),
    "a line without a colon": head(OK + b"no colon\r\n" + MULTIPART + b"\r\n"),
    "a space in front of a colon": head(OK + b"Server : x\r\n" + MULTIPART + b"\r\n"),
    "Content-Length: -1 in the head": head(OK + b"Content-Length: -1\r\n" + MULTIPART + b"\r\n"),
    "Content-Length: 0 in the head": head(OK + b"Content-Length: 0\r\n" + MULTIPART + b"\r\n"),
    "two lengths in the head": head(OK + b"Content-Length: 7\r\nContent-Length: 9\r\n" + MULTIPART +
                                    b"\r\n"),
    "status line in small letters": head(b"http/1.1 200 ok\r\n" + MULTIPART + b"\r\n"),
    "blanks in the status line": head(b"HTTP/1.1  200  OK\r\n" + MULTIPART + b"\r\n"),
    "status 206": head(b"HTTP/1.1 206 Partial Content\r\n" + MULTIPART + b"\r\n"),
    "no head at all": head(b""),
    "bare JPEGs, no head at all": b"".join,
    "ICY": head(b"ICY 200 OK\r\n" + MULTIPART + b"\r\n"),
    "leading line breaks": lambda jpegs: (b"\r\n\r\n" + OK + MULTIPART + b"\r\n\r\n\n" +
                                          parts(jpegs)),
    "no boundary in front": body(lambda jpegs: parts(jpegs)[len(b"--b\r\n"):]),
    "no head in front": body(lambda jpegs: jpegs[0] + b"\r\n" + parts(jpegs[1:])),
    "another boundary than announced": body(
        lambda jpegs: parts(jpegs).replace(b"--b\r\n", b"--another\r\n")),
    "parts without fields": body(
        lambda jpegs: b"".join(b"--b\r\n\r\n" + jpeg + b"\r\n" for jpeg in jpegs)),
    "parts with LF alone": body(lambda jpegs: b"".join(part(jpeg, eol=b"\n") for jpeg in jpegs)),
    "parts without a length": with_length(b"X: y"),
    "part length 0": with_length(b"Content-Length: 0"),
    "part length negative": with_length(b"Content-Length: -1"),
    "part length empty": with_length(b"Content-Length:"),
    "part length with a unit": with_length(b"Content-Length: 1234 bytes"),
    "part length too small": with_length(b"Content-Length: 100"),
    "part length too large": with_length(b"Content-Length: 5000000"),
    "part length enormous": with_length(b"Content-Length: 99999999999"),
    "junk between parts": between(b"junk\r\n\r\n"),
    "a text between parts": between(b"--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n"),
    "an empty part between parts": between(b"--b\r\nContent-Length: 0\r\n\r\n\r\n"),
    "padding behind JPEGs": body(lambda jpegs: parts([jpeg + bytes(500) for jpeg in jpegs])),
    "bare JPEGs": lambda jpegs: OK + b"Content-Type: video/x-mjpeg\r\n\r\n" + b"".join(jpegs),
    "bare JPEGs, chunked": lambda jpegs: OK + b"Transfer-Encoding: chunked\r\n\r\n" +
    chunks(b"".join(jpegs)),
    "image/jpeg for a stream": head(OK + b"Content-Type: image/jpeg\r\n\r\n"),
}


def serve(connection, answer):
    with connection, contextlib.suppress(OSError):
        request = b""
        while b"\r\n\r\n" not in request:
            received = connection.recv(65536)
            if not received:
                return
            request += received
        # Slowly, because a viewer decodes only the newest of frames that arrive together.
        for at in range(0, len(answer), len(answer) // PIECES + 1):
            connection.sendall(answer[at:at + len(answer) // PIECES + 1])
            time.sleep(0.02)
        # The stream stays open: a viewer must not wait for its end.
        connection.settimeout(20)
        while connection.recv(65536):
            pass


if sys.argv[1] == "--list":
    print("\n".join(ODDITIES))
    sys.exit()
files = [pathlib.Path(file).read_bytes() for file in sys.argv[2:]]
response = ODDITIES[sys.argv[1]](files)
with socket.create_server(("127.0.0.1", 0)) as server:
    print("port", server.getsockname()[1], flush=True)
    while True:
        threading.Thread(target=serve, args=(server.accept()[0], response), daemon=True).start()
