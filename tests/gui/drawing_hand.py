"""A hand that draws: every step is a mouse or keyboard event."""

from __future__ import annotations

import warnings
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from flgui.app import Parts
from flgui.features.drawing import DrawingFeature
from flgui.views.editor.pointer import MIME

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


class Answers:
    """Dialogs that are answered before they are asked."""

    def __init__(self, path: Path | None, changes: str) -> None:
        self.path, self.changes = path, changes
        self.asked: list[str] = []
        self.replaced: list[str] = []
        self.replaces = False

    def save_file(self, title: str, proposal: str, kinds: str, suffix: str) -> Path | None:
        self.asked.append(proposal)
        return self.path

    def open_file(self, title: str, folder: str, kinds: str) -> Path | None:
        self.asked.append(title)
        return self.path

    def replace_changed(self, path: Path) -> bool:
        self.replaced.append(path.name)
        return self.replaces

    def save_changes(self, name: str) -> str:
        self.asked.append(name)
        return self.changes


class Hand:
    """Works on the page "Draw" of a window."""

    def __init__(self, parts: Parts, qtbot: QtBot) -> None:
        self.parts, self.qtbot, self.window = parts, qtbot, parts.window
        self.feature = parts.feature(DrawingFeature)
        self.page, self.drawing = self.feature.page, self.feature.drawing
        self.canvas = self.page.canvas
        self.window.activateWindow()

    def answer(self, path: Path | None = None, changes: str = "cancel") -> Answers:
        answers = Answers(path, changes)
        self.feature.files.dialogs = answers  # type: ignore[assignment]
        self.parts.menus.dialogs = answers  # type: ignore[assignment]
        return answers

    def open_workspace(self) -> None:
        switch = self.window.top_bar.workspaces
        assert switch is not None
        QTest.mouseClick(switch, LEFT, NONE, switch.box("Draw").center().toPoint())
        assert self.window.workspace == "Draw"

    def id(self, name: str) -> int:
        return self.drawing.draft.by_name[name].id

    # Keys

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE, widget: QWidget | None = None) -> None:
        QTest.keyClick(widget or QApplication.focusWidget() or self.canvas, key, modifier)

    def type(self, text: str) -> None:
        widget = QApplication.focusWidget()
        assert widget is not None
        QTest.keyClicks(widget, text)

    def add(self, words: str) -> None:
        """Press A, type, and take the first that fits with Enter."""
        self.canvas.setFocus()
        self.key(Qt.Key.Key_A)
        assert QApplication.focusWidget() is self.page.palette_pane.search
        self.type(words)
        self.key(Qt.Key.Key_Return)
        assert QApplication.focusWidget() is self.canvas

    def fill(self, node: str, key: str, *values: object) -> None:
        """Type into the boxes of a field of the selected node, each with Enter."""
        assert self.drawing.selection == {self.id(node)}
        for number, value in enumerate(values):
            box = self.page.inspector.rows[key].boxes[number]
            box.setFocus()
            self.key(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
            self.type(str(value))
            self.key(Qt.Key.Key_Return)
        self.canvas.setFocus()

    # Mouse

    def on(self, at: QPointF) -> QPoint:
        """Turn a point of the scene into one of the viewport."""
        return self.canvas.mapFromScene(at)

    def click(self, node: str, modifier: Qt.KeyboardModifier = NONE) -> None:
        at = self.on(self.canvas.nodes[self.id(node)].body().center())
        QTest.mouseClick(self.canvas.viewport(), LEFT, modifier, at)

    def drag(self, start: QPoint, end: QPoint, modifier: Qt.KeyboardModifier = NONE) -> None:
        port = self.canvas.viewport()
        QTest.mousePress(port, LEFT, modifier, start)
        for k in (1, 2, 3, 4):
            QTest.mouseMove(port, start + (end - start) * k / 4)
        QTest.mouseRelease(port, LEFT, modifier, end)

    def wire(self, tail: str, head: str, port: int = 0) -> None:
        """Drag from the output port of one node to an input port of another."""
        start = self.on(self.canvas.nodes[self.id(tail)].output_port())
        self.drag(start, self.on(self.canvas.nodes[self.id(head)].input_port(port)))

    def below(self, node: str) -> QPointF:
        return self.canvas.nodes[self.id(node)].body().center() + QPointF(0, 90)

    def drop(self, key: str, at: QPointF) -> None:
        """Drop an entry of the palette: what Qt sends at the end of a drag."""
        data = QMimeData()
        data.setData(MIME, key.encode())
        place, port = self.on(at), self.canvas.viewport()
        copy = Qt.DropAction.CopyAction
        with warnings.catch_warnings():
            # Qt 6.12 deprecates the only constructor that older versions have.
            warnings.simplefilter("ignore", DeprecationWarning)
            enter = QDragEnterEvent(place, copy, data, LEFT, NONE)
        QApplication.sendEvent(port, enter)
        assert enter.isAccepted()
        QApplication.sendEvent(port, QDropEvent(QPointF(place), copy, data, LEFT, NONE))

    def drop_on_edge(self, key: str, tail: str, head: str) -> None:
        edge = next(
            item
            for (head_id, _), item in self.canvas.edges.items()
            if head_id == self.id(head) and item.edge.tail == self.id(tail)
        )
        self.drop(key, edge.middle)


def small_chain(qtbot: QtBot, parts: Parts) -> Hand:
    """Return a hand on a new drawing: input, conv1, pool1 and fc1 in a chain."""
    made = Hand(parts, qtbot)
    made.open_workspace()
    made.key(Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier, made.window)
    made.fill("input", "shape", 3, 32, 32)
    for words in ("convolution", "max pool", "fully"):
        made.add(words)
    return made


def names_read(hand: Hand, name: str) -> list[str | None]:
    draft = hand.drawing.draft
    return [None if i is None else draft.by_id[i].name for i in draft.by_name[name].inputs]


def undo(hand: Hand) -> None:
    hand.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier, hand.window)
