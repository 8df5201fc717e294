"""A short run of opening and closing; `python -m tests.campaigns.openings` is the long one."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget

# ruff: noqa: E402 - the path comes before what it is for
ROOT = str(Path(__file__).resolve().parents[2])
if ROOT not in sys.path:  # `pytest` alone puts in only the folder of this file
    sys.path.append(ROOT)

from tests.campaigns.openings import DOORS, Growth, Openings


@pytest.mark.slow
def test_what_is_opened_and_closed_leaves_no_part_behind(
    qapp: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[QWidget] = []
    monkeypatch.setitem(DOORS, "left open", lambda _: kept.append(QWidget()))
    openings = Openings(tmp_path)
    try:
        for door in ("presentation", "comparison", "drawing", "file dialogs", "copies"):
            grown = openings.weigh(door, 3)
            assert len(grown.memory_mb) == 3
            assert (grown.door, grown.widgets, grown.parts) == (door, 0, Counter())
        left = openings.weigh("left open", 3)
        assert left.widgets == 1  # the third round's: weighed from after the second
        assert left.faulty
    finally:
        openings.close()


def test_memory_that_grows_with_the_rounds_is_seen() -> None:
    steady = Growth("door", tuple(80 + (i * 7 % 5) / 100 for i in range(50)), 0, Counter())
    growing = Growth("door", tuple(mb + 0.05 * i for i, mb in enumerate(steady.memory_mb)), 0, Counter())
    assert not steady.faulty
    assert growing.faulty
    assert growing.growth_mb == pytest.approx(0.05, abs=0.005)
