"""What the keyboard does on the canvas."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

if TYPE_CHECKING:
    from flgui.views.editor.canvas import EditorCanvas

__all__ = ["Keys"]

_NUDGE = 8.0
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_gestures = itertools.count(1_000_000_000)


class Keys:
    """Arrows go from node to node, Ctrl and arrows move, C and Enter connect, Enter edits, A adds."""

    def __init__(self, canvas: EditorCanvas) -> None:
        self._canvas = canvas
        self._tail: int | None = None
        self._gesture = 0

    @property
    def tail(self) -> int | None:
        """The node that C has begun a connection at."""
        return self._tail if self._tail in self._canvas.nodes else None

    def press(self, event: QKeyEvent) -> bool:
        """Do what a key stands for; False passes it on."""
        key = Qt.Key(event.key())
        canvas = self._canvas
        if key in _ARROWS:
            return self._arrow(key, event)
        if event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier):
            return False
        one = next(iter(canvas.selection)) if len(canvas.selection) == 1 else None
        if key == Qt.Key.Key_A:
            canvas.add_asked.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._enter(one)
        elif key == Qt.Key.Key_F2 and one is not None:
            canvas.rename_asked.emit(one)
        elif key == Qt.Key.Key_C:
            self._start_wire(one)
        elif key == Qt.Key.Key_Escape:
            self._escape()
        elif key == Qt.Key.Key_0:
            canvas.fit_whole()
        elif key == Qt.Key.Key_F:
            canvas.fit_selection()
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            canvas.zoom_by(1.25)
        elif key == Qt.Key.Key_Minus:
            canvas.zoom_by(0.8)
        else:
            return False
        return True

    def _enter(self, one: int | None) -> None:
        if self.tail is not None and one is not None and one != self.tail:
            tail, self._tail = self.tail, None
            self._canvas.set_connecting(False)
            self._canvas.connect_asked.emit(tail, one, -1)
        elif one is not None:
            self._canvas.edit_asked.emit(one)

    def _start_wire(self, one: int | None) -> None:
        """C begins a connection at the selected node; a second C takes it back."""
        connecting = not self._canvas.connecting
        self._tail = one if connecting else None
        self._canvas.set_connecting(connecting)

    def _escape(self) -> None:
        canvas = self._canvas
        if canvas.pointer.busy:
            canvas.pointer.cancel()
        elif canvas.connecting:
            self._tail = None
            canvas.set_connecting(False)
        else:
            canvas.select_asked.emit(frozenset())

    def _arrow(self, key: Qt.Key, event: QKeyEvent) -> bool:
        across, down = _ARROWS[key]
        canvas = self._canvas
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier and canvas.selection:
            if not event.isAutoRepeat():  # a key that is held is one gesture
                self._gesture = next(_gestures)
            places = {}
            for i in canvas.selection:
                x, y = canvas.nodes[i].node.at
                places[i] = (x + across * _NUDGE, y + down * _NUDGE)
            canvas.move_asked.emit(places, self._gesture)
            return True
        chosen = self._next(across, down)
        if chosen is not None:
            canvas.select_asked.emit(frozenset({chosen}))
            canvas.look_at(canvas.nodes[chosen].body())
        return True

    def _next(self, across: int, down: int) -> int | None:
        """Return the nearest node in a direction: along an edge if one goes there."""
        canvas = self._canvas
        if len(canvas.selection) != 1:
            tops = [(item.y(), item.x(), i) for i, item in canvas.nodes.items()]
            return min(tops)[2] if tops else None
        start = next(iter(canvas.selection))
        x, y = canvas.nodes[start].x(), canvas.nodes[start].y()
        joined = {e.edge.tail for key, e in canvas.edges.items() if key[0] == start}
        joined |= {key[0] for key, e in canvas.edges.items() if e.edge.tail == start}
        best: tuple[float, int] | None = None
        for i, item in canvas.nodes.items():
            ahead = (item.x() - x) * across + (item.y() - y) * down
            aside = abs((item.x() - x) * down) + abs((item.y() - y) * across)
            if i == start or ahead < 1 or (across and aside > ahead * 2):
                continue
            away = ahead + 2 * aside - (400 if i in joined and down else 0)
            if best is None or away < best[0]:
                best = (away, i)
        return best[1] if best is not None else None
