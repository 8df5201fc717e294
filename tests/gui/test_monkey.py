"""A short run of the monkey; `python -m tests.campaigns.monkey` is the long one."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

# ruff: noqa: E402 - the path comes before what it is for
ROOT = str(Path(__file__).resolve().parents[2])
if ROOT not in sys.path:  # `pytest` alone puts in only the folder of this file
    sys.path.append(ROOT)

from tests.campaigns.monkey import Findings, Monkey


@pytest.mark.slow
def test_random_work_at_the_window_breaks_nothing(tmp_path: Path) -> None:
    found = Monkey(1, tmp_path, ["alexnet"]).run(steps=90)
    assert not found.faults
    assert sum(found.done.values()) == 90
    assert found.looks == 2
    assert len(found.memory_mb) == 1


def test_growing_memory_is_seen() -> None:
    steady, growing = Findings(), Findings()
    steady.memory_mb = [200, 230, 240, 240.1, 239.9, 240]
    growing.memory_mb = [200, 230, 240, 242, 244, 246]
    assert abs(steady.growth_mb()) < 0.1
    assert growing.growth_mb() == pytest.approx(2.0)
