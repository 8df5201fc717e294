"""Groups of the scenario strip: a label row over a slider and two fields."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QToolButton, QWidget

from flgui.text import count
from flgui.theme.devices import device_ratio
from flgui.theme.fonts import font
from flgui.theme.icons import icon, pixmap
from flgui.theme.tokens import Tokens
from flgui.viewmodel.presets import CUSTOM, Preset, name_of
from flgui.viewmodel.symbols import symbol_tip
from flgui.widgets.buttons import ListButton
from flgui.widgets.parsing import number_text, parse_positive, step_number
from flgui.widgets.scale_slider import ScaleSlider
from flgui.widgets.scales import LogScale
from flgui.widgets.unit_field import UnitField

__all__ = ["OVERHANG", "Group", "RateGroup", "TilingGroup"]

_HEADER_TOP, _HEADER = 6, 24
_AUTO_WIDTH = 64
_EXPLAINS = {"device_flops": "f_end", "rate_bps": "R", "es_flops": "f_es"}
_FIELD_TOP, _FIELD, _FIELD_GAP = 33, 28, 4
OVERHANG = 8
"""Pixels at the left of a group that only the slider's handle and labels reach into."""


class Group(QWidget):
    """Icon and name, a widget at the right of them, a slider, and fields beside the slider.

    Parameters
    ----------
    icon_name, title, symbol : str
        `symbol` is the paper's letter behind the name, or empty.
    explains : str
        Entry of SYMBOLS that the name's tooltip shows.
    """

    edited = Signal(str, object, int)
    """Field of the scenario, new value in SI units, gesture."""

    def __init__(
        self,
        icon_name: str,
        title: str,
        symbol: str = "",
        parent: QWidget | None = None,
        explains: str = "",
    ) -> None:
        super().__init__(parent)
        self.tokens = Tokens.load("light")
        self._icon_name = icon_name
        self._symbol = QLabel(symbol, self)
        self._symbol.setObjectName("groupSymbol")
        self._title = QLabel(title, self)
        self._title.setFont(font(self.tokens.size("type.body.px"), 600))
        self.slider = ScaleSlider(title, self)
        if explains:
            for label in (self._title, self._symbol):
                label.setToolTip(symbol_tip(explains))
        self.corner: QWidget | None = None
        self.fields: list[QWidget] = []
        self.field_width = 96

    def set_theme(self, tokens: Tokens) -> None:
        """Hand the tokens to every part."""
        self.tokens = tokens
        self.slider.set_theme(tokens)
        for part in [self.corner, *self.fields]:
            if isinstance(part, ListButton | UnitField):
                part.set_theme(tokens)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the icon."""
        painter = QPainter(self)
        mark = pixmap(self._icon_name, self.tokens.color("text.primary"), 16, device_ratio(painter))
        painter.drawPixmap(OVERHANG, _HEADER_TOP + 4, mark)
        painter.end()

    def sizeHint(self) -> QSize:
        """Return the size at 1440 pixels."""
        return QSize(250 + OVERHANG, self.tokens.px("size.scenarioStrip"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the parts; the corner gives way before the name does."""
        width = self.width()
        title_width = self._title.sizeHint().width()
        left = OVERHANG + 22
        self._title.setGeometry(left, _HEADER_TOP, title_width, _HEADER)
        symbol_width = self._symbol.sizeHint().width() if self._symbol.text() else 0
        fixed = self._fixed_corner()
        if width - left - title_width - symbol_width - 11 < fixed:
            symbol_width = 0  # the letter goes first: the name says the same
        self._symbol.setGeometry(left + title_width + 5, _HEADER_TOP, symbol_width, _HEADER)
        self._symbol.setVisible(symbol_width > 0)
        if self.corner is not None:
            room = width - left - title_width - symbol_width - 6
            corner_width = fixed or min(self.corner.sizeHint().width(), room)
            self.corner.setGeometry(width - corner_width, _HEADER_TOP, corner_width, _HEADER)
        slider_width = width - self.field_width - 10
        self.slider.setGeometry(0, _FIELD_TOP - 1, slider_width, 2 * _FIELD + _FIELD_GAP + 8)
        for row, field in enumerate(self.fields):
            top = _FIELD_TOP + row * (_FIELD + _FIELD_GAP)
            field.setGeometry(QRect(width - self.field_width, top, self.field_width, _FIELD))

    def _fixed_corner(self) -> int:
        """Width of a corner that cannot give way, else 0."""
        if self.corner is None or self.corner.minimumWidth() != self.corner.maximumWidth():
            return 0
        return self.corner.minimumWidth()


