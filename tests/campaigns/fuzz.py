"""Damaged files: every reader answers each with a network, or with one InputError that names the file.

    python -m tests.campaigns.fuzz --reader onnx --count 10000 --seed 1

Files are made from sound ones by changes to their bytes and to their structure. The memory of the process is
limited, nothing but the file may be opened, and no file may take longer than some seconds of CPU time. What fails
is kept in a folder. A crash leaves the file that caused it there, too.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from planner_core.errors import InputError
from planner_core.importers import load_network
from tests.campaigns import fuzz_bytes, fuzz_structure

__all__ = ["READERS", "check", "main"]

MEMORY = 6 << 30  # address space; numba's and OpenBLAS' reserves are in it
CPU_S = 20.0
_OWN = (sys.prefix, sys.base_prefix, str(Path(__file__).resolve().parents[2]), "/proc/", "/dev/")
_LONGEST = 700  # characters of a message


def _read_plan(path: Path) -> Any:
    from planner_core.export import read_plan

    return read_plan(path)


READERS: dict[str, tuple[str, Callable[[Path], Any]]] = {
    "onnx": (".onnx", load_network),
    "darknet": (".cfg", load_network),
    "network-json": (".json", load_network),
    "plan-json": (".json", _read_plan),
}


def check(reader: str, data: bytes, path: Path) -> str:
    """Read a file that holds `data`; return "read", or why it was refused.

    Raises AssertionError, or whatever the reader raised, when the reader did not do what it must.
    """
    path.write_bytes(data)
    started = time.process_time()
    try:
        with _only_opens(path):
            READERS[reader][1](path)
        outcome = "read"
    except InputError as error:
        text = str(error)
        assert text.startswith(f"{path}: "), f"the file is not named: {text}"
        assert len(text.splitlines()) == 1, f"more than a line: {text!r}"
        assert len(text) < _LONGEST + len(str(path)), f"{len(text)} characters"
        outcome = error.cause
    spent = time.process_time() - started
    assert spent < CPU_S, f"{spent:.0f} s of CPU time"
    return outcome


_opened: list[str] = []
_watching = False


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if _watching and event == "open" and isinstance(arguments[0], (str, bytes)):
        _opened.append(str(arguments[0]))


@contextmanager
def _only_opens(path: Path) -> Iterator[None]:
    """Fail if any file is opened but `path` and Python's own modules."""
    global _watching
    if not _opened:
        sys.addaudithook(_audit)
        _opened.append(str(path))
    del _opened[1:]
    _watching = True
    try:
        yield
    finally:
        _watching = False
        # Modules are brought in when they are first needed, and compiled code is kept in files.
        others = [f for f in _opened[1:] if f != str(path) and not f.startswith(_OWN)]
        assert not others, f"opened {others}"


def run(reader: str, count: int, seed: int, keep: Path, every: int = 1000) -> int:
    """Read `count` damaged files; return how many failed."""
    suffix = READERS[reader][0]
    seeds = fuzz_structure.seeds(reader)
    outcomes: Counter[str] = Counter()
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"file{suffix}"
        for number in range(count):
            data = damaged(reader, seeds, seed, number)
            running = keep / f"running-{reader}{suffix}"
            running.write_bytes(data)  # stays there if the process is killed by it
            try:
                outcome = check(reader, data, path)
                outcomes["read" if outcome == "read" else "refused"] += 1
            except BaseException as error:
                if isinstance(error, KeyboardInterrupt):
                    raise
                failed += 1
                place = keep / f"{reader}-{seed}-{number}{suffix}"
                place.write_bytes(data)
                print(f"FAILED {place}: {type(error).__name__}: {str(error)[:300]}", flush=True)
                print("".join(traceback.format_exception(error)[-2:])[:600], flush=True)
            if (number + 1) % every == 0:
                print(f"{reader}: {number + 1} files, {dict(outcomes)}, {failed} failed", flush=True)
        running.unlink(missing_ok=True)
    print(f"{reader}: {count} files with seed {seed}: {dict(outcomes)}, {failed} failed", flush=True)
    return failed


def damaged(reader: str, seeds: Sequence[bytes], seed: int, number: int) -> bytes:
    """Return file `number` of a run: the same for the same arguments."""
    chance = random.Random(f"{reader}/{seed}/{number}")
    data = chance.choice(seeds)
    if chance.random() < 0.6:
        data = fuzz_structure.change(reader, data, chance)
    if chance.random() < 0.5:
        data = fuzz_bytes.change(data, chance)
    return data


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the campaign; 1 where a file failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reader", choices=[*READERS, "all"], default="all")
    parser.add_argument("--count", type=int, default=10_000, help="files per reader")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=Path("out/fuzz"), help="folder for files that failed")
    args = parser.parse_args(arguments)
    args.keep.mkdir(parents=True, exist_ok=True)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    names = list(READERS) if args.reader == "all" else [args.reader]
    return 1 if sum(run(name, args.count, args.seed, args.keep) for name in names) else 0


if __name__ == "__main__":
    raise SystemExit(main())
