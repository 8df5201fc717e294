"""Turns: long work in the window's own thread, a step a turn of the event loop."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from PySide6.QtCore import QObject, QTimer, Slot

__all__ = ["Turns"]


class Turns(QObject):
    """Takes the steps of an iterator one after the other, each in a turn of its own."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._steps: Iterator[None] | None = None
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._on_turn)

    @property
    def running(self) -> bool:
        """Whether steps are left."""
        return self._steps is not None

    def run(self, steps: Iterator[None]) -> None:
        """Begin; steps that are left of something else are dropped."""
        self._steps = steps
        self._timer.start(0)

    def add(self, steps: Iterator[None]) -> None:
        """Begin, behind the steps that are left of something else."""
        self.run(steps if self._steps is None else chain(self._steps, steps))

    @Slot()
    def finish(self) -> None:
        """Take all steps that are left now."""
        steps = self._steps
        self.stop()
        for _ in steps or ():
            pass

    @Slot()
    def stop(self) -> None:
        """Drop the steps that are left."""
        self._timer.stop()
        self._steps = None

    @Slot()
    def _on_turn(self) -> None:
        steps = self._steps
        if steps is None:
            return
        try:
            next(steps)
        except StopIteration:
            if self._steps is steps:  # the last step may have begun something else
                self.stop()
