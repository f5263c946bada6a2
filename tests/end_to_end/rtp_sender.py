#!/usr/bin/env python3
"""Sends a JPEG as RTP/JPEG (RFC 2435) with Python's standard library only.

    rtp_sender.py JPEGFILE ADDR PORT [--count N] [--fps F] [--mtu M]

The JPEG must be baseline, 4:2:0 or 4:2:2, with the standard Huffman tables (as cjpeg writes them)
and at most 2040 pixels wide and high. Its quantization tables are sent in-band, with Q 255. A JPEG
with restart markers is sent as type 64 or 65, as a frame that must be decoded as a whole: F and L
set, count 0x3FFF. The scan is sent without EOI. An RTP packet has at most M bytes [1400].
"""
import argparse
import pathlib
import random
import socket
import struct
import sys
import time

sys.dont_write_bytecode = True  # no __pycache__ beside the sources
from rtp_receiver import HUFFMAN_TABLES, PAYLOAD_TYPE  # noqa: E402

CLOCK_RATE = 90_000
Q_IN_BAND = 255
RTP_HEADER_BYTES = 12


class Jpeg:
    """The parameters of a file for RFC 2435; exits with an error if RFC 2435 cannot carry it."""

    def __init__(self, data):
        self.quantizers = {}
        self.restart_interval = 0
        self.components = []
        self.scan = b""
        readers = {0xDB: self.read_quantizers, 0xC4: self.check_huffman_tables,
                   0xC0: self.read_frame_header, 0xDD: self.read_restart_interval}
        at = 2
        while not self.scan:
            marker, size = struct.unpack_from(">xBH", data, at)
            if 0xC1 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
                sys.exit("not a baseline JPEG")
            readers.get(marker, lambda _: None)(data[at + 4:at + 2 + size])
            at += 2 + size
            if marker == 0xDA:
                self.scan = data[at:data.rindex(b"\xff\xd9")]
        self.check_components()

    def read_quantizers(self, body):
        while body:
            if body[0] >> 4:
                sys.exit("quantization tables of 16 bits")
            self.quantizers[body[0]] = body[1:65]
            body = body[65:]

    def check_huffman_tables(self, body):
        while body:
            lengths = body[1:17]
            size = 17 + sum(lengths)
            if (lengths, body[17:size]) != HUFFMAN_TABLES.get(body[0]):
                sys.exit("Huffman tables that are not the standard ones")
            body = body[size:]

    def read_frame_header(self, body):
        _, self.height, self.width, _ = struct.unpack_from(">BHHB", body)
        self.components = [tuple(body[at:at + 3]) for at in range(6, len(body), 3)]

    def read_restart_interval(self, body):
        self.restart_interval, = struct.unpack(">H", body)

    def check_components(self):
        if max(self.width, self.height) > 2040:
            sys.exit("larger than 2040 pixels")
        samplings = [sampling for _, sampling, _ in self.components]
        if samplings not in ([0x21, 0x11, 0x11], [0x22, 0x11, 0x11]):
            sys.exit("neither 4:2:0 nor 4:2:2")
        luma, blue, red = (quantizer for _, _, quantizer in self.components)
        if self.quantizers[blue] != self.quantizers[red]:
            sys.exit("three quantization tables")
        self.tables = self.quantizers[luma] + self.quantizers[blue]

    def type(self):
        return (self.components[0][1] == 0x22) + (64 if self.restart_interval else 0)


def payload_header(jpeg, offset):
    """RFC 2435, sections 3.1.1 to 3.1.8."""
    header = struct.pack(">BBHBBBB", 0, offset >> 16, offset & 0xFFFF, jpeg.type(), Q_IN_BAND,
                         (jpeg.width + 7) // 8, (jpeg.height + 7) // 8)
    if jpeg.restart_interval:
        header += struct.pack(">HH", jpeg.restart_interval, 0xFFFF)
    if offset == 0:
        header += struct.pack(">BBH", 0, 0, len(jpeg.tables)) + jpeg.tables
    return header


def payloads(jpeg, most):
    offset = 0
    while offset < len(jpeg.scan):
        header = payload_header(jpeg, offset)
        data = jpeg.scan[offset:offset + most - len(header)]
        yield header + data
        offset += len(data)


def open_socket(address):
    sending = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    if 224 <= socket.inet_aton(address)[0] <= 239:
        sending.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
    return sending


class Sender:
    """One RTP stream (RFC 3550, section 5.1), which starts at random numbers."""

    def __init__(self, address, port, mtu):
        self.socket = open_socket(address)
        self.to = (address, port)
        self.most = mtu - RTP_HEADER_BYTES
        self.sequence = random.getrandbits(16)
        self.first_timestamp = random.getrandbits(32)
        self.ssrc = random.getrandbits(32)

    def send(self, jpeg, ticks):
        timestamp = (self.first_timestamp + ticks) % (1 << 32)
        packets = list(payloads(jpeg, self.most))
        for number, payload in enumerate(packets):
            marker = 0x80 if number == len(packets) - 1 else 0
            header = struct.pack(">BBHII", 2 << 6, marker | PAYLOAD_TYPE, self.sequence, timestamp,
                                 self.ssrc)
            self.socket.sendto(header + payload, self.to)
            self.sequence = (self.sequence + 1) % 0x10000


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=pathlib.Path)
    parser.add_argument("address")
    parser.add_argument("port", type=int)
    parser.add_argument("--count", type=int, default=1, metavar="N", help="frames [1]")
    parser.add_argument("--fps", type=float, default=10, metavar="F", help="frames a second [10]")
    parser.add_argument("--mtu", type=int, default=1400, metavar="M")
    options = parser.parse_args()
    if options.mtu < 200:
        parser.error("with less than 200 bytes the tables leave no room")
    jpeg = Jpeg(options.file.read_bytes())
    sender = Sender(options.address, options.port, options.mtu)
    start = time.monotonic()
    for frame in range(options.count):
        sender.send(jpeg, round(frame * CLOCK_RATE / options.fps))
        time.sleep(max(0, start + (frame + 1) / options.fps - time.monotonic()))


if __name__ == "__main__":
    main()
