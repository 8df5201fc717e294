"""The command of the benchmark; see the package."""

from __future__ import annotations

import argparse
import os
import re
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from planner_core.planner import warm_up
from tests.benchmark.common import Options, Section, machine, say

PARTS = {
    "a": "exact",
    "b": "loop",
    "c": "drawing",
    "d": "growth",
    "e": "full_range",
    "f": "opening",
    "g": "bars",
    "h": "window",
    "i": "canvas",
}
HEAD = """# Benchmark

Written by `python -m tests.benchmark`; see `--help`. Parts that were not run anew stand as they were. Ratios are taken
within one run, contestants in turn. "Not met" says where the planner does not keep a promise of its issue tracker.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the parts asked for and write the table; 1 where an answer is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmark", description=__doc__.splitlines()[0])
    parser.add_argument("--only", default=",".join(PARTS), help="parts, for instance a,c")
    parser.add_argument(
        "--seconds-per-case", type=float, default=30.0, dest="seconds", help="limit of one case"
    )
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="a smoke run, no measurement")
    size.add_argument("--full", action="store_true", help="part (a) over all cases: many hours")
    parser.add_argument("--seed", type=int, default=1, help="of part (a)'s sample")
    parser.add_argument("-o", type=Path, dest="output", default=Path("BENCHMARK.md"), help="the table")
    args = parser.parse_args(arguments)
    keys = [key for key in args.only.split(",") if key]
    if unknown := [key for key in keys if key not in PARTS]:
        parser.error(f"no part {', '.join(unknown)}; parts are {', '.join(PARTS)}")
    options = Options(args.seconds, args.quick, args.full, args.seed)

    say("compiling, or loading, the planner's kernels")
    warm_up()
    failed = False
    for key in keys:
        facts, started = machine(), time.monotonic()
        section: Section = import_module(f"tests.benchmark.{PARTS[key]}").run(options)
        minutes = (time.monotonic() - started) / 60
        size_text = "smoke run, figures mean nothing" if options.quick else f"{minutes:.1f} min"
        section.body.append(f"*{facts} at the start; {machine_load()} at the end; {size_text}.*")
        failed |= bool(section.failures)
        write(args.output, section)
        say("\n".join(section.failures) or f"({key}) done in {minutes:.1f} min")
    return 1 if failed else 0


def machine_load() -> str:
    """Load average of the last minute."""
    return f"load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "load unknown"


def write(path: Path, section: Section) -> None:
    """Put a section into the file, in its place among those that are there."""
    kept = {}
    if path.exists():
        for text in re.split(r"^(?=## \()", path.read_text(encoding="utf-8"), flags=re.M)[1:]:
            kept[text[4]] = text.strip()
    kept[section.key] = section.text()
    beside = path.with_name(path.name + ".part")
    beside.write_text("\n\n".join([HEAD.strip(), *(kept[k] for k in sorted(kept))]) + "\n", encoding="utf-8")
    beside.replace(path)


if __name__ == "__main__":
    raise SystemExit(main())
