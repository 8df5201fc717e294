"""TileCanvas: the tile sheet with what mouse and keys do on it, and its tooltips."""

from __future__ import annotations

import html

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QToolTip, QWidget

from flgui.theme.tokens import Tokens
from flgui.viewmodel.path_facts import Fact
from flgui.viewmodel.symbols import symbol_tip
from flgui.viewmodel.tile_tip import level_tip, tile_tip
from flgui.views.tiles.sheet import TileSheet

__all__ = ["TileCanvas"]

_STEPS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


class TileCanvas(TileSheet):
    """Tiles that can be pointed at and chosen."""

    path_selected = Signal(object)
    """Path that was clicked or reached by an arrow key; None for the selected one clicked again."""
    path_toggled = Signal(int)
    """Path that is to join the selected ones, or to leave them."""
    path_hovered = Signal(object)
    """Path of the tile under the pointer, or None."""

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(tokens, parent)
        self._explained = ""
        self._place: tuple[int | None, int | None] = (None, None)  # hovered tile and plane of the cone
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def focusInEvent(self, event: QEvent) -> None:
        """Show the focus ring only for the keyboard's sake."""
        self.update()

    def focusOutEvent(self, event: QEvent) -> None:
        """Take the focus ring away."""
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Select the tile or the row of the legend under the pointer."""
        if event.button() != Qt.MouseButton.LeftButton or self._model is None:
            return
        tile = self._tile_at(event.position())
        row = self._row_at(event.position())
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            alone = row[1][0] if row is not None and len(row[1]) == 1 else None
            if (added := tile if tile is not None else alone) is not None:
                self.path_toggled.emit(added)
        elif tile is not None:
            self.path_selected.emit(None if self._chosen == (tile,) else tile)
        elif row is not None:
            self.path_selected.emit(self._next_of(row[1]))

    def _row_at(self, at: QPointF) -> tuple[str, tuple[int, ...]] | None:
        return self._legend.row_at(at) if self._mode == "tiles" else None

    def _next_of(self, paths: tuple[int, ...]) -> int | None:
        """Go through the paths of a row; a row of one path switches it on and off."""
        if self._selected not in paths or len(self._chosen) > 1:
            return paths[0]
        after = paths.index(self._selected) + 1
        return paths[after % len(paths)] if len(paths) > 1 else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Frame the tile under the pointer and say what it needs."""
        if self._model is None or self._plan is None:
            return
        at = event.position()
        tile = self._tile_at(at)
        row = self._row_at(at)
        if tile is None and row is not None and len(row[1]) == 1:
            tile = row[1][0]
        plain = tile is None and self._mode == "tiles"
        self._explain(self._legend.term_at(at) if plain else "", event)
        place = (tile, self._cone.level_at(at) if self._mode == "cone" else None)
        if place == self._place:
            return
        self._place = place
        self._set_hovered(tile)
        if tile is None:
            QToolTip.hideText()
            return
        if self._mode == "cone":
            self._show_tip(at.toPoint() + QPoint(16, 20), self._level_tip(place[1]))
            return
        pane = self._ground if self._ground.box.contains(at.toPoint()) else self._map
        rect = pane.tile_rect(tile).toRect()
        assert pane.model is not None
        phase = None if self._phases is None else int(self._phases[tile])
        words = tile_tip(self._plan, self._model, pane.model, tile, self._bits, phase)
        self._show_tip(QPoint(rect.right() + 4, rect.bottom()), words)

    def _level_tip(self, number: int | None) -> tuple[str, tuple[Fact, ...]]:
        """Say what the tile of the cone needs of a plane's tensor."""
        cone = self._cone.cone
        assert cone is not None
        assert number is not None
        return level_tip(cone, number, self._bits)

    def _show_tip(self, at: QPoint, words: tuple[str, tuple[Fact, ...]]) -> None:
        QToolTip.showText(self.mapToGlobal(at), self._tip(*words), self)

    def _explain(self, term: str, event: QMouseEvent) -> None:
        """Say what a word of the legend means."""
        if term and term != self._explained:
            QToolTip.showText(event.globalPosition().toPoint(), symbol_tip(term), self)
        elif self._explained and not term:
            QToolTip.hideText()
        self._explained = term

    def leaveEvent(self, event: QEvent) -> None:
        """Forget the hover."""
        self._explained = ""
        self._place = (None, None)
        self._set_hovered(None)

    def _set_hovered(self, tile: int | None) -> None:
        if tile != self._hovered:
            self._hovered = tile
            self.path_hovered.emit(tile)
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrow keys go from tile to tile; Shift takes them along, or going back leaves them."""
        step = _STEPS.get(Qt.Key(event.key()))
        if step is None or self._model is None:
            super().keyPressEvent(event)
            return
        if self._selected is None:
            self.path_selected.emit(0)
            return
        row, col = divmod(self._selected, self._model.cols)
        row = int(np.clip(row + step[0], 0, self._model.rows - 1))
        col = int(np.clip(col + step[1], 0, self._model.cols - 1))
        goal = row * self._model.cols + col
        if goal == self._selected:
            return
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.path_toggled.emit(self._selected if goal in self._chosen else goal)
        else:
            self.path_selected.emit(goal)

    def _tile_at(self, at: QPointF) -> int | None:
        if self._mode == "cone":
            return self._cone.tile_at(at)
        found = self._map.tile_at(at)
        return found if found is not None else self._ground.tile_at(at)

    def _tip(self, title: str, lines: tuple[Fact, ...]) -> str:
        muted = self._tokens.color("text.onTooltipMuted")
        rows = "".join(
            f'<tr><td style="color:{muted}; padding-right:10px">{html.escape(line.label)}</td>'
            f'<td style="padding-right:10px">{html.escape(line.value)}</td>'
            f'<td style="color:{muted}">{html.escape(line.note)}</td></tr>'
            for line in lines
        )
        return f'<b>{html.escape(title)}</b><table cellspacing="0" style="margin-top:4px">{rows}</table>'
