#!/usr/bin/env python3
"""Receives RTP/JPEG (RFC 2435) with Python's standard library only.

    rtp_receiver.py PORT FRAMES OUTDIR [--multicast GROUP]

Binds the UDP port on 127.0.0.1 (0: a free one, which it prints), or joins the group on the loopback
interface, and writes complete frames to OUTDIR/000000.jpg and so on until it has FRAMES of them.
It skips incomplete frames. SIGTERM and SIGINT end it earlier; after 30 seconds without a packet it
fails with exit code 1.

Its last line is a JSON object:
  frames           complete frames, which it has written
  packets          packets of the stream, duplicates included
  lost             sequence numbers missing between the first and the last
  malformed        packets that violate RFC 3550 or RFC 2435
  bands_straddled  packets that violate the rule of one band (one restart interval) per chunk, in
                   complete frames with restart markers: F only on the chunk's first packet, L only
                   on its last, the count of the band, and the band's RST marker only at its end
                   (the frame's last band has none)
"""
import argparse
import json
import pathlib
import re
import signal
import socket
import struct
import sys

SILENCE_SECONDS = 30
BUFFER_BYTES = 64 << 20
SO_RCVBUFFORCE = 33
PAYLOAD_TYPE = 26  # RFC 3551, table 5
FRAMES_UNDER_WAY = 8
WHOLE_FRAME_COUNT = 0x3FFF
RESTART_MARKER = re.compile(b"\xff[\xd0-\xd7]")

# ITU-T T.81, tables K.1 and K.2.
LUMA_QUANTIZER = (
    16, 11, 10, 16, 24, 40, 51, 61,
    12, 12, 14, 19, 26, 58, 60, 55,
    14, 13, 16, 24, 40, 57, 69, 56,
    14, 17, 22, 29, 51, 87, 80, 62,
    18, 22, 37, 56, 68, 109, 103, 77,
    24, 35, 55, 64, 81, 104, 113, 92,
    49, 64, 78, 87, 103, 121, 120, 101,
    72, 92, 95, 98, 112, 100, 103, 99)
CHROMA_QUANTIZER = (
    17, 18, 24, 47, 99, 99, 99, 99,
    18, 21, 26, 66, 99, 99, 99, 99,
    24, 26, 56, 99, 99, 99, 99, 99,
    47, 66, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99)

# ITU-T T.81, tables K.3 to K.6: the number of codes of each length, and their symbols.
DC_VALUES = bytes(range(12))
LUMA_DC = (bytes.fromhex("00010501010101010100000000000000"), DC_VALUES)
CHROMA_DC = (bytes.fromhex("00030101010101010101010000000000"), DC_VALUES)
LUMA_AC = (bytes.fromhex("0002010303020403050504040000017d"), bytes.fromhex(
    "01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728"
    "292a3435363738393a434445464748494a535455565758595a636465666768696a737475767778797a83848586878889"
    "8a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2"
    "e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa"))
CHROMA_AC = (bytes.fromhex("00020102040403040705040400010277"), bytes.fromhex(
    "000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f11718191a26"
    "2728292a35363738393a434445464748494a535455565758595a636465666768696a737475767778797a828384858687"
    "88898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9da"
    "e2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa"))
HUFFMAN_TABLES = {0x00: LUMA_DC, 0x10: LUMA_AC, 0x01: CHROMA_DC, 0x11: CHROMA_AC}


class Malformed(Exception):
    """A packet that violates the RFCs."""


def zigzag_order():
    """The row-by-row positions in an 8x8 block, in the zigzag order of a JPEG."""
    def key(place):
        row, column = divmod(place, 8)
        diagonal = row + column
        return diagonal, row if diagonal % 2 else column
    return sorted(range(64), key=key)


