#!/usr/bin/env python3
"""Sends JPEGs to one viewer over TCP: each frame is its size in 4 bytes, then the JPEG itself."""
import argparse
import itertools
import socket
import struct
import sys
import time


def jpegs_of_files(paths, frames_per_second):
    due = time.monotonic()
    for path in paths:
        with open(path, "rb") as file:
            jpeg = file.read()
        if not jpeg.startswith(b"\xff\xd8"):
            raise ValueError(f"{path} is not a JPEG")
        time.sleep(max(0, due - time.monotonic()))
        due += 1 / frames_per_second
        yield jpeg


def jpegs_of_camera(frames_per_second):
    import cv2  # imported here, because sending files needs only the standard library
    camera = cv2.VideoCapture(0)
    camera.set(cv2.CAP_PROP_FPS, frames_per_second)
    while True:
        success, picture = camera.read()  # waits for the camera's next picture
        if not success:
            raise OSError("the first camera gives no picture; name JPEG files to send instead")
        yield cv2.imencode(".jpg", picture)[1].tobytes()


def send_frame(connection, jpeg):
    # send() may take only some of the bytes; sendall() repeats it until all are taken.
    connection.sendall(struct.pack(">I", len(jpeg)) + jpeg)  # ">I": 4 bytes, big-endian


def end_stream(connection):
    """Sends size 0, then waits until the viewer has closed its end as well.

    Closing a connection that holds unread bytes resets it, and the viewer could lose the last
    frames. jpegwire-viewer does send something: it reports when frames arrive.
    """
    connection.sendall(struct.pack(">I", 0))
    connection.shutdown(socket.SHUT_WR)
    while connection.recv(4096):
        pass


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address", help="listen here: 127.0.0.1, or 0.0.0.0 for other machines")
    parser.add_argument("port", type=int)
    parser.add_argument("rate", type=float, help="frames per second")
    parser.add_argument("files", nargs="*", metavar="FILE.jpg", help="without files: the camera")
    parser.add_argument("--loop", action="store_true", help="repeat the files")
    options = parser.parse_args()
    if not options.rate > 0:
        parser.error("the rate must be above 0")
    paths = itertools.cycle(options.files) if options.loop else options.files
    jpegs = jpegs_of_files(paths, options.rate) if paths else jpegs_of_camera(options.rate)

    with socket.create_server((options.address, options.port)) as server:
        print(f"waiting for a viewer on {options.address}:{options.port}", flush=True)
        connection, _ = server.accept()
    with connection:
        for jpeg in jpegs:
            send_frame(connection, jpeg)
        end_stream(connection)


try:
    main()
except KeyboardInterrupt:
    pass
except (BrokenPipeError, ConnectionResetError):
    sys.exit("sender.py: the viewer has disconnected")
except (ImportError, OSError, OverflowError, ValueError) as error:
    sys.exit(f"sender.py: {error}")
