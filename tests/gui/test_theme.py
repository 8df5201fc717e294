"""Tokens, contrast, fonts, icons, and the manager that follows the system."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFontInfo, QGuiApplication, QImage, QPainter, QPalette
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QStyle, QWidget
from pytestqt.qtbot import QtBot

from flgui.theme.fonts import font, load_fonts
from flgui.theme.icons import icon, pixmap
from flgui.theme.manager import ThemeManager
from flgui.theme.stripes import paint_stripe
from flgui.theme.style import style_sheet
from flgui.theme.tokens import THEME_NAMES, Tokens, contrast, mix
from planner_core.resources import resource

BOTH = pytest.mark.parametrize("name", THEME_NAMES)


def flat(node: object, path: str = "") -> dict[str, str]:
    if isinstance(node, dict):
        return {k: v for key, part in node.items() for k, v in flat(part, f"{path}.{key}".strip(".")).items()}
    if isinstance(node, list):
        return {k: v for i, part in enumerate(node) for k, v in flat(part, f"{path}.{i}").items()}
    return {path: str(node)}


def test_both_themes_have_the_same_keys() -> None:
    assert flat(Tokens.load("light").theme).keys() == flat(Tokens.load("dark").theme).keys()


@BOTH
def test_every_text_can_be_read_on_every_surface(name: str) -> None:
    tokens = Tokens.load(name)  # type: ignore[arg-type]
    for surface in ("panel", "raised", "sunken", "hover"):
        for text in ("primary", "secondary", "tertiary"):
            assert contrast(tokens.color(f"text.{text}"), tokens.color(f"surface.{surface}")) >= 4.5
    for status in ("success", "warning", "error", "info"):
        ground = tokens.color(f"status.{status}Subtle")
        assert contrast(tokens.color(f"status.{status}"), ground) >= 4.5
        assert contrast(tokens.color("text.primary"), ground) >= 4.5
    assert contrast(tokens.color("accent.text"), tokens.color("accent.subtle")) >= 4.5
    assert contrast(tokens.color("text.onTooltip"), tokens.color("surface.tooltip")) >= 4.5


@BOTH
def test_text_on_coloured_grounds_can_be_read(name: str) -> None:
    color = Tokens.load(name).color  # type: ignore[arg-type]
    for text in (
        "primary",
        "secondary",
        "tertiary",
    ):  # selected rows, the tiles of a score, popups, the window itself
        for surface in ("accent.subtle", "surface.overlay", "surface.window"):
            assert contrast(color(f"text.{text}"), color(surface)) >= 4.5, (text, surface)
    for text in ("primary", "secondary"):  # segments that are off
        assert contrast(color(f"text.{text}"), color("surface.pressed")) >= 4.5, text
    for ground in ("base", "hover"):  # primary buttons
        assert contrast(color("accent.onBase"), color(f"accent.{ground}")) >= 4.5, ground
    for surface in ("panel", "raised", "sunken", "hover"):
        assert contrast(color("accent.text"), color(f"surface.{surface}")) >= 4.5, surface
        for status in ("success", "warning", "error"):
            assert contrast(color(f"status.{status}"), color(f"surface.{surface}")) >= 4.5, (status, surface)
    assert contrast(color("text.onTooltipMuted"), color("surface.tooltip")) >= 4.5


@BOTH
def test_what_is_no_text_stands_out_three_to_one(name: str) -> None:
    """WCAG 1.4.11: lines, bars, stripes, borders of fields, handles, rings and icons.

    Pale stripes have an edge: darker ones could no longer be told apart by people who see fewer colours.
    """
    tokens = Tokens.load(name)  # type: ignore[arg-type]
    color = tokens.color
    for method in ("NFL", "MW", "BF", "Manual", "esOnly", "deviceOnly"):
        for surface in ("panel", "raised"):  # curves of charts, and those over sliders
            assert contrast(tokens.method_color(method), color(f"surface.{surface}")) >= 3, (method, surface)
    for token in ("resource.device", "resource.link", "resource.es", "data.cursor", "data.selection"):
        for surface in ("panel", "sunken"):
            assert contrast(color(token), color(f"surface.{surface}")) >= 3, (token, surface)
    for token in ("accent.base", "accent.focus", "accent.hover", "border.strong"):
        for surface in ("panel", "raised"):
            assert contrast(color(token), color(f"surface.{surface}")) >= 3, (token, surface)
    for family, fill in tokens.theme["operator"].items():
        for surface in ("panel", "raised", "sunken", "hover"):
            edge = tokens.stripe_edge(fill) or fill
            assert contrast(edge, color(f"surface.{surface}")) >= 3, (family, surface)
    for kind in ("QLineEdit, QAbstractSpinBox", "QComboBox", "#autoToggle"):
        border = re.search(rf"^{kind} {{[^}}]*border: 1px solid (#\w+)", style_sheet(tokens), re.MULTILINE)
        assert border is not None, kind
        for surface in ("panel", "raised"):
            assert contrast(border[1], color(f"surface.{surface}")) >= 3, (kind, surface)
    for fill in (*tokens.colors("path"), color("data.tail"), color("data.whole")):
        edge = tokens.bar_edge(fill) or fill
        assert contrast(edge, color("surface.panel")) >= 3, fill
    for cell in tokens.colors("heat"):  # rings of the landscape, numbers of the overlap
        assert contrast(tokens.label_color(cell), cell) >= 4.5, cell


@BOTH
def test_a_pale_stripe_is_painted_with_its_edge_and_a_strong_one_without(name: str) -> None:
    tokens = Tokens.load(name)  # type: ignore[arg-type]
    edged = {family for family, fill in tokens.theme["operator"].items() if tokens.stripe_edge(fill)}
    assert (
        edged
        == {
            "light": {"pool", "merge", "norm", "reshape"},
            "dark": {"fc", "reshape", "custom"},
        }[name]
    )
    for family, fill in tokens.theme["operator"].items():
        image = QImage(8, 6, QImage.Format.Format_RGB32)
        image.fill(QColor(tokens.color("surface.panel")))
        painter = QPainter(image)
        paint_stripe(painter, QRect(1, 0, 4, 6), tokens, family)
        painter.end()
        colors = [image.pixelColor(x, 3).name().upper() for x in range(6)]
        ground, edge = tokens.color("surface.panel"), tokens.stripe_edge(fill) or fill
        assert colors == [ground, fill, fill, fill, edge, ground]


@BOTH
def test_arrows_of_qts_own_file_dialog_are_seen(qtbot: QtBot, name: str) -> None:
    ThemeManager(name).apply()  # type: ignore[arg-type]
    ground = Tokens.load(name).color("surface.window")  # type: ignore[arg-type]
    for which in ("SP_ArrowBack", "SP_ArrowForward", "SP_FileDialogToParent"):
        made = QApplication.style().standardIcon(getattr(QStyle.StandardPixmap, which))
        image = made.pixmap(16, 16).toImage()
        points = [image.pixelColor(x, y) for x in range(16) for y in range(16)]
        full = [p.name() for p in points if p.alpha() > 200]
        assert full, which
        assert all(contrast(color, ground) >= 4.5 for color in full), which


@BOTH
def test_bar_labels_can_be_read_on_every_fill(name: str) -> None:
    tokens = Tokens.load(name)  # type: ignore[arg-type]
    for fill in (*tokens.colors("path"), tokens.color("data.tail"), tokens.color("data.whole")):
        assert contrast(tokens.label_color(fill), fill) >= 4.5


def test_colours_of_paths_follow_the_rule() -> None:
    tokens = Tokens.load("light")
    palette = tokens.colors("path")
    assert tokens.path_color(0, 1, 1) == tokens.color("data.whole")
    assert [tokens.path_color(p, 3, 4) for p in range(12)] == list(palette)
    assert not any(tokens.path_hatched(p, 3, 4) for p in range(12))
    # 6 x 6: row 4, column 3 has the key 15
    assert tokens.path_color(27, 6, 6) == palette[3]
    assert tokens.path_hatched(27, 6, 6)
    for p in range(36):
        for q in range(p):
            near = max(abs(p // 6 - q // 6), abs(p % 6 - q % 6)) < 3
            same = tokens.path_color(p, 6, 6) == tokens.path_color(q, 6, 6)
            assert not (near and same)


def test_a_wrong_token_is_named() -> None:
    with pytest.raises(KeyError, match=re.escape("data.nothing")):
        Tokens.load("light").color("data.nothing")
    with pytest.raises(KeyError):
        Tokens.load("light").size("row")


def test_mixes_are_opaque_and_exact_at_their_ends() -> None:
    assert mix("#000000", "#FFFFFF", 0.0) == "#000000"
    assert mix("#000000", "#FFFFFF", 1.0) == "#FFFFFF"
    assert mix("#000000", "#FFFFFF", 0.5) == "#808080"


@BOTH
def test_the_style_sheet_is_filled_and_holds_no_colour_of_its_own(name: str) -> None:
    template = resource("themes/window.qss").read_text(encoding="utf-8")
    assert not re.search(r":\s*#[0-9A-Fa-f]{3,8}\b", template)
    filled = style_sheet(Tokens.load(name))  # type: ignore[arg-type]
    assert "@" not in filled


def test_the_fonts_come_from_their_packages(qapp: QApplication) -> None:
    assert load_fonts() == ("Inter", "JetBrains Mono")
    assert QFontInfo(font(13)).family() == "Inter"
    assert QFontInfo(font(11, mono=True)).family() == "JetBrains Mono"
    assert font(26, 600).pixelSize() == 26


def test_every_icon_can_be_tinted(qapp: QApplication) -> None:
    for file in sorted(resource("icons").glob("*.svg")):
        image = pixmap(file.stem, "#FF0000", 16, 2.0).toImage()
        assert (image.width(), image.height()) == (32, 32)
        pixels = [image.pixelColor(x, y) for x in range(32) for y in range(32)]
        colors = {pixel.name() for pixel in pixels if pixel.alpha() == 255}
        assert colors == {"#ff0000"}, file.name
    assert not icon("undo", "#000000", 16, "#999999").isNull()


def test_the_manager_pins_a_theme_and_says_so(qtbot: QtBot) -> None:
    manager = ThemeManager("light")
    with qtbot.waitSignal(manager.changed) as caught:
        manager.set_choice("dark")
    assert caught.args == [Tokens.load("dark")]
    with qtbot.assertNotEmitted(manager.changed):
        manager.set_choice("dark")
    window = QApplication.palette().color(QApplication.palette().ColorRole.Window)
    assert window == QColor(Tokens.load("dark").color("surface.window"))


def test_the_manager_follows_the_system(qtbot: QtBot) -> None:
    hints = QGuiApplication.styleHints()
    manager = ThemeManager("system")
    before = manager.tokens.name
    other = Qt.ColorScheme.Light if before == "dark" else Qt.ColorScheme.Dark
    try:
        hints.setColorScheme(other)
        QApplication.processEvents()
        seen = hints.colorScheme()
        assert manager.tokens.name == ("dark" if seen == Qt.ColorScheme.Dark else "light")
    finally:
        hints.unsetColorScheme()
        QApplication.processEvents()


def test_a_pinned_theme_does_not_follow_the_system(qtbot: QtBot) -> None:
    hints = QGuiApplication.styleHints()
    manager = ThemeManager("light")
    try:
        with qtbot.assertNotEmitted(manager.changed):
            hints.setColorScheme(Qt.ColorScheme.Dark)
            QApplication.processEvents()
    finally:
        hints.unsetColorScheme()
        QApplication.processEvents()


def test_a_themed_application_paints_with_inter(qtbot: QtBot) -> None:
    ThemeManager("light").apply()
    label = QLabel("27.52 ms")
    qtbot.addWidget(label)
    label.ensurePolished()
    assert QFontInfo(label.font()).family() == "Inter"
    assert label.font().pixelSize() == 13


def test_tool_tips_come_as_soon_as_the_design_says(qapp: QApplication) -> None:
    for choice in ("light", "dark"):
        ThemeManager(choice).apply()
        hint = qapp.style().styleHint(QStyle.StyleHint.SH_ToolTip_WakeUpDelay)
        assert hint == Tokens.load(choice).px("motion.tooltipDelay_ms") == 350


def test_a_window_wears_the_sheet_of_the_theme_and_the_application_none(
    qtbot: QtBot, qapp: QApplication
) -> None:
    manager = ThemeManager("light")
    manager.apply()
    window = QWidget()
    qtbot.addWidget(window)
    manager.dress(window)
    assert window.styleSheet() == style_sheet(Tokens.load("light"))
    for name in THEME_NAMES[::-1]:
        manager.set_choice(name)
        assert window.styleSheet() == style_sheet(Tokens.load(name))
        assert not qapp.styleSheet(), "Qt goes over all widgets twice when that changes"
        dialog = QDialog(window)
        dialog.ensurePolished()
        ground = dialog.grab().toImage().pixelColor(5, 5).name().upper()
        assert ground == Tokens.load(name).color("surface.panel"), "what belongs to the window wears it too"


@pytest.mark.parametrize("turn", [1, 2])
def test_no_theme_outlives_the_test_that_puts_it_on(qapp: QApplication, turn: int) -> None:
    window = QColor(Tokens.load("dark").color("surface.window"))
    assert qapp.palette().color(QPalette.ColorRole.Window) != window, f"turn {turn} sees what another put on"
    assert not qapp.styleSheet()
    ThemeManager("dark").apply()
    assert qapp.palette().color(QPalette.ColorRole.Window) == window
