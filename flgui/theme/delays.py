"""QuickTips: Qt's Fusion style, with tool tips that come as soon as the design says, and arrows in the theme's ink."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication, QIcon, QPalette
from PySide6.QtWidgets import QProxyStyle, QStyle, QStyleHintReturn, QStyleOption, QWidget

from flgui.theme.icons import icon

__all__ = ["QuickTips"]

_ARROWS = {
    QStyle.StandardPixmap.SP_ArrowBack: "chevl",
    QStyle.StandardPixmap.SP_ArrowForward: "chevr",
    QStyle.StandardPixmap.SP_FileDialogToParent: "chevu",
}
"""Fusion's own are black, whatever the palette: in Qt's file dialog they are not seen on a dark ground."""


class QuickTips(QProxyStyle):
    """Fusion; only the time for which the pointer has to rest is another one, and the arrows of dialogs.

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

    def standardIcon(
        self,
        standardIcon: QStyle.StandardPixmap,
        option: QStyleOption | None = None,
        widget: QWidget | None = None,
    ) -> QIcon:
        """Return arrows in the colour of text; the rest is Fusion's."""
        name = _ARROWS.get(standardIcon)
        if name is None:
            return super().standardIcon(standardIcon, option, widget)
        ink, off = QPalette.ColorGroup.Active, QPalette.ColorGroup.Disabled
        palette, text = QGuiApplication.palette(), QPalette.ColorRole.WindowText
        return icon(name, palette.color(ink, text).name(), 16, palette.color(off, text).name())
