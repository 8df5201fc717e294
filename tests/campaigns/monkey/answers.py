"""Answers to what is modal or pops up, and a count of what arrives."""

from __future__ import annotations

from random import Random

from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from flgui.app import Parts
from tests.campaigns.monkey.findings import Findings

__all__ = ["Answers", "Arrivals", "may_trigger"]

_SPARED = frozenset({"quit"})


def may_trigger(action: QAction) -> bool:
    """Whether the monkey may trigger an action; it does not end the program."""
    return action.isEnabled() and not action.isSeparator() and action.objectName() not in _SPARED


class Answers(QObject):
    """Answers what is modal or pops up, from a timer, since that runs a loop of its own."""

    def __init__(self, random: Random, findings: Findings) -> None:
        super().__init__()
        self._random, self._findings = random, findings
        self._timer = QTimer(self)
        self._timer.setInterval(30)
        self._timer.timeout.connect(self._answer)
        self._timer.start()

    @Slot()
    def _answer(self) -> None:
        popup, modal = QApplication.activePopupWidget(), QApplication.activeModalWidget()
        if isinstance(popup, QMenu):
            actions = [a for a in popup.actions() if may_trigger(a) and a.menu() is None]
            if actions and self._random.random() < 0.3:
                QTest.mouseClick(
                    popup, Qt.MouseButton.LeftButton, pos=popup.actionGeometry(actions[0]).center()
                )
            popup.close()
        elif popup is not None:
            popup.close()
        elif modal is not None:
            self._findings.done["answered a dialog"] += 1
            key = Qt.Key.Key_Return if self._random.random() < 0.4 else Qt.Key.Key_Escape
            QTest.keyClick(modal, key)
            if modal.isVisible() and self._random.random() < 0.2:
                modal.close()


class Arrivals(QObject):
    """Counts what comes from the processes of a window, whatever becomes of it."""

    def __init__(self, parts: Parts) -> None:
        super().__init__()
        self.heard = 0
        self.filling = False
        """Whether the landscape that came last goes on filling."""
        runner = parts.controller.runner
        runner.surveyed.connect(self._on_survey)
        for signal in (runner.planned, runner.method_planned, runner.background.arrived):
            signal.connect(self._on_arrival)

    @Slot()
    def _on_arrival(self) -> None:
        self.heard += 1

    @Slot(object, object, bool)
    def _on_survey(self, _scenario: object, _landscape: object, whole: bool) -> None:
        self.heard += 1
        self.filling = not whole
