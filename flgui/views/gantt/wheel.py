"""What the wheel does to the time axis, over the ruler and over the charts alike."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent

from flgui.views.gantt.axis import TimeAxis

__all__ = ["STEP", "wheel"]

STEP: Final = 1.25
"""Zoom factor of one wheel notch, key or button press."""
_NOTCH: Final = 120
_PAN: Final = 60


def wheel(axis: TimeAxis, event: QWheelEvent) -> None:
    """Zoom at the pointer; with Shift, or a wheel that turns sideways, pan."""
    turn = event.angleDelta()
    if event.modifiers() & Qt.KeyboardModifier.ShiftModifier or abs(turn.x()) > abs(turn.y()):
        axis.pan((turn.x() or turn.y()) / _NOTCH * _PAN)
    elif turn.y():
        axis.zoom(STEP ** (turn.y() / _NOTCH), event.position().x())
    event.accept()
