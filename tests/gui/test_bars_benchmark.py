"""The benchmark of the schedules, in short: all contestants draw the same bars, and the command writes its table."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

# ruff: noqa: E402 - the path comes before what it is for
ROOT = str(Path(__file__).resolve().parents[2])
if ROOT not in sys.path:
    sys.path.append(ROOT)

from flgui.viewmodel.gantt import gantt_model
from tests.benchmark import bars
from tests.benchmark.common import Options


def test_all_contestants_get_the_same_bars() -> None:
    planset = bars._planset(1_000, 3)
    group = gantt_model(planset).group("BF")
    start, end, row, path = bars._bars(planset)
    by = np.lexsort((start, 2 - row))
    assert group.bars.row.tolist() == (2 - row[by]).tolist()
    assert group.bars.start.tolist() == start[by].tolist()
    assert group.bars.end.tolist() == end[by].tolist()
    assert group.bars.path.tolist() == path[by].tolist()
    assert 950 <= len(group.bars) <= 1_100
    per_row = np.split(group.bars.start[1:] - group.bars.end[:-1], group.bars.first[1:-1] - 1)
    assert all((gaps[1:] >= -1e-12).all() for gaps in per_row), "one worker each: nothing overlaps"


def test_the_table_is_written(qapp) -> None:
    section = bars.run(Options(quick=True))
    assert section.body[-1].count("\n") == 3, "a head, a rule, and a line each for new data and a zoom step"
    assert "1,000" in section.body[-1]
