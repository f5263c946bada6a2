#!/usr/bin/env python3
"""Runs the examples with each other and with jpegwire's programs.

    examples_test.py JPEGWIRE_SENDER JPEGWIRE_VIEWER EXAMPLE_SENDER EXAMPLE_VIEWER

Needs OpenCV, from the package python3-opencv, for JPEGs and the viewer's window.
"""
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

import cv2
import numpy

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "examples"
MAX_LINES = 80
MAX_SECONDS = 100

jpegwire_sender = ""
jpegwire_viewer = ""
senders = {}  # name: the command's beginning
viewers = {}


def make_jpeg(width, height):
    """A JPEG of noise, which is large for its size."""
    noise = numpy.random.default_rng(width).integers(0, 256, (height, width, 3), numpy.uint8)
    return cv2.imencode(".jpg", noise)[1].tobytes()


def with_size(jpeg):
    return len(jpeg).to_bytes(4, "big") + jpeg


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def frames_in(directory):
    return [path.read_bytes() for path in sorted(pathlib.Path(directory).glob("*.jpg"))]


class ExamplesTest(unittest.TestCase):
    frames = [make_jpeg(64, 48), make_jpeg(1600, 1200), make_jpeg(320, 240)]

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)

    def start(self, *command, **environment):
        process = subprocess.Popen([str(word) for word in command], text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   env=os.environ | environment)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def check_end(self, process, code=0, message="^"):
        """Waits for the program to end; after a failure its error message must be one line."""
        _, errors = process.communicate(timeout=30)
        self.assertEqual(process.returncode, code, errors)
        self.assertRegex(errors, message)
        if code == 1:
            self.assertEqual(len(errors.splitlines()), 1, errors)

    def write_files(self, frames):
        source = pathlib.Path(tempfile.mkdtemp(dir=self.directory))
        files = [source / f"{number:06}.jpg" for number in range(len(frames))]
        for file, frame in zip(files, frames):
            file.write_bytes(frame)
        return files

    def start_sender(self, name, frames):
        """A listening sender of these frames, and its port."""
        return self.start_listening(*senders[name], "127.0.0.1", free_port(), 100,
                                    *self.write_files(frames))

    def start_jpegwire_sender(self):
        return self.start_listening(jpegwire_sender, "--source", "test", "--size", "320x240",
                                    "--tcp", "127.0.0.1:0", "--http", "off")

    def start_listening(self, *command):
        sender = self.start(*command)
        for line in sender.stdout:
            if port := re.search(r"127\.0\.0\.1:(\d+)", line):
                return sender, int(port[1])
        raise AssertionError(f"the sender does not listen: {sender.stderr.read()}")

    def start_viewer(self, name, port):
        """A viewer that saves received frames, and the directory that it saves them to."""
        saved = tempfile.mkdtemp(dir=self.directory)
        if name == "jpegwire-viewer":
            command = [jpegwire_viewer, f"tcp://127.0.0.1:{port}", "--headless", "--save", saved]
        else:
            command = [*viewers[name], "127.0.0.1", port, saved]
        return self.start(*command), saved

    def frames_of_jpegwire_sender(self, viewer_name):
        """The frames that a viewer saves until the sender is interrupted, which ends the stream."""
        sender, port = self.start_jpegwire_sender()
        viewer, saved = self.start_viewer(viewer_name, port)
        while len(frames_in(saved)) < 5 and viewer.poll() is None:
            time.sleep(0.02)
        sender.send_signal(signal.SIGINT)
        self.check_end(viewer)
        self.check_end(sender)
        return frames_in(saved)

    def test_every_file_is_short(self):
        for name in ("sender.py", "viewer.py", "sender.cpp", "viewer.cpp"):
            lines = (EXAMPLES / name).read_text("utf-8").splitlines()
            self.assertLessEqual(len(lines), MAX_LINES, name)

    def test_all_viewers_receive_what_the_example_senders_send(self):
        for sender_name in senders:
            for viewer_name in [*viewers, "jpegwire-viewer"]:
                with self.subTest(sender=sender_name, viewer=viewer_name):
                    sender, port = self.start_sender(sender_name, self.frames)
                    viewer, saved = self.start_viewer(viewer_name, port)
                    self.check_end(viewer)
                    self.check_end(sender)
                    self.assertEqual(frames_in(saved), self.frames)

    def test_all_viewers_receive_what_jpegwire_sender_sends(self):
        for viewer_name in [*viewers, "jpegwire-viewer"]:
            with self.subTest(viewer=viewer_name):
                frames = self.frames_of_jpegwire_sender(viewer_name)
                self.assertGreaterEqual(len(frames), 5)
                for frame in frames:
                    picture = cv2.imdecode(numpy.frombuffer(frame, numpy.uint8), cv2.IMREAD_COLOR)
                    self.assertEqual(picture.shape, (240, 320, 3))

    def test_jpegwire_viewer_loses_nothing_of_frames_on_which_it_reports(self):
        frames = self.frames_of_jpegwire_sender("viewer.py")
        for sender_name in senders:
            with self.subTest(sender=sender_name):
                sender, port = self.start_sender(sender_name, frames)
                viewer, saved = self.start_viewer("jpegwire-viewer", port)
                self.check_end(viewer)
                self.check_end(sender)
                self.assertEqual(frames_in(saved), frames)

    def view_bytes(self, viewer_name, pieces):
        """Sends these bytes to a viewer, closes the connection, and returns the result."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            viewer, saved = self.start_viewer(viewer_name, server.getsockname()[1])
            connection, _ = server.accept()
            with connection:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                for piece in pieces:
                    connection.sendall(piece)
        return viewer, saved

    def test_viewers_receive_frames_in_any_pieces(self):
        stream = b"".join(map(with_size, self.frames[:1] * 2)) + bytes(4)
        for viewer_name in viewers:
            with self.subTest(viewer=viewer_name):
                viewer, saved = self.view_bytes(viewer_name, (bytes([byte]) for byte in stream))
                self.check_end(viewer)
                self.assertEqual(frames_in(saved), self.frames[:1] * 2)

    def test_a_connection_that_closes_between_two_frames_ends_the_stream(self):
        for viewer_name in viewers:
            with self.subTest(viewer=viewer_name):
                viewer, saved = self.view_bytes(viewer_name, [with_size(self.frames[0])])
                self.check_end(viewer)
                self.assertEqual(frames_in(saved), self.frames[:1])

    def test_viewers_report_bad_streams(self):
        for viewer_name in viewers:
            for stream, message in ((b"\0\0", "broke off inside a size"),
                                    (with_size(self.frames[0])[:-1], "broke off"),
                                    (with_size(self.frames[0])[:4], "broke off"),
                                    (b"\xff\xff\xff\xff", "4294967295")):
                with self.subTest(viewer=viewer_name, message=message):
                    viewer, saved = self.view_bytes(viewer_name, [stream])
                    self.check_end(viewer, 1, message)
                    self.assertEqual(frames_in(saved), [])

    def test_viewers_report_that_nobody_listens(self):
        for viewer_name in viewers:
            with self.subTest(viewer=viewer_name):
                viewer, _ = self.start_viewer(viewer_name, free_port())
                self.check_end(viewer, 1, "Connection refused")

    def test_viewers_report_a_directory_that_is_not_there(self):
        for sender_name, viewer_name in zip(senders, viewers):
            with self.subTest(viewer=viewer_name):
                sender, port = self.start_sender(sender_name, self.frames)
                self.check_end(self.start(*viewers[viewer_name], "127.0.0.1", port,
                                          self.directory / "missing"), 1, "missing|cannot save")
                self.check_end(sender, 1, "viewer")

    def test_senders_report_a_taken_port(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            for sender_name, command in senders.items():
                with self.subTest(sender=sender_name):
                    sender = self.start(*command, "127.0.0.1", port, 10,
                                        *self.write_files(self.frames))
                    self.check_end(sender, 1, f"{port}.*in use|in use.*{port}")

    def test_senders_report_files_that_are_no_jpegs(self):
        for sender_name in senders:
            for frame in (b"", b"GIF89a"):
                with self.subTest(sender=sender_name, frame=frame):
                    sender, port = self.start_sender(sender_name, [frame])
                    viewer, saved = self.start_viewer("viewer.py", port)
                    self.check_end(sender, 1, "000000.jpg is not a JPEG")
                    self.check_end(viewer)
                    self.assertEqual(frames_in(saved), [])

    def test_wrong_usage(self):
        for command in (*senders.values(), *viewers.values()):
            with self.subTest(command=command):
                self.check_end(self.start(*command), 2, "usage")
        for sender_name, command in senders.items():
            with self.subTest(sender=sender_name):
                self.check_end(self.start(*command, "127.0.0.1", 0, 0, "a.jpg"), 2, "usage")

    def test_the_python_sender_repeats_files(self):
        command = [*senders["sender.py"], "--loop", "127.0.0.1", free_port(), 1000]
        sender, port = self.start_listening(*command, *self.write_files(self.frames[:1]))
        with socket.create_connection(("127.0.0.1", port)) as connection:
            repeated = with_size(self.frames[0]) * 5
            self.assertEqual(connection.recv(len(repeated), socket.MSG_WAITALL), repeated)
        self.check_end(sender, 1, "viewer")

    def test_the_python_viewer_shows_a_window(self):
        sender, port = self.start_sender("sender.py", self.frames)
        viewer = self.start(*viewers["viewer.py"], "--show", "127.0.0.1", port,
                            QT_QPA_PLATFORM="offscreen")
        self.check_end(viewer)
        self.check_end(sender)


def end_in_time():
    def fail(*_):
        raise TimeoutError(f"the tests take longer than {MAX_SECONDS} s")
    signal.signal(signal.SIGALRM, fail)
    signal.alarm(MAX_SECONDS)


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    jpegwire_sender, jpegwire_viewer, *examples = sys.argv[1:]
    senders = {"sender.py": [sys.executable, EXAMPLES / "sender.py"], "sender.cpp": [examples[0]]}
    viewers = {"viewer.py": [sys.executable, EXAMPLES / "viewer.py"], "viewer.cpp": [examples[1]]}
    end_in_time()
    unittest.main(argv=sys.argv[:1], verbosity=2)
