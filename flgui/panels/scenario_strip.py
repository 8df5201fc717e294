"""ScenarioStrip: device, link, edge server, fused layers and tiles, in the order in which data flow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QMenu, QWidget

from flgui.panels.groups import OVERHANG, Group, RateGroup, TilingGroup
from flgui.theme.devices import device_ratio
from flgui.theme.fonts import font
from flgui.theme.icons import pixmap
from flgui.theme.tokens import Tokens
from flgui.viewmodel.presets import device_presets, link_presets, measured_on
from flgui.widgets.elided_label import ElidedLabel
from flgui.widgets.parsing import (
    grid_text,
    number_text,
    parse_count,
    parse_grid,
    parse_nonnegative,
    parse_workers,
    step_count,
    step_number,
    step_workers,
    workers_text,
)
from flgui.widgets.scales import StopScale
from flgui.widgets.unit_field import UnitField
from planner_core.system import WORKER_PRESETS, System

__all__ = ["ScenarioStrip", "TilingShown"]

_INSET = 16
_RULE_GAP = 24
_COUNTS = (1, 2, 4, 8)


@dataclass(frozen=True, slots=True)
class TilingShown:
    """What the strip shows of tau, P and the grid; None where the search has not said yet.

    `layer` is the name of layer tau, `layers` their number, `stops` the feasible P of the slider.
    """

    tau: int | None
    tau_auto: bool
    layer: str
    layers: int
    paths: int | None
    paths_auto: bool
    stops: Sequence[int]
    grid: tuple[int, int] | None


class ScenarioStrip(QWidget):
    """The whole scenario in one row; says by `edited` what the user wants changed."""

    edited = Signal(str, object, int)
    """Field of the scenario (`flgui.state.edits` names them), value in SI units, gesture (0: none)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = Tokens.load("light")
        self._system = System()
        self.device = RateGroup("chip", "Device", "device_flops", "GFLOPS", 1e9, 1, 1000, self)
        self.link = RateGroup("link", "Link", "rate_bps", "Mbit/s", 1e6, 0.1, 1000, self)
        self.server = RateGroup("server", "Edge server", "es_flops", "GFLOPS", 1e9, 10, 10000, self)
        self.fused = TilingGroup(
            "layers", "Fused layers", "τ", "tau", "layers", parse_count, step_count, self
        )
        self.tiles = TilingGroup("fit", "Tiles", "P", "paths", "tiles", parse_count, step_count, self)
        self._add_second_fields()
        self.groups: tuple[Group, ...] = (self.device, self.link, self.server, self.fused, self.tiles)
        for group in self.groups:
            group.edited.connect(self.edited)
        self.setFixedHeight(self._tokens.px("size.scenarioStrip"))

    def _add_second_fields(self) -> None:
        self.device_workers = UnitField("Device workers", "worker", parse_workers, step_workers, self)
        self.es_workers = UnitField("Edge server workers", "workers", parse_workers, step_workers, self)
        self.overhead = UnitField(
            "Transfer overhead, ms", "ms overhead|ms", parse_nonnegative, step_number, self
        )
        self.grid = UnitField("Grid, rows x columns", "grid", parse_grid, None, self)
        self.up_to = ElidedLabel(self)
        self.up_to.setObjectName("upTo")
        self.up_to.setFont(font(self._tokens.size("type.label.px")))
        self.device.add_field(self.device_workers)
        self.link.add_field(self.overhead)
        self.server.add_field(self.es_workers)
        self.up_to.setParent(self.fused)
        self.fused.fields.append(self.up_to)
        self.grid.setParent(self.tiles)
        self.tiles.fields.append(self.grid)
        self.tiles.field_width = 88
        self.device_workers.edited.connect(self._on_device_workers)
        self.es_workers.edited.connect(self._on_es_workers)
        self.overhead.edited.connect(self._on_overhead)
        self.grid.edited.connect(self._on_grid)
        self._device_menu = self._worker_menu(self.device_workers, "device_workers")
        self._es_menu = self._worker_menu(self.es_workers, "es_workers")

    def _worker_menu(self, field: UnitField, name: str) -> QMenu:
        """Return the menu of a worker field: the three presets, then counts."""
        menu = QMenu(self)
        for preset in WORKER_PRESETS:
            menu.addAction(preset.name).setData(("workers", (preset.device_workers, preset.es_workers)))
        menu.addSeparator()
        for number in (*_COUNTS, None):
            menu.addAction(f"{workers_text(number)} {_workers(number)}").setData((name, number))
        menu.triggered.connect(self._on_worker_menu)
        field.set_menu(menu)
        field.setToolTip("Click the unit for the worker presets")
        return menu

    def set_theme(self, tokens: Tokens) -> None:
        """Hand the tokens to every group."""
        self._tokens = tokens
        for group in self.groups:
            group.set_theme(tokens)
        self.update()

    def set_network(self, name: str) -> None:
        """Offer the device speeds that were measured on this network, or on the one that stands for it."""
        note = f"Effective GFLOPS on {measured_on(name)}, batch 1 (ncnn benchmark)"
        self.device.set_presets(device_presets(name, "device"), note)
        self.server.set_presets(device_presets(name, "es"), note)
        self.link.set_presets(link_presets(), "Uplinks, from the sources in the tooltips")

    def set_system(self, system: System) -> None:
        """Show speeds, rate, overhead and workers."""
        self._system = system
        self.device.set_value(system.device_flops)
        self.link.set_value(system.rate_bps)
        self.server.set_value(system.es_flops)
        for field, number in (
            (self.device_workers, system.device_workers),
            (self.es_workers, system.es_workers),
        ):
            field.set_unit(_workers(number))
            field.set_value(number, workers_text(number))
        overhead_ms = system.transfer_overhead_s * 1e3
        self.overhead.set_value(overhead_ms, number_text(overhead_ms))

    def set_tiling(self, shown: TilingShown) -> None:
        """Show tau, P and the grid, with the stops that are feasible."""
        self.fused.slider.set_scale(StopScale.of(range(1, shown.layers + 1)))
        self.fused.set_value(shown.tau, shown.tau_auto, "layer" if shown.tau == 1 else "layers")
        self.up_to.set_wordings(_up_to(shown.layer))
        self.tiles.slider.set_scale(StopScale.of(shown.stops))
        self.tiles.set_value(shown.paths, shown.paths_auto, "tile" if shown.paths == 1 else "tiles")
        self.grid.set_value(shown.grid, grid_text(*shown.grid) if shown.grid else "\u2013")

    def show_refusal(self, name: str, reason: str) -> None:
        """Mark the field of `name` with the reason why its value was refused."""
        fields = {
            "device_flops": self.device.field,
            "rate_bps": self.link.field,
            "es_flops": self.server.field,
            "transfer_overhead_s": self.overhead,
            "device_workers": self.device_workers,
            "es_workers": self.es_workers,
            "tau": self.fused.field,
            "paths": self.tiles.field,
            "grid": self.grid,
        }
        if name in fields:
            fields[name].set_reason(reason)

    def sizeHint(self) -> QSize:
        """Return the size at 1440 pixels."""
        return QSize(1440, self._tokens.px("size.scenarioStrip"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width: three equal groups, then the fused layers, and the tiles take the rest."""
        rooms = _rooms(self.width())
        x = float(_INSET)
        for group, (width, gap) in zip(self.groups, rooms, strict=True):
            group.setGeometry(round(x) - OVERHANG, 0, round(width) + OVERHANG, self.height())
            x += width + gap

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground, the rule, and the arrows of the data flow."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._tokens.color("surface.raised")))
        line = QColor(self._tokens.color("border.default"))
        painter.fillRect(0, self.height() - 1, self.width(), 1, line)
        middle = (self.server.geometry().right() + self.fused.geometry().left() + OVERHANG) // 2
        painter.fillRect(middle, 12, 1, self.height() - 24, line)
        arrow = pixmap("chevr", self._tokens.color("text.tertiary"), 14, device_ratio(painter))
        for left, right in ((self.device, self.link), (self.link, self.server)):
            x = (left.geometry().right() + right.geometry().left() + OVERHANG) // 2 - 7
            painter.drawPixmap(x, 11, arrow)
        painter.end()

    @Slot(object, int)
    def _on_device_workers(self, value: Any, gesture: int) -> None:
        self.edited.emit("device_workers", value, gesture)

    @Slot(object, int)
    def _on_es_workers(self, value: Any, gesture: int) -> None:
        self.edited.emit("es_workers", value, gesture)

    @Slot(object, int)
    def _on_overhead(self, value: float, gesture: int) -> None:
        self.edited.emit("transfer_overhead_s", value / 1e3, gesture)

    @Slot(object, int)
    def _on_grid(self, value: Any, gesture: int) -> None:
        self.edited.emit("grid", value, gesture)

    @Slot(object)
    def _on_worker_menu(self, action: Any) -> None:
        name, value = action.data()
        self.edited.emit(name, value, 0)


def _workers(number: int | None) -> str:
    return "worker" if number == 1 else "workers"


def _rooms(width: int) -> list[tuple[float, float]]:
    """Return (width, gap behind it) of each group; the numbers are those of 1440 pixels."""
    share = max(0.6, min(1.28, (width - 168) / (1440 - 168)))
    wide, fused = 250 * share, max(190.0, 226 * share)
    used = _INSET + 3 * wide + 2 * 32 + 2 * _RULE_GAP + fused + 30
    return [(wide, 32), (wide, 32), (wide, 2 * _RULE_GAP), (fused, 30), (width - _INSET - used, 0)]


def _up_to(layer: str) -> tuple[str, ...]:
    """Return wordings for the last fused layer, the longest first."""
    if not layer:
        return ("",)
    last = layer.rsplit("/", 1)[-1]
    return (f"up to {layer}", layer, f"…/{last}", last)
