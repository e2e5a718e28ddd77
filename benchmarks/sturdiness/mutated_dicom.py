"""Does any DICOM file, however damaged, crash MedApp, hang it, or fill the memory?

    python -m benchmarks.sturdiness.mutated_dicom --files 2000

The DICOM files that pydicom ships, of all its compressions, each mutated by a seed: bytes changed,
cut off, doubled, put in, and lengths made extreme. A process reads them, and the copy that is
stripped of names, one after the other; another one watches: a process that dies is a crash, and a
file that takes more than five seconds is a hang.
"""

import argparse
import io
import queue
import random
import resource
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pydicom.data

from benchmarks.kit.claims import Claim
from medapp.errors import ImageError
from medapp.imaging.image import decode_image
from medapp.imaging.readers.dicom_header import read_header
from medapp.imaging.readers.dicom_strip import strip_dicom

LONGEST_SECONDS = 5.0
MOST_BYTES = 300_000  # of a file that is mutated
EXTREMES = (b"\xff\xff\xff\xff", b"\0\0\0\0", b"\xff\xff\xff\x7f", b"\x01\0\0\0", b"\xfe\xff")
ROOT = Path(pydicom.data.__file__).parent / "test_files"


def list_originals() -> list[Path]:
    """The files that are mutated."""
    return [path for path in sorted(ROOT.rglob("*.dcm")) if path.stat().st_size <= MOST_BYTES]


def mutate(content: bytes, seed: int) -> bytes:
    """A file's bytes, damaged in one of five ways."""
    chance = random.Random(seed)
    changed = bytearray(content)
    # Half of the damage is in the header, where it says the most.
    end = len(changed) if seed % 2 else min(len(changed), 2000)
    way = chance.randrange(5)
    place = chance.randrange(end)
    if way == 0:
        for _ in range(chance.randint(1, 20)):
            changed[chance.randrange(end)] = chance.randrange(256)
    elif way == 1:
        del changed[place:]
    elif way == 2:
        changed[place:place] = changed[place : place + chance.randint(1, 500)]
    elif way == 3:
        changed[place:place] = chance.randbytes(chance.randint(1, 50))
    else:
        extreme = chance.choice(EXTREMES)
        changed[place : place + len(extreme)] = extreme
    return bytes(changed)


def read(content: bytes) -> str:
    """What became of a file: "read" or "refused"; every other way to end is a fault."""
    try:
        decode_image(content, ".dcm", windows="lung, bone")
        header = read_header(io.BytesIO(content))
        strip_dicom(content, replace(header, patient="0" * 16, study="0" * 16, series="0" * 16))
    except ImageError:
        return "refused"
    return "read"


def read_many(start: int, stop: int) -> None:
    """Read the mutated files of some seeds, and say of each what became of it."""
    originals = list_originals()
    for seed in range(start, stop):
        print(seed, "begins", flush=True)
        content = mutate(originals[seed % len(originals)].read_bytes(), seed)
        try:
            outcome = read(content)
        except Exception as error:  # noqa: BLE001
            outcome = f"raised {type(error).__name__}"
        print(seed, outcome, flush=True)
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(megabytes, "MB", flush=True)


def watch(stop: int) -> Iterator[tuple[int, str]]:
    """The outcome of each seed below `stop`; a process that dies or hangs is started again."""
    start = 0
    while start < stop:
        command = [sys.executable, "-m", __spec__.name, "--child", str(start), "--files", str(stop)]
        child = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert child.stdout is not None
        lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=_pass_on, args=(child.stdout, lines), daemon=True).start()
        seed = start
        while True:
            try:
                # The first line comes once all is imported.
                line = lines.get(timeout=LONGEST_SECONDS if seed > start else 60)
            except queue.Empty:
                child.kill()
                yield seed, "hung"
                break
            if not line:
                if child.wait() != 0:
                    yield seed, f"died ({child.returncode})"
                break
            number, _, word = line.strip().partition(" ")
            if word == "MB":
                yield -1, number
            elif word == "begins":
                seed = int(number)
            else:
                yield int(number), word
        start = seed + 1


def _pass_on(stream: Iterator[str], lines: "queue.Queue[str]") -> None:
    for line in stream:
        lines.put(line)
    lines.put("")


def main(arguments: Sequence[str] | None = None) -> list[Claim]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--child", type=int, default=None, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.child is not None:
        read_many(options.child, options.files)
        return []
    return measure(options.files)


def measure(files: int) -> list[Claim]:
    started = time.perf_counter()
    outcomes: Counter[str] = Counter()
    faults: list[str] = []
    megabytes = 0
    for seed, word in watch(files):
        if seed < 0:
            megabytes = max(megabytes, int(word))
            continue
        outcomes[word if word in ("read", "refused") else "fault"] += 1
        if word not in ("read", "refused"):
            faults.append(f"seed {seed}: {word}")
    seconds = time.perf_counter() - started
    print(f"{files} files in {seconds:.0f} s; at most {megabytes} MB; {dict(outcomes)}")
    for fault in faults:
        print(f"  {fault}")
    return []


if __name__ == "__main__":
    main()