def computed_tables(q):
    """RFC 2435, section 4.2 and appendix A, in zigzag order."""
    scale = 5000 // q if q < 50 else 200 - 2 * q
    return [bytes(min(max((table[place] * scale + 50) // 100, 1), 255) for place in zigzag_order())
            for table in (LUMA_QUANTIZER, CHROMA_QUANTIZER)]


def segment(marker, body):
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def jpeg_header(kind, width, height, tables, restart_interval):
    """RFC 2435, appendix B."""
    header = b"\xff\xd8"
    for number, table in enumerate(tables[:2]):
        precision = 1 if len(table) == 128 else 0
        header += segment(0xDB, bytes([precision << 4 | number]) + table)
    if kind >= 64:
        header += segment(0xDD, struct.pack(">H", restart_interval))
    luma_sampling = 0x21 if kind % 64 == 0 else 0x22
    header += segment(0xC0, struct.pack(">BHHB", 8, height, width, 3) +
                      bytes([0, luma_sampling, 0, 1, 0x11, 1, 2, 0x11, 1]))
    for number, (lengths, values) in HUFFMAN_TABLES.items():
        header += segment(0xC4, bytes([number]) + lengths + values)
    return header + segment(0xDA, bytes([3, 0, 0x00, 1, 0x11, 2, 0x11, 0, 63, 0]))


class Reader:
    """Reads bytes from the front."""

    def __init__(self, data):
        self.data = data

    def take(self, size):
        if size > len(self.data):
            raise Malformed(f"{size} bytes expected, {len(self.data)} left")
        taken, self.data = self.data[:size], self.data[size:]
        return taken

    def unpack(self, form):
        return struct.unpack(form, self.take(struct.calcsize(form)))


class RtpPacket:
    """RFC 3550, section 5.1."""

    def __init__(self, datagram):
        reader = Reader(datagram)
        bits, kind, self.sequence, self.timestamp, self.ssrc = reader.unpack(">BBHII")
        if bits >> 6 != 2:
            raise Malformed("not version 2")
        self.marker, self.payload_type = bool(kind & 0x80), kind & 0x7F
        reader.take(4 * (bits & 0x0F))
        if bits & 0x10:
            _, words = reader.unpack(">HH")
            reader.take(4 * words)
        self.payload = reader.data
        if bits & 0x20:
            self.remove_padding()

    def remove_padding(self):
        size = self.payload[-1] if self.payload else 0
        if not 0 < size <= len(self.payload):
            raise Malformed("padding is longer than the packet")
        self.payload = self.payload[:-size]


class Fragment:
    """A packet's payload: RFC 2435, section 3.1."""

    def __init__(self, packet):
        reader = Reader(packet.payload)
        _, offset_high, offset_low, self.kind, self.q, width, height = reader.unpack(">BBHBBBB")
        self.offset = offset_high << 16 | offset_low
        self.width, self.height = 8 * width, 8 * height
        self.marker = packet.marker
        if self.kind not in (0, 1, 64, 65):
            raise Malformed(f"type {self.kind}")
        if not self.width or not self.height:
            raise Malformed("a size of 0")
        if self.q == 0 or 100 <= self.q <= 127:
            raise Malformed(f"Q {self.q}")
        if self.kind >= 64:
            self.restart_interval, bits = reader.unpack(">HH")
            self.first, self.last, self.count = bool(bits >> 15), bool(bits >> 14 & 1), bits & 0x3FFF
        self.tables = None
        if self.q >= 128 and self.offset == 0:
            self.read_tables(reader)
        self.data = reader.data

    def read_tables(self, reader):
        _, precision, size = reader.unpack(">BBH")
        tables = Reader(reader.take(size))
        self.tables = []
        while tables.data:
            is_wide = precision >> len(self.tables) & 1
            self.tables.append(tables.take(128 if is_wide else 64))
        if len(self.tables) == 1 or (not self.tables and self.q == 255):
            raise Malformed("fewer than two quantization tables")

    def header(self, tables):
        restart_interval = self.restart_interval if self.kind >= 64 else 0
        return jpeg_header(self.kind, self.width, self.height, tables, restart_interval)

    def is_of_whole_frame(self):
        return self.first and self.last and self.count == WHOLE_FRAME_COUNT


class Frame:
    """The fragments of one timestamp."""

    def __init__(self):
        self.fragments = {}
        self.received_bytes = 0
        self.size_bytes = None  # unknown until the last fragment arrives

    def add(self, fragment):
        if fragment.offset not in self.fragments:
            self.received_bytes += len(fragment.data)
            self.fragments[fragment.offset] = fragment
        if fragment.marker:
            self.size_bytes = fragment.offset + len(fragment.data)

    def in_order(self):
        """All fragments if none is missing, otherwise None."""
        if self.received_bytes != self.size_bytes:
            return None
        fragments = [self.fragments[offset] for offset in sorted(self.fragments)]
        end = 0
        for fragment in fragments:
            if fragment.offset != end:
                return None
            end += len(fragment.data)
        return fragments


def keeps_to_its_band(fragment, is_end_of_frame):
    """True if the fragment with L ends in the band's restart marker, the only one in the band."""
    own = bytes([0xFF, 0xD0 + fragment.count % 8])
    markers = RESTART_MARKER.findall(fragment.data)
    if is_end_of_frame:
        return fragment.last and not markers
    return markers == [own] and fragment.data.endswith(own) if fragment.last else not markers


def count_straddled(fragments):
    if fragments[0].kind < 64 or all(fragment.is_of_whole_frame() for fragment in fragments):
        return 0
    straddled, band, begins = 0, 0, True
    for fragment in fragments:
        is_right = (fragment.first == begins and fragment.count == band and
                    keeps_to_its_band(fragment, fragment is fragments[-1]))
        straddled += not is_right
        begins = fragment.last
        band = fragment.count + fragment.last
    return straddled


class SequenceNumbers:
    """The extended sequence number of RFC 3550, appendix A.1."""

    def __init__(self, first):
        self.seen = {first}
        self.oldest = self.newest = first

    def add(self, sequence):
        ahead = (sequence - self.newest + 0x8000) % 0x10000 - 0x8000
        extended = self.newest + ahead
        self.seen.add(extended)
        self.oldest = min(self.oldest, extended)
        self.newest = max(self.newest, extended)

    def lost(self):
        return self.newest - self.oldest + 1 - len(self.seen)


class Receiver:
    """Reassembles one stream's packets into complete JPEGs."""

    def __init__(self):
        self.ssrc = None
        self.sequence_numbers = None
        self.under_way = {}
        self.completed = set()
        self.tables_of_q = {}
        self.statistics = {"frames": 0, "packets": 0, "lost": 0, "malformed": 0,
                           "bands_straddled": 0}

    def receive(self, datagram):
        """The JPEG that this datagram completes, or None."""
        try:
            packet = RtpPacket(datagram)
            if not self.belongs(packet):
                return None
            return self.add(packet.timestamp, Fragment(packet))
        except Malformed:
            self.statistics["malformed"] += 1
            return None

    def belongs(self, packet):
        if self.ssrc is None and packet.payload_type == PAYLOAD_TYPE:
            self.ssrc = packet.ssrc
            self.sequence_numbers = SequenceNumbers(packet.sequence)
        if packet.ssrc != self.ssrc or packet.payload_type != PAYLOAD_TYPE:
            return False
        self.statistics["packets"] += 1
        self.sequence_numbers.add(packet.sequence)
        self.statistics["lost"] = self.sequence_numbers.lost()
        return True

    def add(self, timestamp, fragment):
        if timestamp in self.completed:
            return None
        frame = self.under_way.setdefault(timestamp, Frame())
        frame.add(fragment)
        while len(self.under_way) > FRAMES_UNDER_WAY:
            del self.under_way[next(iter(self.under_way))]
        fragments = frame.in_order()
        if not fragments:
            return None
        self.completed.add(timestamp)
        del self.under_way[timestamp]
        return self.complete(fragments)

    def complete(self, fragments):
        tables = self.tables_for(fragments[0])
        if not tables:
            return None
        self.statistics["frames"] += 1
        self.statistics["bands_straddled"] += count_straddled(fragments)
        jpeg = fragments[0].header(tables) + b"".join(fragment.data for fragment in fragments)
        return jpeg if jpeg.endswith(b"\xff\xd9") else jpeg + b"\xff\xd9"

    def tables_for(self, fragment):
        """The tables of a Q below 255 never change, so not every frame has them."""
        if fragment.q < 100:
            return computed_tables(fragment.q)
        if fragment.tables:
            self.tables_of_q[fragment.q] = fragment.tables
        return self.tables_of_q.get(fragment.q)


def enlarge_buffer(receiving):
    """Enlarges the buffer as far as the system permits."""
    try:
        receiving.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES)
    except OSError:
        receiving.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)


def open_socket(port, group):
    receiving = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    enlarge_buffer(receiving)
    if group:
        receiving.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        membership = socket.inet_aton(group) + socket.inet_aton("127.0.0.1")
        receiving.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
    receiving.bind((group or "127.0.0.1", port))
    receiving.settimeout(SILENCE_SECONDS)
    return receiving


def receive_frames(receiver, receiving, options):
    print("port", receiving.getsockname()[1], flush=True)
    written = 0
    while written < options.frames:
        jpeg = receiver.receive(receiving.recv(65536))
        if jpeg:
            (options.directory / f"{written:06}.jpg").write_bytes(jpeg)
            written += 1


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("frames", type=int)
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("--multicast", metavar="GROUP")
    options = parser.parse_args()
    options.directory.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    receiver = Receiver()
    exit_code = 0
    try:
        receive_frames(receiver, open_socket(options.port, options.multicast), options)
    except KeyboardInterrupt:
        pass
    except TimeoutError:
        print(f"no packet for {SILENCE_SECONDS} seconds", file=sys.stderr)
        exit_code = 1
    print(json.dumps(receiver.statistics))
    return exit_code


if __name__ == "__main__":
    sys.exit(main())
