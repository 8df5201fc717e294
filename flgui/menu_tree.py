"""The menus of the window, by the table of `flgui.actions`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from flgui.actions import MENUS, SEPARATOR, Entry
from flgui.panels.top_bar import TopBar

__all__ = ["build_menus"]


def build_menus(top_bar: TopBar, actions: Mapping[str, QAction]) -> dict[str, QMenu]:
    """Build the menus of the table; returns the ones that are filled later, by name."""
    filled_later: dict[str, QMenu] = {}
    titles = {
        "@bundled": "Open &bundled",
        "@recent": "&Recent files",
        "@networks": "&Bundled networks",
        "@bits": "Bits per &element",
        "@workers": "&Workers",
        "@cap": "&Largest P of the search",
    }
    for title, keys in MENUS:
        menu = top_bar.menus.addMenu(title)
        _fill(menu, keys, titles, filled_later, actions)
        if title == "E&xport":
            filled_later["export"] = menu
    top_bar.add_action(actions["undo"], "undo")
    top_bar.add_action(actions["redo"], "redo")
    top_bar.add_action(actions["pin"], "pin")
    top_bar.add_menu(filled_later["export"], "export", "Export")
    return filled_later


def _fill(
    menu: QMenu,
    entries: Sequence[Entry],
    titles: Mapping[str, str],
    later: dict[str, QMenu],
    actions: Mapping[str, QAction],
) -> None:
    for entry in entries:
        if isinstance(entry, tuple):
            _fill(menu.addMenu(entry[0]), entry[1], titles, later, actions)
        elif entry == SEPARATOR:
            menu.addSeparator()
        elif entry.startswith("@"):
            later[entry[1:]] = menu.addMenu(titles[entry])
        else:
            menu.addAction(actions[entry])
