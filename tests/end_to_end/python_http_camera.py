#!/usr/bin/env python3
"""An HTTP camera: serves JPEG files as a multipart stream with Python's http.server alone.

    python_http_camera.py KIND FILE...

plain and no_length serve a stream, snapshot one picture per request; basic, md5, sha256 and stale require
the user "me" with the password "s3cret", and stale calls the first nonce expired; missing answers with
404, busy with 503 and a text, page with HTML; moved and elsewhere redirect. Listens on a free port of
127.0.0.1 and prints it.
"""
import base64
import hashlib
import http.server
import pathlib
import re
import sys
import time

kind, *files = sys.argv[1:]
BOUNDARY = b"--odd==boundary"
pictures = 0  # served so far


def digest_is_right(authorization, method, path):
    fields = dict(re.findall(r'(\w+)="?([^",]*)"?', authorization))
    if "response" not in fields:
        return False
    algorithm = hashlib.sha256 if kind == "sha256" else hashlib.md5

    def hashed(text):
        return algorithm(text.encode()).hexdigest()

    user = hashed("me:camera:s3cret")
    request = hashed(f"{method}:{path}")
    return fields["response"] == hashed(
        f"{user}:{fields['nonce']}:{fields['nc']}:{fields['cnonce']}:{fields['qop']}:{request}")


class Camera(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def challenge(self):
        authorization = self.headers.get("Authorization", "")
        if kind == "basic":
            right = "Basic " + base64.b64encode(b"me:s3cret").decode()
            return None if authorization == right else 'Basic realm="camera"'
        if kind in ("md5", "sha256"):
            name = "SHA-256" if kind == "sha256" else "MD5"
            if not digest_is_right(authorization, "GET", self.path):
                return (f'Digest realm="camera", nonce="abc", qop="auth,auth-int", '
                        f'algorithm={name}, opaque="xyz"')
        if kind == "stale" and 'nonce="new"' not in authorization:
            return ('Digest realm="camera", nonce="new", stale=true' if authorization else
                    'Digest realm="camera", nonce="old"')
        return None

    def do_GET(self):
        challenge = self.challenge()
        if challenge:
            self.send_response(401)
            self.send_header("WWW-Authenticate", challenge)
            self.end_headers()
        elif kind == "moved" and self.path != "/real":
            self.redirect("/real")
        elif kind == "elsewhere":
            self.redirect("http://camera.example/stream")
        elif kind == "moved":
            self.send_stream()
        elif kind == "snapshot":
            self.send_snapshot()
        elif kind == "busy":
            self.send_busy()
        elif kind == "missing" or self.path != "/stream?name=a":
            self.send_error(404)
        elif kind == "page":
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
        else:
            self.send_stream()

    def redirect(self, location):
        self.send_response(302)
        self.send_header("Location", location)
        self.end_headers()

    def send_snapshot(self):
        global pictures
        jpeg = pathlib.Path(files[pictures % len(files)]).read_bytes()
        pictures += 1
        self.send_response(200)
        self.send_header("Content-Type", "image/jpeg")
        self.send_header("Content-Length", str(len(jpeg)))
        self.end_headers()
        self.wfile.write(jpeg)

    def send_busy(self):
        text = b"<html><h1>Too many\x1b[2J viewers.</h1>\nTry again later</html>"
        self.send_response(503, "Busy")
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def send_stream(self):
        self.send_response(200)
        self.send_header("Content-Type",
                         "multipart/x-mixed-replace; boundary=" + BOUNDARY.decode())
        self.end_headers()
        for file in files:
            jpeg = pathlib.Path(file).read_bytes()
            head = b"--" + BOUNDARY + b"\r\nContent-Type: image/jpeg\r\n"
            if kind != "no_length":
                head += b"Content-Length: %d\r\n" % len(jpeg)
            self.wfile.write(head + b"\r\n" + jpeg + b"\r\n")
            time.sleep(0.1)
        self.wfile.write(b"--" + BOUNDARY + b"--\r\n")


with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Camera) as server:
    print("port", server.server_address[1], flush=True)
    server.serve_forever()
