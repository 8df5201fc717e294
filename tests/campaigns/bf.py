"""BF against enumeration on random small instances, every combination of worker counts.

    python -m tests.campaigns.bf --instances 2000 --seed 1

Prints every fault, what was left unproven, and a line per kind of instance.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter

import tests.campaigns  # noqa: F401 - so that the helpers beside the tests are found

# isort: split
from instances import KINDS, WORKERS, draw
from judge import judge_bf


def main() -> int:
    """Run the campaign."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--instances", type=int, default=2000, help="each with every combination of workers")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--paths", type=int, default=4, help="most paths of an instance")
    parser.add_argument("--kind", choices=list(KINDS), help="only this kind")
    args = parser.parse_args()

    solved: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    unproven: Counter[str] = Counter()
    started = shown = time.monotonic()
    for i in range(args.instances):
        instance = draw(args.seed * 1_000_003 + i, args.paths, args.kind)
        for workers in WORKERS:
            faults, proven = judge_bf(instance, workers)
            solved[instance.kind] += 1
            wrong[instance.kind] += bool(faults)
            unproven[instance.kind] += not proven
            for fault in faults:
                print(f"WRONG: {fault}", flush=True)
            if not proven:
                print(f"unproven: {instance.kind} {instance.seed}, workers {workers}", flush=True)
        if time.monotonic() - shown > 30:
            shown = time.monotonic()
            print(f"... {i + 1} of {args.instances} instances", file=sys.stderr, flush=True)
    print(f"{'kind':15} {'cases':>6} {'unproven':>8} {'wrong':>6}")
    for kind in [*solved, "all"]:
        row = (solved.total(), unproven.total(), wrong.total()) if kind == "all" else (
            solved[kind], unproven[kind], wrong[kind],
        )  # fmt: skip
        print(f"{kind:15} {row[0]:6} {row[1]:8} {row[2]:6}")
    print(f"{time.monotonic() - started:.0f} s")
    return 1 if wrong.total() else 0


if __name__ == "__main__":
    raise SystemExit(main())
