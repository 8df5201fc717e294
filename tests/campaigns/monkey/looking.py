"""Looks: when all is at rest, painting everything anew must not change the picture."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from flgui.app import Parts
from flgui.features.animating import Animating
from flgui.features.exporting import Exporting
from flgui.features.playback import Playback
from flgui.features.verifying import Verifying
from tests.campaigns.monkey.answers import Arrivals
from tests.campaigns.monkey.findings import Findings

__all__ = ["look"]

_QUIET_S = 20.0
_STILL_S = 0.3
"""Longer than what arrives may wait until it is drawn (`flgui.features.scents`, `flgui.features.sweeping`)."""


def look(parts: Parts, arrivals: Arrivals, findings: Findings, settle: Callable[[float], None]) -> None:
    """Bring the window to rest, and compare its picture with one that is painted anew.

    Parameters
    ----------
    settle : callable
        Lets the window go on for so many seconds.
    """
    findings.looks += 1
    window, background = parts.window, parts.controller.runner.background
    QTest.keyClick(window, Qt.Key.Key_Escape)
    parts.feature(Playback).stop()
    try:
        until = time.monotonic() + _QUIET_S
        while True:
            before, moving = _quiet_picture(parts, arrivals, settle, until)
            if before is None:
                findings.unquiet[moving] += 1
                return
            heard = arrivals.heard
            window.set_theme(parts.controller.themes.tokens)
            for widget in window.findChildren(QWidget):
                widget.update()
            settle(0.05)
            anew = _picture(parts)
            if heard == arrivals.heard:
                break  # else figures came between the two: they may differ, and say nothing
        if anew != before:
            settle(0.3)
            if _picture(parts) == anew:
                kept = Path(tempfile.gettempdir()) / f"monkey-{findings.looks}"
                before.save(f"{kept}-stale.png")
                anew.save(f"{kept}-anew.png")
                findings.fault(f"stale picture, see {kept.name}-stale.png and -anew.png")
    finally:
        background.hold(False)
        if parts.controller.landscape.stopped:
            window.landscape.stop_clicked.emit()  # go on


def _bring_to_rest(parts: Parts, arrivals: Arrivals) -> None:
    """Do what a user can do to have it quiet: stop the search and the filling of the landscape."""
    controller = parts.controller
    controller.runner.background.hold(True)  # curves would go on to fill for a minute
    controller.runner.stop()
    if arrivals.filling and not controller.landscape.stopped:
        arrivals.filling = False
        parts.window.landscape.stop_clicked.emit()


def _quiet_picture(
    parts: Parts, arrivals: Arrivals, settle: Callable[[float], None], until: float
) -> tuple[QImage | None, str]:
    """Wait until nothing is on its way and the picture stands still; else None and what moves."""
    before, heard, moving = _picture(parts), arrivals.heard, ""
    while time.monotonic() < until:
        _bring_to_rest(parts, arrivals)
        settle(_STILL_S)
        now, moving = _picture(parts), _at_work(parts)
        if heard != arrivals.heard:
            moving = moving or "figures that arrive"
        elif now != before:
            moving = moving or "a picture that changes"
        if not moving:
            return before, ""
        before, heard = now, arrivals.heard
    return None, moving


def _at_work(parts: Parts) -> str:
    """Say what is under way whose progress is written as it comes."""
    if parts.feature(Animating).running:
        return "an animation being written"
    if parts.feature(Verifying).running:
        return "a verification"
    if parts.feature(Exporting).files.waiting:
        return "a picture being written"
    return "a search" if parts.controller.runner.busy else ""


def _picture(parts: Parts) -> QImage:
    return parts.window.grab().toImage()
