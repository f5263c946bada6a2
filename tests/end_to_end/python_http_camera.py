#!/usr/bin/env python3
"""An HTTP camera: serves JPEG files as a multipart stream with Python's http.server alone.

    python_http_camera.py plain|no_length|basic|md5|sha256|missing|page FILE...

basic, md5 and sha256 require the user "me" with the password "s3cret"; missing answers with 404, page
with HTML. Listens on a free port of 127.0.0.1 and prints it.
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
        return None

    def do_GET(self):
        challenge = self.challenge()
        if challenge:
            self.send_response(401)
            self.send_header("WWW-Authenticate", challenge)
            self.end_headers()
        elif kind == "missing" or self.path != "/stream?name=a":
            self.send_error(404)
        elif kind == "page":
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
        else:
            self.send_stream()

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