class RateGroup(Group):
    """A speed or a rate: presets, a log slider, a field with a unit.

    Parameters
    ----------
    name : str
        Field of System that the group sets.
    unit, factor : str, float
        Unit of the field and how many SI units it is.
    low, high : float
        Ends of the slider, in `unit`.
    """

    def __init__(
        self,
        icon_name: str,
        title: str,
        name: str,
        unit: str,
        factor: float,
        low: float,
        high: float,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(icon_name, title, "", parent, _EXPLAINS[name])
        self._name = name
        self._factor = factor
        self._scale = LogScale(low, high)
        self._presets: tuple[Preset, ...] = ()
        self._value = factor
        self.presets = ListButton(f"{title} presets", self)
        self.presets.menu().triggered.connect(self._on_preset)
        self.corner = self.presets
        self.field = UnitField(f"{title}, {unit}", unit, parse_positive, step_number, self)
        self.fields = [self.field]
        self.slider.set_scale(self._scale)
        self.slider.set_wording(partial(_with_unit, unit))
        self.slider.moved.connect(self._on_moved)
        self.field.edited.connect(self._on_typed)

    def add_field(self, field: UnitField) -> None:
        """Put a second field under the first."""
        field.setParent(self)
        self.fields.append(field)

    def set_presets(self, presets: Sequence[Preset], note: str) -> None:
        """Fill the list; `note` says in its last line where the values come from."""
        if tuple(presets) != self._presets:
            self._presets = tuple(presets)
            self._fill_menu(note)
        self._show_name()

    def set_value(self, value: float) -> None:
        """Show a value in SI units."""
        self._value = value
        shown = value / self._factor
        self.slider.set_scale(self._scale.covering(shown))
        self.slider.set_value(shown)
        self.field.set_value(shown, number_text(shown))
        self._show_name()

    def _fill_menu(self, note: str) -> None:
        menu = self.presets.menu()
        menu.clear()
        for index, preset in enumerate(self._presets):
            action = menu.addAction(
                f"{preset.name}\t{number_text(preset.value / self._factor)} {self._unit()}"
            )
            action.setData(index)
            action.setToolTip(preset.source)
        menu.addSeparator()
        menu.addAction(note).setEnabled(False)

    def _unit(self) -> str:
        return self.field.accessibleName().rpartition(", ")[2]

    def _show_name(self) -> None:
        label = name_of(self._presets, self._value) if self._presets else CUSTOM
        if label != self.presets.label:
            self.presets.set_label(label)
            self.resizeEvent(QResizeEvent(self.size(), self.size()))

    @Slot(object)
    def _on_preset(self, action: Any) -> None:
        if action.data() is not None:
            self.edited.emit(self._name, self._presets[action.data()].value, 0)

    @Slot(float, int)
    def _on_moved(self, value: float, gesture: int) -> None:
        self.edited.emit(self._name, value * self._factor, gesture)

    @Slot(object, int)
    def _on_typed(self, value: float, gesture: int) -> None:
        self.edited.emit(self._name, value * self._factor, gesture)


class TilingGroup(Group):
    """tau or P: a slider over feasible values, a field, and Auto."""

    def __init__(
        self,
        icon_name: str,
        title: str,
        symbol: str,
        name: str,
        unit: str,
        parse: Callable[[str], Any],
        step: Callable[[Any, int], Any],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(icon_name, title, symbol, parent, "P" if symbol == "P" else "tau")
        self._name = name
        self.auto = QToolButton(self)
        self.auto.setObjectName("autoToggle")
        self.auto.setCheckable(True)
        self.auto.setText("Auto")
        self.auto.setFont(font(self.tokens.size("type.label.px"), 500))
        self.auto.setFixedWidth(_AUTO_WIDTH)
        self.auto.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.auto.setAccessibleName(f"{title}: Auto")
        self.auto.setToolTip(f"Let the searches choose {symbol}")
        self.auto.clicked.connect(self._on_auto)
        self.auto.toggled.connect(self._tint)
        self.corner = self.auto
        self.field = UnitField(f"{title}, {unit}", unit, parse, step, self)
        self.fields = [self.field]
        self.slider.set_wording(partial(_counted, unit.removesuffix("s")))
        self.slider.moved.connect(self._on_moved)
        self.field.edited.connect(self._on_typed)
        self.field_width = 80

    def set_theme(self, tokens: Tokens) -> None:
        """Tint the toggle as well."""
        super().set_theme(tokens)
        self._tint()

    def set_value(self, value: int | None, auto: bool, unit: str) -> None:
        """Show the value and whether it follows the search; None while the search has not said yet."""
        self.slider.set_auto(auto)
        self.auto.setChecked(auto)
        self.field.set_unit(unit)
        self.field.set_value(value, "\u2013" if value is None else str(value))
        self.slider.set_value(self.slider.scale.value(0.0) if value is None else float(value))

    @Slot()
    def _tint(self) -> None:
        on = self.auto.isChecked()
        self.auto.setIcon(
            icon("auto", QColor(self.tokens.color("accent.text" if on else "text.secondary")).name())
        )

    @Slot()
    def _on_auto(self) -> None:
        self.edited.emit(self._name, None if self.auto.isChecked() else self.field.shown, 0)

    @Slot(float, int)
    def _on_moved(self, value: float, gesture: int) -> None:
        self.edited.emit(self._name, round(value), gesture)

    @Slot(object, int)
    def _on_typed(self, value: int, gesture: int) -> None:
        self.edited.emit(self._name, value, gesture)


def _with_unit(unit: str, value: float) -> str:
    return f"{number_text(value)} {unit}"


def _counted(noun: str, value: float) -> str:
    return count(round(value), noun)
