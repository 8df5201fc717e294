"""A short run of the monkey; `python -m tests.campaigns.monkey` is the long one."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from conftest import small_network

# ruff: noqa: E402 - the path comes before what it is for
ROOT = str(Path(__file__).resolve().parents[2])
if ROOT not in sys.path:  # `pytest` alone puts in only the folder of this file
    sys.path.append(ROOT)

from flgui.state.store import Store
from planner_core.scenario import Scenario
from tests.campaigns.monkey import Findings, Monkey
from tests.campaigns.monkey.findings import ALLOWED_GROWTH_MB, STEPS_OF_A_WINDOW
from tests.campaigns.monkey.memory import in_use_mb, of_a_window


@pytest.mark.slow
def test_random_work_at_the_window_breaks_nothing(tmp_path: Path) -> None:
    found = Monkey(1, tmp_path, ["alexnet"]).run(steps=90)
    assert not found.faults
    assert sum(found.done.values()) - found.done["answered a dialog"] == 90
    assert found.looks == 2
    assert len(found.memory_mb) == 3 == -(-90 // STEPS_OF_A_WINDOW)


def test_growing_memory_is_seen() -> None:
    steady, growing, rarely, once = Findings(), Findings(), Findings(), Findings()
    steady.memory_mb = [80, 90, 95, *(96 + (i * 7 % 5) / 4 for i in range(33))]
    growing.memory_mb = [mb + 0.2 * i for i, mb in enumerate(steady.memory_mb)]
    rarely.memory_mb = [mb + 2.0 * (i // 6) for i, mb in enumerate(steady.memory_mb)]
    once.memory_mb = [mb + 20.0 * (i == 34) for i, mb in enumerate(steady.memory_mb)]
    assert abs(steady.growth_mb()) < 0.05
    assert growing.growth_mb() == pytest.approx(0.2, abs=0.05)
    assert rarely.growth_mb() > 2 * ALLOWED_GROWTH_MB
    assert abs(once.growth_mb()) < 0.05


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux says what is in use")
def test_what_is_in_use_is_weighed_without_what_is_free(qapp: object) -> None:
    before = in_use_mb()
    held = [bytes(100) * 1000 for _ in range(300)]
    assert in_use_mb() - before == pytest.approx(30, abs=3)
    del held
    assert in_use_mb() - before == pytest.approx(0, abs=3)


def test_a_part_that_outlives_its_window_is_seen(qapp: object) -> None:
    before = of_a_window()
    store = Store(Scenario(small_network(), max_paths=4))
    assert of_a_window() - before == {"flgui.state.store.Store": 1}
    del store
    assert not of_a_window() - before
