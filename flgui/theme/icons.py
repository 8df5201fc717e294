"""Icons: the design's SVG files, tinted when they are drawn."""

from __future__ import annotations

from functools import cache, lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from planner_core.resources import resource

__all__ = ["icon", "pixmap"]

_STROKE = "#000000"
_RATIOS = (1.0, 2.0)


@lru_cache(maxsize=512)
def pixmap(name: str, color: str, size: int = 16, dpr: float = 1.0) -> QPixmap:
    """Return resources/icons/<name>.svg in `color` ("#RRGGBB"), `size` logical pixels square."""
    renderer = _renderer(name, color)
    made = QPixmap(round(size * dpr), round(size * dpr))
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    renderer.render(painter, QRectF(0, 0, made.width(), made.height()))
    painter.end()
    made.setDevicePixelRatio(dpr)
    return made


@lru_cache(maxsize=512)
def icon(name: str, color: str, size: int = 16, disabled: str | None = None) -> QIcon:
    """Return the tinted icon for buttons and menus; `disabled` is its colour when it cannot be used."""
    made = QIcon()
    for ratio in _RATIOS:
        made.addPixmap(pixmap(name, color, size, ratio))
        if disabled is not None:
            made.addPixmap(pixmap(name, disabled, size, ratio), QIcon.Mode.Disabled)
    return made


def _renderer(name: str, color: str) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(_drawing(name).replace(_STROKE, color).encode()))


@cache
def _drawing(name: str) -> str:
    return resource(f"icons/{name}.svg").read_text(encoding="utf-8")
