"""Layouts of large graphs come from a process of their own, and from here when that has died."""

from __future__ import annotations

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from flgui.features.arranging import Arranger
from flgui.layout.graph import Skeleton, skeleton


def test_a_process_answers_and_its_end_is_made_good(qtbot: QtBot) -> None:
    owner = QObject()
    arranger = Arranger(owner)
    found: dict[int, Skeleton] = {}
    edges = [(0, 1), (1, 2), (0, 2)]
    first = arranger.ask(3, edges, [0.0, 1.0, 1.0], found.__setitem__)
    qtbot.waitUntil(lambda: first in found, timeout=60_000)
    here = skeleton(3, edges, [0.0, 1.0, 1.0])
    assert found[first].x.tolist() == here.x.tolist()
    process = arranger._process
    assert process is not None
    process._process.kill()
    second = arranger.ask(3, edges, [0.0, 1.0, 1.0], found.__setitem__)
    qtbot.waitUntil(lambda: second in found, timeout=60_000)
    assert found[second].x.tolist() == here.x.tolist()
    arranger.close()
