"""The table of actions: text, key and menu of everything that can be done without the mouse on a view."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup, QKeySequence

__all__ = [
    "ACTIONS",
    "DRAWING_EDITS",
    "MENUS",
    "ActionSpec",
    "Entry",
    "build_actions",
    "menu_keys",
    "placed_actions",
]


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One action; `group` names the exclusive choice that it belongs to, `also` a second key."""

    key: str
    text: str
    shortcut: str = ""
    checkable: bool = False
    group: str = ""
    also: str = ""


ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec("new_drawing", "&New network", "Ctrl+N"),
    ActionSpec("open_network", "&Open…", "Ctrl+O"),
    ActionSpec("open_plan", "Open &plan…", "Ctrl+Shift+O"),
    ActionSpec("save_work", "&Save work", "Ctrl+S"),
    ActionSpec("save_work_as", "Save work &as…", "Ctrl+Shift+S"),
    ActionSpec("save_plan", "Save pla&n…"),
    ActionSpec("save_network", "Save &network…"),
    ActionSpec("save_drawing", "Save &drawing"),
    ActionSpec("edit_copy", "&Edit a copy in Draw", "Ctrl+Shift+D"),
    ActionSpec("cut", "Cu&t", "Ctrl+X"),
    ActionSpec("copy", "&Copy", "Ctrl+C"),
    ActionSpec("paste", "&Paste", "Ctrl+V"),
    ActionSpec("duplicate", "D&uplicate", "Ctrl+D"),
    ActionSpec("remove", "&Delete", "Del"),
    ActionSpec("select_all", "Select &all", "Ctrl+A"),
    ActionSpec("tidy", "&Tidy layout", "Ctrl+L"),
    ActionSpec("quit", "&Quit", "Ctrl+Q"),
    ActionSpec("undo", "&Undo", "Ctrl+Z"),
    ActionSpec("redo", "&Redo", "Ctrl+Shift+Z"),
    ActionSpec("find", "&Find or run…", "Ctrl+K"),
    ActionSpec("find_layer", "Find a &layer…", "Ctrl+F"),
    ActionSpec("zoom_layer", "&Zoom to the selection", "Ctrl+9"),
    ActionSpec("theme_system", "Theme of the &system", checkable=True, group="theme"),
    ActionSpec("theme_light", "&Light theme", checkable=True, group="theme"),
    ActionSpec("theme_dark", "&Dark theme", checkable=True, group="theme"),
    ActionSpec("show_nfl", "Show &NFL in network and tiles", "1", True, "active"),
    ActionSpec("show_mw", "Show &MW in network and tiles", "2", True, "active"),
    ActionSpec("show_bf", "Show &BF in network and tiles", "3", True, "active"),
    ActionSpec("show_manual", "Show Ma&nual in network and tiles", "4", True, "active"),
    ActionSpec("present", "P&resent on the whole screen", "F5"),
    ActionSpec("fit", "&Fit schedules and network", "Ctrl+0"),
    ActionSpec("fold_tables", "&Tables under the schedules", "Ctrl+T", True),
    ActionSpec("tile_picture", "Picture under the &tiles…"),
    ActionSpec("play", "&Play or stop the time cursor"),
    ActionSpec("next_event", "&Next event of the shown plan"),
    ActionSpec("previous_event", "Pre&vious event of the shown plan"),
    ActionSpec("fold_activations", "&Fold activations into their layer", checkable=True),
    ActionSpec("verify", "&Verify the tiles…"),
    ActionSpec("bits_other", "&Other…"),
    ActionSpec("cap_other", "&Other…"),
    ActionSpec("auto_tau", "Choose τ by &search", "Ctrl+1", True),
    ActionSpec("auto_paths", "Choose &P by search", "Ctrl+2", True),
    ActionSpec("pin", "&Pin this scenario", "Ctrl+P"),
    ActionSpec("manual_copy_bf", "Copy &BF to Manual", "Ctrl+M"),
    ActionSpec("manual_copy_mw", "Copy &MW to Manual", "Ctrl+Shift+M"),
    ActionSpec("manual_earlier", "Move the path &earlier", "Alt+Left"),
    ActionSpec("manual_later", "Move the path &later", "Alt+Right"),
    ActionSpec("manual_cut_earlier", "Split the path a layer &sooner", "Alt+PgUp"),
    ActionSpec("manual_cut_later", "Split the path a layer la&ter", "Alt+PgDown"),
    ActionSpec("manual_drop", "&Put Manual away"),
    ActionSpec("reset", "&Reset speeds, link and workers"),
    ActionSpec("export_trace", "&Chrome trace…", "Ctrl+E"),
    ActionSpec("export_window", "&Window…", "Ctrl+Shift+E"),
    ActionSpec("export_workspace", "&Open workspace…"),
    ActionSpec("export_schedules", "&Schedules…"),
    ActionSpec("export_tiles", "&Tiles…"),
    ActionSpec("export_network", "&Network…"),
    ActionSpec("export_landscape", "&Landscape…"),
    ActionSpec("copy_window", "&Window", "Ctrl+Shift+C"),
    ActionSpec("copy_workspace", "&Open workspace"),
    ActionSpec("copy_schedules", "&Schedules"),
    ActionSpec("copy_tiles", "&Tiles"),
    ActionSpec("copy_network", "&Network"),
    ActionSpec("copy_landscape", "&Landscape"),
    ActionSpec("export_animation", "&Animation of the time cursor…"),
    ActionSpec("csv_tasks", "&Tasks…"),
    ActionSpec("csv_layers", "&Layers…"),
    ActionSpec("csv_landscape", "L&andscape…"),
    ActionSpec("copy_command", "Copy as &flplan command"),
    ActionSpec("keys", "&Keys", "F1", also="?"),
    ActionSpec("tour", "&Tour"),
    ActionSpec("symbols", "&Symbols and formulas"),
    ActionSpec("about", "&About flgui"),
)

