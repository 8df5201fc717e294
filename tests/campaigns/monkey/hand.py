"""The monkey's hand: every action that it can take at one window."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from flgui.app import Parts
from tests.campaigns.monkey.answers import may_trigger
from tests.campaigns.monkey.findings import Findings

__all__ = ["Hand"]

_KEYS = (
    *"wasdfcb0123456789[],.?/+-",
    *(Qt.Key.Key_Escape, Qt.Key.Key_Tab, Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Delete),
    *(Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End),
    *(Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Backspace, Qt.Key.Key_F5),
)
_COMBINED = "zcvxadfknp0"
_TEXTS = ("7", "0", "-3", "1e9", "250", "2x3", "inf", "abc", "", "1000000000000", "0.5", "∞", "conv")
_SIZES = ((1120, 700), (1280, 800), (1440, 900), (1920, 1080), (1200, 760))


class Hand:
    """Acts at one window.

    Parameters
    ----------
    parts : Parts
        The window, and what is behind it.
    random : Random
        Draws every action.
    findings : Findings
        Where actions and faults are noted.
    models : sequence of str
        Bundled names that it opens.
    folder : Path
        Where the files are that it opens.
    """

    def __init__(
        self, parts: Parts, random: Random, findings: Findings, models: Sequence[str], folder: Path
    ) -> None:
        self.random, self.findings = random, findings
        self._parts, self._models, self._folder = parts, tuple(models), folder
        self._window: Any = parts.window

    def act(self) -> None:
        """Take one action, whichever comes."""
        kinds: tuple[tuple[Callable[[], str], int], ...] = (
            (self._click, 40),
            (self._drag, 14),
            (self._wheel, 10),
            (self._key, 16),
            (self._type, 6),
            (self._trigger, 10),
            (self._open_model, 2),
            (self._resize, 2),
        )
        action = self.random.choices([k for k, _ in kinds], [w for _, w in kinds])[0]
        self.findings.done[action.__name__.strip("_")] += 1
        self.findings.last = action.__name__.strip("_")
        try:
            self.findings.last = action()
            QApplication.processEvents()
        except RuntimeError as error:  # a widget that went away between choosing and using it
            if "already deleted" not in str(error):
                self.findings.fault(traceback.format_exc(limit=-4))
        except Exception:
            self.findings.fault(traceback.format_exc(limit=-4))

    def _widget(self) -> QWidget:
        tops = [w for w in QApplication.topLevelWidgets() if w.isVisible()]
        top = self.random.choice(tops) if len(tops) > 1 and self.random.random() < 0.3 else self._window
        shown = [w for w in top.findChildren(QWidget) if w.isVisible() and w.isEnabled() and w.width() > 2]
        return self.random.choice(shown) if shown else top

    def _point(self, widget: QWidget) -> QPoint:
        return QPoint(
            self.random.randrange(max(1, widget.width())), self.random.randrange(max(1, widget.height()))
        )

    def _click(self) -> str:
        widget = self._widget()
        at, modifier = self._point(widget), Qt.KeyboardModifier.NoModifier
        if self.random.random() < 0.1:
            modifier = self.random.choice(
                (Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier)
            )
        button = Qt.MouseButton.RightButton if self.random.random() < 0.05 else Qt.MouseButton.LeftButton
        click = QTest.mouseDClick if self.random.random() < 0.1 else QTest.mouseClick
        said = f"click {_name(widget)} at {at.x()},{at.y()}"
        self.findings.last = said
        click(widget, button, modifier, at)
        return said

    def _drag(self) -> str:
        widget = self._widget()
        at = self._point(widget)
        said = f"drag {_name(widget)} from {at.x()},{at.y()}"
        self.findings.last = said
        QTest.mousePress(widget, Qt.MouseButton.LeftButton, pos=at)
        for _ in range(self.random.randint(2, 8)):
            QTest.mouseMove(widget, self._point(widget))
            QApplication.processEvents()
        QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=self._point(widget))
        return said

    def _wheel(self) -> str:
        widget = self._widget()
        at = QPointF(self._point(widget))
        turn = QPoint(0, self.random.choice((-120, 120, -360, 360)))
        event = QWheelEvent(
            at,
            widget.mapToGlobal(at),
            QPoint(),
            turn,
            Qt.MouseButton.NoButton,
            self.random.choice((Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier)),
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(widget, event)
        return f"wheel {_name(widget)}"

    def _key(self) -> str:
        focus = QApplication.focusWidget() or self._window
        if self.random.random() < 0.25:
            letter = self.random.choice(_COMBINED)
            QTest.keyClick(focus, letter, Qt.KeyboardModifier.ControlModifier)
            return f"Ctrl+{letter} in {_name(focus)}"
        key = self.random.choice(_KEYS)
        QTest.keyClick(focus, key)
        return f"{key} in {_name(focus)}"

    def _type(self) -> str:
        focus = QApplication.focusWidget() or self._window
        text = self.random.choice(_TEXTS)
        if text.isascii():
            QTest.keyClicks(focus, text)
        if self.random.random() < 0.7:
            QTest.keyClick(focus, Qt.Key.Key_Return)
        return f"type '{text}' in {_name(focus)}"

    def _trigger(self) -> str:
        actions = [a for a in self._window.findChildren(QAction) if may_trigger(a)]
        if not actions:
            return "no action"
        action = self.random.choice(actions)
        self.findings.last = f"menu '{action.text()}'"
        action.trigger()
        return self.findings.last

    def _open_model(self) -> str:
        what: str | Path = self.random.choice((*self._models, *sorted(self._folder.iterdir())))
        self._parts.controller.documents.open(what)
        return f"open {what if isinstance(what, str) else what.name}"

    def _resize(self) -> str:
        size = self.random.choice(_SIZES)
        self._window.resize(*size)
        return f"resize to {size}"


def _name(widget: QWidget) -> str:
    return f"{type(widget).__name__} '{widget.accessibleName() or widget.objectName()}'"
