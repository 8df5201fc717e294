"""The command: let the monkey loose, and say what it found."""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from planner_core.importers import bundled_names
from tests.campaigns.monkey.findings import ALLOWED_GROWTH_MB
from tests.campaigns.monkey.windows import Monkey

_MODELS = ("alexnet", "squeezenet", "yolov2", "googlenet", "resnet18")


def main(arguments: Sequence[str] | None = None) -> int:
    """Let it loose, and say what it found; 1 where that is anything."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.campaigns.monkey", description="Random work at the window."
    )
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kept", action="store_true", help="say after each window what it left behind")
    args = parser.parse_args(arguments)
    models = [name for name in bundled_names() if name in _MODELS]
    with tempfile.TemporaryDirectory() as folder:
        tell = print if args.kept else None
        found = Monkey(args.seed, Path(folder), models, tell).run(seconds=60 * args.minutes)
    growth = found.growth_mb()
    for fault, times in Counter(found.faults).most_common():
        print(f"{times} x {fault}")
    print(", ".join(f"{count} {what}" for what, count in sorted(found.done.items())))
    moved = ", ".join(f"{times} {what}" for what, times in found.unquiet.most_common())
    print(
        f"seed {args.seed}, {args.minutes:g} min: {sum(found.done.values())} actions in {len(found.memory_mb)} "
        f"windows, {found.looks} looks ({moved or 'all'} {'never still' if moved else 'still'}), "
        f"{len(found.faults)} faults; memory {' '.join(f'{mb:.1f}' for mb in found.memory_mb)} MB, "
        f"{growth:+.2f} MB a window"
    )
    return 1 if found.faults or growth > ALLOWED_GROWTH_MB else 0


if __name__ == "__main__":
    raise SystemExit(main())
