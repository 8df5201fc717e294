"""A work file of odd values, and dialogs that are answered, for the tests of work files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from conftest import small_network
from pytestqt.qtbot import QtBot

from flgui.app import Parts
from flgui.features.work import WorkFiles
from flgui.state.pins import Pin
from flgui.state.work import View, Work
from planner_core.by_hand import decision_of, moved
from planner_core.planner import plan
from planner_core.scenario import Scenario
from planner_core.system import System


class Answers:
    """Dialogs that are answered before they are asked."""

    def __init__(self, path: Path | None = None, changes: str = "cancel") -> None:
        self.path, self.changes = path, changes
        self.replaces = False
        self.asked: list[str] = []

    def save_file(self, title: str, proposal: str, kinds: str, suffix: str) -> Path | None:
        self.asked.append(proposal)
        return self.path

    def replace_changed(self, path: Path) -> bool:
        self.asked.append(f"replace {path.name}")
        return self.replaces

    def save_changes(self, name: str, what: str) -> str:
        self.asked.append(f"{what} {name}")
        return self.changes


def feature_of(parts: Parts) -> WorkFiles:
    return parts.feature(WorkFiles)


def answer(parts: Parts, path: Path | None = None, changes: str = "cancel") -> Answers:
    answers = Answers(path, changes)
    feature_of(parts).dialogs = answers  # type: ignore[assignment]
    return answers


def planned(qtbot: QtBot, parts: Parts) -> None:
    qtbot.waitUntil(lambda: not parts.controller.store.stale, timeout=60_000)


def odd_work() -> Work:
    """Two networks, two pins, a plan made by hand, odd speeds."""
    one, two = small_network(), small_network("other", 4)
    odd = System(rate_bps=1e6 / 3, device_flops=0.1 + 0.2, es_workers=2, transfer_overhead_s=1e-7)
    first = plan(Scenario(one, System(rate_bps=2e6), tau=2, paths=4))
    second = plan(Scenario(two, odd, max_paths=4))
    hand = moved(decision_of(one, first.plans["BF"]), 0, 3)
    pins = (
        Pin("one", "Says it.", first, "MW", 2, more=(3, 0)),
        Pin("zwei …", "", replace(second, cancelled=True), "NFL", None, "x.json"),
    )
    view = View("Compare", "Pins", "Manual", 1, "conv2", True, (200, 900, 340), (), (3, 2))
    return Work(first.scenario, first, "", pins, hand, view)


def same(a: Work, b: Work) -> None:
    """Assert that two works are equal, plans to the last bit."""
    assert (a.scenario, a.origin, a.manual, a.view) == (b.scenario, b.origin, b.manual, b.view)
    sets = [(a.planset, b.planset), *((p.planset, q.planset) for p, q in zip(a.pins, b.pins, strict=True))]
    for p, q in zip(a.pins, b.pins, strict=True):
        assert (p.name, p.note, p.method, p.path, p.origin) == (q.name, q.note, q.method, q.path, q.origin)
        assert p.more == q.more
    for mine, theirs in sets:
        assert mine is not None
        assert theirs is not None
        assert (mine.scenario, mine.cancelled) == (theirs.scenario, theirs.cancelled)
        assert (mine.es_only_s, mine.device_only_s) == (theirs.es_only_s, theirs.device_only_s)
        assert list(mine.plans) == list(theirs.plans)
        for method, found in mine.plans.items():
            other = theirs.plans[method]
            for name in (
                "makespan_s",
                "lower_bound_s",
                "optimal",
                "tail_s",
                "solve_s",
                "tau",
                "rows",
                "cols",
            ):
                assert getattr(found, name) == getattr(other, name), name
            for name in ("order", "offload", "device_flop", "es_flop", "bits"):
                assert np.array_equal(getattr(found, name), getattr(other, name)), name
            for name in found.schedule.__slots__:
                assert np.array_equal(getattr(found.schedule, name), getattr(other.schedule, name)), name
