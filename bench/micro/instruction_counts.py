"""Counts the instructions per frame of each stage of a frame's path, with valgrind's callgrind, and compares
them with the committed counts. Other programs on the machine do not change the counts.

    python3 bench/micro/instruction_counts.py build/dev [--update]

--update writes the counts to bench/micro/instruction_counts.json; explain the change in the commit.
"""

import concurrent.futures
import json
import os
import subprocess
import sys
import tempfile

TOLERANCE = 0.03
BASELINE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "instruction_counts.json")
FRAMES = 4


def count_per_frame(program, name):
    """Runs the program, which starts and stops callgrind's count around the frames."""
    with tempfile.TemporaryDirectory() as directory:
        file = f"{directory}/counts"
        command = ["valgrind", "--tool=callgrind", "--instr-atstart=no", "--collect-atstart=no",
                   f"--callgrind-out-file={file}", program, name, str(FRAMES)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(command)} failed: {done.stderr}")
        with open(file) as counts:
            return next(int(line.split()[1]) for line in counts
                        if line.startswith(("summary:", "totals:"))) // FRAMES


def measure(build):
    program = f"{build}/bench/frame_work"
    names = subprocess.run([program], capture_output=True, text=True, check=True).stdout.split()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(names, pool.map(lambda name: count_per_frame(program, name), names)))


def compare(counts, baseline):
    """Prints a line for each stage; returns a message for each that differs by more than the tolerance."""
    faults = []
    for name, instructions in counts.items():
        before = baseline.get(name)
        change = instructions / before - 1 if before else None
        print(f"{name:20} {instructions:12,} instructions per frame"
              + (f", {100 * change:+.2f} %" if before else ", new"))
        if change is None:
            faults.append(f"{name} has no committed count")
        elif change > TOLERANCE:
            faults.append(f"{name} takes {100 * change:.1f} % more instructions than before")
        elif change < -TOLERANCE:
            faults.append(f"{name} takes {-100 * change:.1f} % fewer instructions than before")
    removed = baseline.keys() - counts.keys()
    return faults + [f"{name} has a committed count but is no longer measured" for name in removed]


def main(build, *options):
    counts = measure(build)
    if "--update" in options:
        with open(BASELINE, "w") as file:
            json.dump(counts, file, indent=2)
            file.write("\n")
        return
    with open(BASELINE) as file:
        faults = compare(counts, json.load(file))
    if faults:
        raise SystemExit("; ".join(faults) + "; fix it, or run this with --update and say why in the commit")


if __name__ == "__main__":
    main(*sys.argv[1:])
