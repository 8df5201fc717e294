"""ThemeManager: which theme is on, and the palette and style sheet that come with it."""

from __future__ import annotations

from typing import Literal, TypeAlias

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from flgui.theme.delays import QuickTips
from flgui.theme.fonts import load_fonts, text_font
from flgui.theme.style import style_sheet
from flgui.theme.tokens import ThemeName, Tokens

__all__ = ["ThemeChoice", "ThemeManager", "palette"]

ThemeChoice: TypeAlias = Literal["system", "light", "dark"]


class ThemeManager(QObject):
    """Follows the system's colour scheme, or keeps the light or the dark theme.

    Parameters
    ----------
    choice : "system", "light" or "dark"
    """

    changed = Signal(object)
    """The Tokens of the theme that was just put on."""

    def __init__(self, choice: ThemeChoice = "system", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._choice: ThemeChoice = choice
        self._window: QWidget | None = None
        self._tokens = Tokens.load(self._wanted())
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_system_changed)

    @property
    def tokens(self) -> Tokens:
        """Tokens of the theme that is on."""
        return self._tokens

    @property
    def choice(self) -> ThemeChoice:
        """What the user asked for."""
        return self._choice

    def set_choice(self, choice: ThemeChoice) -> None:
        """Follow the system or keep one theme; emits `changed` when the colours change."""
        self._choice = choice
        self._refresh()

    def apply(self) -> None:
        """Give the application the style, font and palette of the theme."""
        app = QApplication.instance()
        if not isinstance(app, QApplication):
            return
        load_fonts()
        app.setStyle(QuickTips(self._tokens.px("motion.tooltipDelay_ms")))
        app.setFont(text_font())
        app.setPalette(palette(self._tokens))

    def dress(self, window: QWidget) -> None:
        """Give a window, and all that belongs to it, the style sheet of whatever theme is on.

        To be called when its widgets are there: every new one is matched against the sheet again and again. To change a
        sheet of the application would take Qt two to four times as long.
        """
        self._window = window
        window.setStyleSheet(style_sheet(self._tokens))

    def _wanted(self) -> ThemeName:
        if self._choice != "system":
            return self._choice
        scheme = QGuiApplication.styleHints().colorScheme()
        return "dark" if scheme == Qt.ColorScheme.Dark else "light"

    @Slot()
    def _on_system_changed(self) -> None:
        self._refresh()

    def _refresh(self) -> None:
        tokens = Tokens.load(self._wanted())
        if tokens is not self._tokens:
            self._tokens = tokens
            self._recolour()
            self.changed.emit(tokens)

    def _recolour(self) -> None:
        """Change palette and style sheet; style and font are those of every theme."""
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.setPalette(palette(self._tokens))
        if self._window is not None:
            self.dress(self._window)


def palette(tokens: Tokens) -> QPalette:
    """Return the Qt palette of a theme, for whatever the style sheet does not reach."""
    role = QPalette.ColorRole
    made = QPalette()
    for which, path in (
        (role.Window, "surface.window"),
        (role.Base, "surface.panel"),
        (role.AlternateBase, "surface.sunken"),
        (role.Button, "surface.raised"),
        (role.ToolTipBase, "surface.tooltip"),
        (role.ToolTipText, "text.onTooltip"),
        (role.WindowText, "text.primary"),
        (role.Text, "text.primary"),
        (role.ButtonText, "text.primary"),
        (role.PlaceholderText, "text.tertiary"),
        (role.Highlight, "accent.base"),
        (role.HighlightedText, "accent.onBase"),
        (role.Link, "accent.text"),
        (role.Light, "border.subtle"),
        (role.Midlight, "border.subtle"),
        (role.Mid, "border.default"),
        (role.Dark, "border.strong"),
        (role.Shadow, "border.strong"),
    ):
        made.setColor(which, QColor(tokens.color(path)))
    off = QColor(tokens.color("text.disabled"))
    for which in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, which, off)
    return made
