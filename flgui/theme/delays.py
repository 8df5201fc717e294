"""QuickTips: Qt's Fusion style, with tool tips that come as soon as the design says."""

from __future__ import annotations

from PySide6.QtWidgets import QProxyStyle, QStyle, QStyleHintReturn, QStyleOption, QWidget

__all__ = ["QuickTips"]


class QuickTips(QProxyStyle):
    """Fusion; only the time for which the pointer has to rest is another one.

    Parameters
    ----------
    delay_ms : int
    """

    def __init__(self, delay_ms: int) -> None:
        super().__init__("Fusion")
        self._delay_ms = delay_ms

    def styleHint(
        self,
        hint: QStyle.StyleHint,
        option: QStyleOption | None = None,
        widget: QWidget | None = None,
        returnData: QStyleHintReturn | None = None,
    ) -> int:
        """Answer for the tool tip; the rest is Fusion's."""
        if hint == QStyle.StyleHint.SH_ToolTip_WakeUpDelay:
            return self._delay_ms
        return super().styleHint(hint, option, widget, returnData)
