"""Chart: one network's inference times over an axis, and the saving against NFL below."""

from __future__ import annotations

import html
import itertools
from functools import partial
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolTip, QVBoxLayout, QWidget

from flgui.theme.fonts import font
from flgui.theme.tokens import Tokens
from flgui.viewmodel.sweep import ChartModel
from flgui.views.sweep.axes import LEFT, Lattice, WordAxis, share_ticks, time_ticks, value_ticks
from flgui.views.sweep.lines import Curve
from flgui.views.sweep.marks import Marks
from flgui.views.sweep.scenario_mark import ScenarioMark

__all__ = ["Chart"]

_LETTERS = 24
_AXIS = 22
_SHARE = 3, 1
_LEAST_SHARE = 0.1
_HEADROOM = 1.38  # the words of the largest saving stand over it
_THIN, _THICK = 1.75, 2.75
_gestures = itertools.count(1_000_000)  # those of sliders and fields begin at 1 and at -1


class Chart(QWidget):
    """One chart with its heading.

    The pointer, or Left and Right, reads a point; a click, or Enter, takes its value for the scenario; the
    line of the scenario can be dragged.
    """

    value_chosen = Signal(float, int)
    """Value on the axis, in its unit, and the gesture (0: none)."""

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._model: ChartModel | None = None
        self._decades = 1.0
        self._mark: float | None = None
        self._gesture = next(_gestures)
        self._dots_at: tuple[tuple[str, float], ...] = ()
        self._cursor: int | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._title, self._facts = QLabel(self), QLabel(self)
        self._title.setFont(font(15, 600))
        self._facts.setFont(font(11))
        self._plots = pg.GraphicsLayoutWidget(self)
        self._plots.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._plots.setFrameShape(pg.GraphicsLayoutWidget.Shape.NoFrame)
        self._build_plots()
        heading = QHBoxLayout()
        heading.setContentsMargins(LEFT, 0, 12, 0)
        heading.setSpacing(10)
        heading.addWidget(self._title, 0, Qt.AlignmentFlag.AlignBaseline)
        heading.addWidget(self._facts, 1, Qt.AlignmentFlag.AlignBaseline)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 4)
        column.setSpacing(2)
        column.addLayout(heading)
        column.addWidget(self._plots, 1)
        scene = self._plots.scene()
        for (
            export
        ) in scene.contextMenu:  # in a menu that is never shown, and with a dialog that outlives the window
            export.deleteLater()
        scene.contextMenu.clear()
        scene.sigMouseMoved.connect(self._on_moved)
        scene.sigMouseClicked.connect(self._on_clicked)
        self.set_theme(tokens)

    # Building

    def _build_plots(self) -> None:
        layout = self._plots.ci
        layout.setContentsMargins(0, 0, 20, 0)
        layout.setSpacing(0)
        self._axes = {
            name: WordAxis(side) for name, side in (("time", "left"), ("share", "left"), ("value", "bottom"))
        }
        hidden = WordAxis("bottom")
        hidden.setStyle(showValues=False)
        hidden.setHeight(1)
        self._hidden = hidden
        left, bottom = self._axes["share"], self._axes["value"]
        # Menus that are never shown would take as long to make as all the rest.
        add = partial(self._plots.addPlot, col=0, enableMenu=False)
        self.times = add(0, axisItems={"left": self._axes["time"], "bottom": hidden})
        self._letters = add(1)
        self.savings = add(2, axisItems={"left": left, "bottom": bottom})
        for plot in (self.times, self._letters, self.savings):
            plot.setMouseEnabled(False, False)
            plot.hideButtons()
            plot.setDefaultPadding(0)
            plot.getViewBox().setBorder(None)
        self._letters.hideAxis("left")
        self._letters.hideAxis("bottom")
        self._letters.setXLink(self.times)
        self._letters.setYRange(0, 1)
        self._letters.setFixedHeight(_LETTERS)
        self._letters.layout.setContentsMargins(LEFT, 0, 0, 0)
        self.savings.setXLink(self.times)
        for axis in ("time", "share"):
            self._axes[axis].setWidth(LEFT)
        self._axes["value"].setHeight(_AXIS)
        layout.layout.setRowStretchFactor(0, _SHARE[0])
        layout.layout.setRowStretchFactor(2, _SHARE[1])
        self._lattices = [Lattice(), Lattice()]
        for plot, lattice in zip((self.times, self.savings), self._lattices, strict=True):
            plot.addItem(lattice, ignoreBounds=True)
        self._curves = {name: self._curve(self.times) for name in ("device", "es", "NFL", "MW", "BF")}
        self._saved = {name: self._curve(self.savings) for name in ("MW", "BF")}
        self._marks = Marks(self.times, self._letters, self.savings)
        self._own = ScenarioMark(self.times)
        self._own.line.sigDragged.connect(self._on_dragged)
        self._own.line.sigPositionChangeFinished.connect(self._on_dropped)
        self._sights = [pg.InfiniteLine(angle=90, movable=False) for _ in range(2)]
        for plot, sight in zip((self.times, self.savings), self._sights, strict=True):
            sight.hide()
            plot.addItem(sight, ignoreBounds=True)

    @staticmethod
    def _curve(plot: Any) -> Any:
        curve = Curve(antialias=True, connect="finite")
        plot.addItem(curve, ignoreBounds=True)
        return curve

    def release(self) -> None:
        """Let go of the scene; a chart that is deleted with its window has to, before that.

        pyqtgraph's items know their scene and one another from Python; Qt deletes them in an order of its own, and then
        a wrapper reaches for a scene that is gone.
        """
        self._plots.close()

    # Content

    @property
    def model(self) -> ChartModel | None:
        """What is shown."""
        return self._model

    def decades_needed(self, model: ChartModel) -> float:
        """Return how many decades of time a chart needs."""
        low, high = _log_ends(model)
        return high - low

    def set_model(self, model: ChartModel, decades: float) -> None:
        """Show a sweep on an axis of so many decades of time, which all charts share."""
        other = self._model is None or self._model.spec != model.spec or self._model.title != model.title
        self._model, self._decades = model, decades
        if other:
            self._set_sight(None)
        self._title.setText(model.title)
        self._facts.setText(model.facts)
        self.setAccessibleName(f"Sweep of {model.title} over {model.axis.label}")
        self._set_ranges(model)
        self._set_curves(model)
        self._marks.set_model(model, self._places, self._y_ends)
        self._place_mark()

    def set_mark(self, value: float | None, dots: tuple[tuple[str, float], ...] = ()) -> None:
        """Mark the value of the scenario, with a dot on each method's curve at its makespan (name, seconds)."""
        self._mark = value
        self._dots_at = dots
        self._place_mark()

    def set_theme(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens = tokens
        color = tokens.color
        self._plots.setBackground(QColor(color("surface.panel")))
        self._title.setStyleSheet(f"color: {color('text.primary')}")
        self._facts.setStyleSheet(f"color: {color('text.secondary')}")
        for axis in (*self._axes.values(), self._hidden):
            axis.set_style(tokens)
        for lattice in self._lattices:
            lattice.set_style(tokens)
        for name, curve in self._curves.items():
            curve.setPen(curve_pen(name, tokens))
        for name, curve in self._saved.items():
            curve.setPen(curve_pen(name, tokens))
        self._marks.set_style(tokens)
        self._own.set_style(tokens)
        for sight in self._sights:
            sight.setPen(pg.mkPen(color("border.strong"), width=1))
        if self._model is not None:
            self._marks.set_model(self._model, self._places, self._y_ends)
            self._place_mark()

    def _set_ranges(self, model: ChartModel) -> None:
        x = self._places(model.x)
        low, high = float(x[0]), float(x[-1])
        _, top = _log_ends(model)
        self._y_ends = (top - self._decades, top)
        self.times.setXRange(low, high, padding=0)
        self.times.setYRange(*self._y_ends, padding=0)
        saved = [v for m in ("MW", "BF") for v in model.saved(m) if np.isfinite(v)]
        self._saved_ends = (
            min(0.0, max(-0.5, min(saved, default=0.0))),
            max(_LEAST_SHARE, *saved, 0.0) * _HEADROOM,
        )
        self.savings.setYRange(*self._saved_ends, padding=0)
        unit = {"layer": "layers", "tile": "tiles"}.get(model.axis.unit, model.axis.unit)
        ticks, lines = value_ticks(low, high, model.spec.log, unit)
        times, shares = time_ticks(*self._y_ends), share_ticks(self._saved_ends[1])
        self._axes["value"].set_words(ticks)
        self._axes["time"].set_words(times)
        self._axes["share"].set_words(shares)
        for lattice, ys, (bottom, height) in zip(
            self._lattices,
            ([t[0] for t in times], [t[0] for t in shares]),
            (self._y_ends, self._saved_ends),
            strict=True,
        ):
            lattice.set_lines(lines, ys, QRectF(QPointF(low, bottom), QPointF(high, height)))

    def _set_curves(self, model: ChartModel) -> None:
        x, dense = self._places(model.x), self._places(model.exact.x)
        exact = {"device": model.exact.device_only, "es": model.exact.es_only, "NFL": model.exact.nfl}
        for name, times in exact.items():
            self._curves[name].setData(dense, np.log10(times))
        # Gaps are gaps where a point has no plan; what is still to come is bridged.
        there = ~model.pending
        for name in ("MW", "BF"):
            values, times = model.curve(name)
            self._curves[name].setData(self._places(values), np.log10(times))
            self._saved[name].setData(x[there], model.saved(name)[there])

    def _places(self, x: Any) -> Any:
        """Return where values are on the axis."""
        assert self._model is not None
        values = np.asarray(x, float)
        return np.log10(values) if self._model.spec.log else values

    def _value_at(self, place: float) -> float:
        assert self._model is not None
        value = 10.0**place if self._model.spec.log else place
        low, high = float(self._model.x[0]), float(self._model.x[-1])
        return min(high, max(low, round(value) if self._model.axis.counts else float(f"{value:.3g}")))

    def _place_mark(self) -> None:
        model, value = self._model, self._mark
        if model is None or value is None or not model.x[0] <= value <= model.x[-1]:
            self._own.hide()
            return
        ends = self._places(model.x)[[0, -1]]
        self._own.place(
            float(self._places([value])[0]), (float(ends[0]), float(ends[1])), self._y_ends[1], self._dots_at
        )

    # Hands

    @Slot(object)
    def _on_moved(self, place: QPointF) -> None:
        found = self._x_at(place)
        if found is None or self._model is None or self._own.line.moving:
            self._set_sight(None)
            return
        self._set_sight(self._model.nearest(self._value_at(found)))

    @Slot(object)
    def _on_clicked(self, event: Any) -> None:
        found = self._x_at(event.scenePos())
        if found is not None and self._model is not None and event.button() == Qt.MouseButton.LeftButton:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self.value_chosen.emit(self._value_at(found), 0)

    @Slot()
    def _on_dragged(self) -> None:
        self._set_sight(None)
        self.value_chosen.emit(self._value_at(float(self._own.line.value())), self._gesture)

    @Slot()
    def _on_dropped(self) -> None:
        self._gesture = next(_gestures)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from point to point; Enter takes the value."""
        key, model = Qt.Key(event.key()), self._model
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(key)
        if model is None or (step is None and self._cursor is None):
            super().keyPressEvent(event)
        elif step is not None:
            start = self._cursor
            if start is None:
                start = (
                    model.nearest(self._mark) - step
                    if self._mark is not None
                    else (-step if step > 0 else len(model.x))
                )
            self._set_sight(min(len(model.x) - 1, max(0, start + step)))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._cursor is not None:
            self.value_chosen.emit(self._value_at(float(self._places(model.x)[self._cursor])), 0)
        elif key == Qt.Key.Key_Escape:
            self._set_sight(None)
        else:
            super().keyPressEvent(event)

    def leaveEvent(self, event: Any) -> None:
        """Forget the point under the pointer."""
        self._set_sight(None)
        super().leaveEvent(event)

    @property
    def sight(self) -> int | None:
        """The point that is read."""
        return self._cursor

    def scene_x(self, value: float) -> QPoint:
        """Return the pixel of a value, in the middle of the upper chart."""
        box = self.times.getViewBox()
        middle = sum(self._y_ends) / 2
        inside = box.mapViewToScene(QPointF(float(self._places([value])[0]), middle))
        found: QPoint = self._plots.mapFromScene(inside)
        return found

    @property
    def plots(self) -> Any:
        """The widget that takes the mouse."""
        return self._plots

    def _x_at(self, scene: QPointF) -> float | None:
        for plot in (self.times, self.savings):
            box = plot.getViewBox()
            if box.sceneBoundingRect().contains(scene):
                return float(box.mapSceneToView(scene).x())
        return None

    def _set_sight(self, point: int | None) -> None:
        if point == self._cursor:
            return
        self._cursor = point
        for sight in self._sights:
            sight.setVisible(point is not None)
        if point is None or self._model is None:
            QToolTip.hideText()
            return
        place = float(self._places(self._model.x)[point])
        for sight in self._sights:
            sight.setValue(place)
        box = self.times.getViewBox()
        corner = box.mapViewToScene(QPointF(place, self._y_ends[1]))
        at = self._plots.viewport().mapToGlobal(self._plots.mapFromScene(corner)) + QPoint(10, 10)
        heading, lines = self._model.tip(point)
        QToolTip.showText(at, _tip_html(heading, lines), self)
        self.setAccessibleDescription(
            f"{heading}: " + "; ".join(" ".join(filter(None, line)) for line in lines)
        )


def curve_pen(name: str, tokens: Tokens) -> QPen:
    """Return the pen of a curve: of a method, or "device" or "es"."""
    key = {"device": "deviceOnly", "es": "esOnly"}.get(name, name)
    pen = QPen(QColor(tokens.method_color(key)), _THICK if name == "BF" else _THIN)
    pen.setCosmetic(True)
    if name == "device":
        pen.setStyle(Qt.PenStyle.DashLine)
    elif name == "es":
        pen.setStyle(Qt.PenStyle.DotLine)
    return pen


def _log_ends(model: ChartModel) -> tuple[float, float]:
    """Return the logarithms of the times between which a chart runs, with some air."""
    low, high = model.times_shown
    return float(np.log10(low)) - 0.06, float(np.log10(high)) + 0.16


def _tip_html(heading: str, lines: tuple[tuple[str, str, str], ...]) -> str:
    rows = "".join(
        f"<tr><td>{html.escape(name)}&nbsp;&nbsp;</td><td><b>{html.escape(value)}</b>&nbsp;&nbsp;</td>"
        f"<td>{html.escape(remark)}</td></tr>"
        for name, value, remark in lines
    )
    return f"<b>{html.escape(heading)}</b><table>{rows}</table>"
