#!/usr/bin/env python3
"""Compares the limits of the systemd unit with what a sender needs.

    unit_test.py /path/to/jpegwire-sender
"""
import pathlib
import re
import subprocess
import sys
import unittest
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}

sender_program = ""


def limits():
    """The settings of the unit's [Service] section."""
    text = (ROOT / "packaging/jpegwire-sender.service.in").read_text("utf-8")
    service = text.partition("[Service]")[2].partition("[Install]")[0]
    return dict(re.findall(r"^(\w+)=(.*)$", service, re.MULTILINE))


def needs_of_a_sender():
    """Its peak memory in bytes and its threads, with the largest pictures and a viewer."""
    with subprocess.Popen([sender_program, "--source", "test", "--size", "8k", "--tcp", "off",
                           "--http", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True) as sender:
        try:
            for line in sender.stdout:
                if url := re.search(r"http://\S+", line):
                    with urllib.request.urlopen(url[0] + "stream", timeout=60) as stream:
                        stream.read(4_000_000)
                    status = pathlib.Path(f"/proc/{sender.pid}/status").read_text("utf-8")
                    fields = dict(re.findall(r"^(\w+):\s+(\d+)", status, re.MULTILINE))
                    return int(fields["VmHWM"]) * 1024, int(fields["Threads"])
            raise AssertionError("the sender ended without naming its page")
        finally:
            sender.terminate()


class UnitTest(unittest.TestCase):
    def test_limits_memory_and_threads_to_twice_what_a_sender_needs(self):
        memory, threads = needs_of_a_sender()
        limit = re.fullmatch(r"(\d+)([KMG])", limits()["MemoryMax"])
        self.assertLess(2 * memory, int(limit[1]) * UNITS[limit[2]])
        self.assertLess(2 * threads, int(limits()["TasksMax"]))


if __name__ == "__main__":
    sender_program = sys.argv.pop(1)
    unittest.main()
