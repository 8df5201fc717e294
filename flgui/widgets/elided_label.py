"""ElidedLabel: a line that takes the longest of several wordings that fits."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget

__all__ = ["ElidedLabel"]


class ElidedLabel(QLabel):
    """Shows the first wording that fits, else the last one shortened in its middle; all of it as tooltip."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wordings: tuple[str, ...] = ("",)

    def set_wordings(self, wordings: Sequence[str]) -> None:
        """Set the wordings, the longest first."""
        self._wordings = tuple(wordings) or ("",)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        """Return the size of a few letters."""
        return QSize(24, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose again."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        metrics = QFontMetrics(self.font())
        room = self.width() - 1
        fitting = (text for text in self._wordings if metrics.horizontalAdvance(text) <= room)
        last = self._wordings[-1]
        shown = next(fitting, None) or metrics.elidedText(last, Qt.TextElideMode.ElideMiddle, room)
        self.setText(shown)
        self.setToolTip(self._wordings[0] if shown != self._wordings[0] else "")
