"""Replaces the unity sources of each room's folders in a compilation database by one source for the
room, and prints the sources that are left, for clang-tidy."""

import json
import os
import re
import shlex
import sys

build = os.path.abspath(sys.argv[1])
database = os.path.join(build, "compile_commands.json")


def room_of(entry):
    match = re.match(re.escape(build) + r"/(\w+)/CMakeFiles/jpegwire_\w+\.dir/Unity/", entry["file"])
    return match and match[1]


def arguments_of(entry):
    """Those that come before the output, without the compiler."""
    arguments = shlex.split(entry["command"])
    return arguments[1:arguments.index("-o")]


def merge(room, entries):
    file = os.path.join(build, f"{room}.cxx")
    with open(file, "w") as source:
        source.writelines(f'#include "{entry["file"]}"\n' for entry in entries)
    flags = []
    for entry in entries:
        flags += [flag for flag in arguments_of(entry) if flag not in flags and flag != "-isystem"]
    # -isystem is followed by its folder, which is absolute.
    flags = [part for flag in flags for part in (["-isystem", flag] if flag.startswith("/") else [flag])]
    return {"directory": build, "file": file, "arguments": ["clang++-19", *flags, "-c", file]}


rooms, entries = {}, []
with open(database) as file:
    for entry in json.load(file):
        if "jpegwire_precompiled" in entry["file"] or entry["file"].endswith("/page.cpp"):
            continue
        room = room_of(entry)
        if room:
            rooms.setdefault(room, []).append(entry)
        else:
            entries.append(entry)
entries += [merge(room, folders) for room, folders in rooms.items()]
with open(database, "w") as file:
    json.dump(entries, file)
# The largest come first, so that the processors are busy to the end.
print(*(entry["file"] for entry in reversed(entries)), sep="\n")