DRAWING_EDITS = ("cut", "copy", "paste", "duplicate", "remove", "select_all", "tidy", "save_drawing")
"""What can be done while a drawing is looked at."""

SEPARATOR = "-"
Entry: TypeAlias = "str | tuple[str, tuple[Entry, ...]]"
"""A key, SEPARATOR, "@name" for a menu that the window fills, or a submenu: its title and its entries."""

MENUS: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    (
        "&File",
        (
            "new_drawing",
            "open_network",
            "@bundled",
            "@recent",
            SEPARATOR,
            "save_work",
            "save_work_as",
            SEPARATOR,
            "open_plan",
            "save_plan",
            "save_drawing",
            SEPARATOR,
            "quit",
        ),
    ),
    (
        "&Edit",
        (
            "undo",
            "redo",
            SEPARATOR,
            "cut",
            "copy",
            "paste",
            "duplicate",
            "remove",
            "select_all",
            SEPARATOR,
            "tidy",
            SEPARATOR,
            "find",
            "find_layer",
        ),
    ),
    (
        "&View",
        (
            "theme_system",
            "theme_light",
            "theme_dark",
            SEPARATOR,
            "show_nfl",
            "show_mw",
            "show_bf",
            "show_manual",
            SEPARATOR,
            "present",
            SEPARATOR,
            "fit",
            "zoom_layer",
            "fold_tables",
            SEPARATOR,
            "tile_picture",
            SEPARATOR,
            "play",
            "next_event",
            "previous_event",
        ),
    ),
    (
        "&Network",
        (
            "@networks",
            SEPARATOR,
            "fold_activations",
            "@bits",
            SEPARATOR,
            "verify",
            SEPARATOR,
            "edit_copy",
            "save_network",
        ),
    ),
    (
        "&Scenario",
        (
            "@workers",
            SEPARATOR,
            "auto_tau",
            "auto_paths",
            "@cap",
            SEPARATOR,
            "pin",
            (
                "&Manual plan",
                (
                    "manual_copy_bf",
                    "manual_copy_mw",
                    SEPARATOR,
                    "manual_earlier",
                    "manual_later",
                    "manual_cut_earlier",
                    "manual_cut_later",
                    SEPARATOR,
                    "manual_drop",
                ),
            ),
            SEPARATOR,
            "reset",
        ),
    ),
    (
        "E&xport",
        (
            (
                "&Picture",
                (
                    "export_window",
                    "export_workspace",
                    SEPARATOR,
                    "export_schedules",
                    "export_tiles",
                    "export_network",
                    "export_landscape",
                ),
            ),
            (
                "&Copy picture",
                (
                    "copy_window",
                    "copy_workspace",
                    SEPARATOR,
                    "copy_schedules",
                    "copy_tiles",
                    "copy_network",
                    "copy_landscape",
                ),
            ),
            "export_animation",
            ("&Table as CSV", ("csv_tasks", "csv_layers", "csv_landscape")),
            SEPARATOR,
            "save_plan",
            "export_trace",
            "copy_command",
        ),
    ),
    ("&Help", ("tour", "keys", "symbols", SEPARATOR, "about")),
)
"""Menus in order."""


def build_actions(parent: QObject) -> dict[str, QAction]:
    """Return a QAction for each row of the table."""
    groups: dict[str, QActionGroup] = {}
    made: dict[str, QAction] = {}
    for spec in ACTIONS:
        action = QAction(spec.text, parent)
        action.setObjectName(spec.key)
        action.setCheckable(spec.checkable)
        if spec.shortcut:
            keys = [QKeySequence(key) for key in (spec.shortcut, spec.also) if key]
            action.setShortcuts(keys)
        if spec.group:
            group = groups.setdefault(spec.group, QActionGroup(parent))
            group.addAction(action)
        made[spec.key] = action
    return made


def menu_keys() -> tuple[tuple[str, str], ...]:
    """Return (key, what it does) of every action with a key; what is in a submenu begins with its title."""
    around = {key: path[1:] for path, key in placed_actions()}
    return tuple(
        (
            ", ".join(QKeySequence(key).toString() for key in (spec.shortcut, spec.also) if key),
            ": ".join((*around.get(spec.key, ()), spec.text.replace("&", "").rstrip("…"))),
        )
        for spec in ACTIONS
        if spec.shortcut
    )


def placed_actions(
    entries: Iterable[Entry] = MENUS, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield (titles of the menus around it, key) of every action that has a fixed place in a menu."""
    for entry in entries:
        if isinstance(entry, tuple):
            yield from placed_actions(entry[1], (*path, entry[0].replace("&", "")))
        elif entry != SEPARATOR and not entry.startswith("@"):
            yield path, entry
