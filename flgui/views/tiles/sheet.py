"""TileSheet: the maps, or the cone, with their legend."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from flgui.theme.devices import device_ratio
from flgui.theme.tokens import Tokens
from flgui.viewmodel.cone import cone_of
from flgui.viewmodel.overlap import overlap_scale
from flgui.viewmodel.tiles import TilesModel
from flgui.views.lettering import text_font
from flgui.views.tiles.cone import ConeView
from flgui.views.tiles.heat import paint_scale
from flgui.views.tiles.legend import Legend
from flgui.views.tiles.pane import TilePane
from flgui.views.tiles.picture import picture_array
from flgui.views.tiles.raster import Pixels, TileColors, tile_colors
from planner_core.network.model import Network
from planner_core.plan import IntArray, Plan

__all__ = ["Mode", "TileSheet"]

Mode: TypeAlias = Literal["tiles", "overlap", "cone"]

_Scaled: TypeAlias = tuple[tuple[int, int, int], tuple[int, int]]
"""Shape of the tensor, and height and width in device pixels."""

_INSET = 16
_LEGEND = 72  # a swatch and "squeeze" in bold beside it
_LEGEND_GAP = 12
_CAPTION = 28
_LEAST_CAPTION = 140  # a narrow map's name and shape need that much


class TileSheet(QWidget):
    """The chosen tensor's tiles over the input picture at one scale; shows what it is told."""

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._network: Network | None = None
        self._plan: Plan | None = None
        self._model: TilesModel | None = None
        self._colors: TileColors | None = None
        self._image: QImage | None = None
        self._picture: Pixels | None = None
        self._selected: int | None = None  # that picked last
        self._chosen: tuple[int, ...] = ()  # all that are selected, that one at the end
        self._hovered: int | None = None
        self._pointed: int | None = None  # by another view
        self._phases: IntArray | None = None
        self._mode: Mode = "tiles"
        self._under = False
        self._bits = 32
        self._cone = ConeView()
        self._lower: Pixels | None = None  # the picture as the chosen layer sees it
        self._picture_of: _Scaled | None = None  # what the two were scaled for
        self._lower_of: _Scaled | None = None
        self._map, self._ground = TilePane("map"), TilePane("picture")
        self._legend = Legend()
        self.setAccessibleName("Tiles on the feature map and on the input")
        self.setMinimumSize(220, 240)

    # -- content ---------------------------------------------------------------------------------------------

    def set_model(self, network: Network | None, plan: Plan | None, model: TilesModel | None) -> None:
        """Show the tiles of a plan of a network."""
        before, old = self._model, self._plan
        self._network, self._plan, self._model = network, plan, model
        if model is not None and before is not None and plan is not None and old is not None:
            same = model.chosen is before.chosen and model.source is before.source
            if same and self._mode != "cone" and self._colors is not None:
                self._write_legend(np.array_equal(plan.offload, old.offload) and _same_facts(model, before))
                return
        if model is not None and (
            before is None or (before.rows, before.cols) != (model.rows, model.cols) or self._colors is None
        ):
            self._colors = tile_colors(self._tokens, model.rows, model.cols)
        if model is not None:
            self._map.model, self._ground.model = model.chosen, model.source
        self._hovered = self._pointed = None
        self.set_phases(None)
        if model is None or any(path >= model.paths for path in self._chosen):
            self._selected, self._chosen = None, ()
        self._arrange()

    def _write_legend(self, same: bool) -> None:
        """Show a plan that cuts the maps as the last one did: only what its paths send may be another thing."""
        if not same and self._model is not None and self._plan is not None:
            self._legend.place(self._model, self._plan.offload, self._legend.box, self._ground.box.top())
            self.update(self._legend_area())

    def _legend_area(self) -> QRect:
        box = self._legend.box
        return QRect(box.left() - 6, 0, self.width() - box.left() + 6, self.height())

    def set_selection(self, path: int | None, more: tuple[int, ...] = ()) -> None:
        """Show a tile, and `more` of them, in full colour."""
        chosen = () if path is None else (*more, path)
        if self._model is None or any(not 0 <= p < self._model.paths for p in chosen):
            path, chosen = None, ()
        if chosen != self._chosen:
            self._selected, self._chosen = path, chosen
            self._map.forget()
            self._ground.forget()
            self._arrange_cone()
            self.update()

    def set_hover(self, path: int | None) -> None:
        """Frame a tile that is pointed at elsewhere; None is none."""
        if self._model is None or (path is not None and not 0 <= path < self._model.paths):
            path = None
        if path != self._pointed:
            self._pointed = path
            self.update()

    def set_phases(self, phases: IntArray | None) -> None:
        """Show how far each tile is at the time cursor; None when there is no cursor."""
        if phases is not None and (self._model is None or len(phases) != self._model.paths):
            phases = None
        before = self._phases
        if phases is before or (phases is not None and before is not None and np.array_equal(phases, before)):
            return
        self._phases = phases
        for pane in (self._map, self._ground):
            pane.set_phases(phases)
        self.update()

    @property
    def mode(self) -> Mode:
        """What is shown."""
        return self._mode

    @property
    def cone(self) -> ConeView:
        """The stack of planes of the mode "cone"."""
        return self._cone

    def set_mode(self, mode: Mode) -> None:
        """Show whose each cell is, how many tiles need it, or the cone of the selected tile."""
        if mode != self._mode:
            self._mode = mode
            for pane in (self._map, self._ground):
                pane.set_heat(mode == "overlap")
            self._arrange()

    def set_under(self, under: bool) -> None:
        """Lay the picture under the tiles of the chosen layer, too, as coarse as its map is."""
        if under != self._under:
            self._under = under
            self._arrange()

    def set_bits(self, bits: int) -> None:
        """Say how many bits an element has."""
        self._bits = bits

    def set_image(self, image: QImage | None) -> None:
        """Lay a picture under the input's tiles; None for a plain ground."""
        self._image, self._picture_of, self._lower_of = image, None, None
        self._arrange()

    def set_style(self, tokens: Tokens) -> None:
        """Take the colours of another theme."""
        self._tokens = tokens
        if self._model is not None:
            self._colors = tile_colors(tokens, self._model.rows, self._model.cols)
        self._arrange()

    def tile_rect(self, path: int, *, picture: bool = False) -> QRectF:
        """Return where a tile is, on the map or on the picture."""
        return (self._ground if picture else self._map).tile_rect(path)

    # -- painting --------------------------------------------------------------------------------------------

    def _arrange(self) -> None:
        """Give both maps the same scale and the legend the rest."""
        for pane in (self._map, self._ground):
            pane.forget()
        if self._model is None or self._plan is None:
            self.update()
            return
        wide = max(60, self.width() - 2 * _INSET - _LEGEND - _LEGEND_GAP)
        tall = max(60, (self.height() - _CAPTION - 8) // 2)
        upper = _boxed(self._model.chosen.shape, wide, tall)
        lower = _boxed(self._model.source.shape, wide, tall)
        self._map.place(QRect(_INSET, 1, *upper))
        top = 1 + max(upper[1], lower[1]) + _CAPTION
        self._ground.place(QRect(_INSET, top, *lower))
        left = _INSET + max(upper[0], lower[0], min(_LEAST_CAPTION, wide)) + _LEGEND_GAP
        width = min(max(_LEGEND, self.width() - left - 8), 2 * _LEGEND)
        column = QRect(left, 0, width, self.height())
        self._legend.place(self._model, self._plan.offload, column, top)
        self._arrange_cone()
        self.update()

    def _arrange_cone(self) -> None:
        if self._mode != "cone" or self._model is None or self._plan is None or self._network is None:
            return
        cone = cone_of(self._network, self._plan, self._cone_tile())
        grid = (self._model.rows, self._model.cols)
        self._cone.place(cone, grid, QRectF(self.rect()).adjusted(0, 0, 0, -4))

    def _cone_tile(self) -> int:
        """The selected tile, else one in the middle, which has neighbours on all sides if any has."""
        assert self._model is not None
        if self._selected is not None:
            return self._selected
        return (self._model.rows // 2) * self._model.cols + self._model.cols // 2

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the maps, what stands between them, and the legend."""
        painter = QPainter(self)
        tokens, model, colors = self._tokens, self._model, self._colors
        painter.fillRect(self.rect(), QColor(tokens.color("surface.panel")))
        if model is None or colors is None:
            painter.setPen(QColor(tokens.color("text.tertiary")))
            painter.setFont(text_font(12, 400))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "The tiles come with the first plan.")
            return
        if self._mode == "cone":
            self._paint_cone(painter, model, colors)
        else:
            only_legend = self._legend_area().contains(event.rect())
            self._paint_maps(painter, model, colors, only_legend)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QColor(tokens.color("accent.focus")))
            painter.drawRect(self.rect().adjusted(2, 0, -3, -1))

    def _paint_cone(self, painter: QPainter, model: TilesModel, colors: TileColors) -> None:
        cone = self._cone.cone
        if cone is None:
            return
        words = f"What tile {cone.path} needs of each layer"
        if cone.left_out:
            words += f" · {cone.left_out} left out"
        elif self._selected is None and model.paths > 1:
            words += " · click another one"
        image = self._image if min(model.source.shape[1:]) >= 8 else None
        fill = colors.kinds[colors.kind[cone.path]]
        self._cone.paint(painter, self._tokens, fill, words, image, model.chosen.tensor)

    def _paint_maps(
        self, painter: QPainter, model: TilesModel, colors: TileColors, only_legend: bool
    ) -> None:
        if not only_legend:
            self._paint_panes(painter, model, colors)
        if self._mode == "overlap":
            for pane in (self._map, self._ground):
                assert pane.model is not None
                column = QRectF(self._legend.box)
                column.setTop(pane.box.top() - 1)
                paint_scale(painter, column, overlap_scale(pane.model), pane.model.tensor, self._tokens)
        else:
            self._legend.paint(painter, model, colors, self._tokens, self._chosen)

    def _paint_panes(self, painter: QPainter, model: TilesModel, colors: TileColors) -> None:
        tokens, dpr, box = self._tokens, device_ratio(painter), self._ground.box
        size = (round(box.height() * dpr), round(box.width() * dpr))
        if self._picture_of != (model.source.shape, size):
            self._picture_of = (model.source.shape, size)
            self._picture = picture_array(self._image, model.source.shape, size)
        self._map.paint(painter, colors, tokens, self._seen_by_layer(model, dpr), self._chosen, dpr)
        self._paint_caption(painter, model, box)
        self._ground.paint(painter, colors, tokens, self._picture, self._chosen, dpr)
        for tile in {t for t in (self._hovered, self._pointed) if t is not None and t not in self._chosen}:
            for pane in (self._map, self._ground):
                pane.paint_hover(painter, tokens, tile)

    def _seen_by_layer(self, model: TilesModel, dpr: float) -> Pixels | None:
        """The picture at the resolution of the chosen layer, where it is wanted under its tiles."""
        if not self._under:
            return None
        box = self._map.box
        size = (round(box.height() * dpr), round(box.width() * dpr))
        _, height, width = model.chosen.shape
        if self._lower_of != ((3, height, width), size):
            self._lower_of = ((3, height, width), size)
            self._lower = picture_array(self._image, (3, height, width), size)
        return self._lower

    def _paint_caption(self, painter: QPainter, model: TilesModel, box: QRect) -> None:
        line = QRectF(box.left(), box.top() - _CAPTION + 4, max(box.width(), _LEAST_CAPTION), _CAPTION - 4)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(QColor(self._tokens.color("text.primary")))
        painter.setFont(text_font(12, 600))
        painter.drawText(line, middle, model.source.tensor)
        painter.setPen(QColor(self._tokens.color("text.tertiary")))
        painter.setFont(text_font(11, 400))
        words = " × ".join(str(n) for n in model.source.shape)
        painter.drawText(line, middle | Qt.AlignmentFlag.AlignRight, words)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Scale the maps."""
        super().resizeEvent(event)
        self._arrange()


def _same_facts(a: TilesModel, b: TilesModel) -> bool:
    """Whether the legend writes the same: sends and factors; the paths of its groups follow from the plan."""
    return (a.sends, a.work_factor, a.input_factor, a.sent_factor) == (
        b.sends,
        b.work_factor,
        b.input_factor,
        b.sent_factor,
    )


def _boxed(shape: tuple[int, int, int], width: int, height: int) -> tuple[int, int]:
    """Return (width, height) of the largest box with the sides of a map, none of them a mere line."""
    _, rows, cols = shape
    scale = min(width / cols, height / rows)
    return max(12, round(cols * scale)), max(12, round(rows * scale))
