"""SplitDrag: the split of the path made by hand is dragged along the rail, or chosen from a node's menu."""

from __future__ import annotations

import bisect
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QAction, QContextMenuEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QMenu, QToolTip

from flgui.viewmodel.network import NetworkModel
from flgui.viewmodel.placement import Split
from flgui.views.network.canvas import GraphCanvas
from flgui.widgets.gestures import new_gesture

__all__ = ["SplitDrag"]

_REACH = 13  # pixels around the mark
_HINT = "Drag the split of path {path} to another layer"


@dataclass(slots=True)
class _Drag:
    """From press to release: where the split was, where it is."""

    start: int
    offload: int
    gesture: int


class SplitDrag(QObject):
    """Watches the canvas; says nothing while the path shown is not one of a plan made by hand.

    Parameters
    ----------
    canvas : GraphCanvas
    """

    moved = Signal(int, int)
    """Offloading layer that the path should have, and the number of the gesture; 0 for a choice in the menu."""

    def __init__(self, canvas: GraphCanvas, parent: QObject) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self._split: Split | None = None
        self._model: NetworkModel | None = None
        self._drag: _Drag | None = None
        canvas.viewport().installEventFilter(self)
        canvas.installEventFilter(self)

    def set_split(self, model: NetworkModel | None, split: Split | None) -> None:
        """Let this split be moved; None for none."""
        if split is None or (self._split is not None and split.path != self._split.path):
            self._drag = None
        self._model, self._split = model, split

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the mouse from the canvas where it is on the mark, and Escape while it drags."""
        kind = event.type()
        if self._split is None:
            return False
        if kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return event.key() == Qt.Key.Key_Escape and self._take_back()
        if watched is not self._canvas.viewport():
            return False
        if kind == QEvent.Type.ContextMenu and isinstance(event, QContextMenuEvent):
            return self._show_menu(event.pos(), event.globalPos())
        if not isinstance(event, QMouseEvent):
            return False
        at = event.position().toPoint()
        if kind == QEvent.Type.MouseButtonPress and event.button() == Qt.MouseButton.LeftButton:
            return self._press(at)
        if kind == QEvent.Type.MouseMove:
            return self._move(at)
        if kind == QEvent.Type.MouseButtonRelease and self._drag is not None:
            self._drag = None
            self._canvas.viewport().unsetCursor()
            return True
        return False

    def mark(self) -> QPoint | None:
        """Where the split can be taken, in the viewport; None where it is not drawn on a rail."""
        return None if self._split is None else self._canvas.rail_mark()

    def _near(self, at: QPoint) -> bool:
        mark = self.mark()
        return mark is not None and (at - mark).manhattanLength() <= _REACH

    def _press(self, at: QPoint) -> bool:
        if not self._near(at):
            return False
        assert self._split is not None
        self._drag = _Drag(self._split.offload, self._split.offload, new_gesture())
        self._canvas.viewport().setCursor(Qt.CursorShape.SizeVerCursor)
        return True

    def _move(self, at: QPoint) -> bool:
        split, viewport = self._split, self._canvas.viewport()
        assert split is not None
        if self._drag is None:
            if not self._near(at):
                if viewport.cursor().shape() == Qt.CursorShape.SizeVerCursor:
                    viewport.unsetCursor()
                return False
            viewport.setCursor(Qt.CursorShape.SizeVerCursor)
            QToolTip.showText(viewport.mapToGlobal(at), _HINT.format(path=split.path), viewport)
            return True
        offload = self._offload_at(at.y())
        if offload != self._drag.offload:
            self._drag.offload = offload
            self.moved.emit(offload, self._drag.gesture)
        return True

    def _offload_at(self, y: int) -> int:
        """Return the offloading layer of the joint nearest to a height: behind node k it is k + 1."""
        assert self._split is not None
        joints = self._canvas.rail_joints()[: self._split.most]
        above = bisect.bisect_left(joints, y)
        near = min(range(max(0, above - 1), min(len(joints), above + 1)), key=lambda k: abs(joints[k] - y))
        return near + 1

    def _take_back(self) -> bool:
        drag, self._drag = self._drag, None
        if drag is None:
            return False
        self._canvas.viewport().unsetCursor()
        if drag.offload != drag.start:
            self.moved.emit(drag.start, drag.gesture)
        return True

    def _show_menu(self, at: QPoint, where: QPoint) -> bool:
        """Offer to split the path behind the node under the pointer."""
        number, split, model = self._canvas.node_at(at), self._split, self._model
        if number is None or split is None or model is None:
            return False
        offload = max(1, number - model.inputs + 2)
        if offload > split.most:
            return False
        name = model.nodes[number].name
        menu = QMenu(self._canvas)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        action = menu.addAction(f"Split path {split.path} after {name}")
        action.setEnabled(offload != split.offload)
        action.setData(offload)
        menu.triggered.connect(self._on_chosen)
        menu.popup(where)
        return True

    @Slot(QAction)
    def _on_chosen(self, action: QAction) -> None:
        self.moved.emit(int(action.data()), 0)
