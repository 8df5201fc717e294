"""The table of actions: text, key and menu of everything that can be done without the mouse on a view."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup, QKeySequence

__all__ = ["ACTIONS", "MENUS", "ActionSpec", "build_actions", "menu_keys"]


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One action; `group` names the exclusive choice that it belongs to."""

    key: str
    text: str
    shortcut: str = ""
    checkable: bool = False
    group: str = ""


ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec("open_network", "&Open network…", "Ctrl+O"),
    ActionSpec("open_plan", "Open &plan…", "Ctrl+Shift+O"),
    ActionSpec("save_plan", "&Save plan…", "Ctrl+S"),
    ActionSpec("save_network", "Save &network…"),
    ActionSpec("quit", "&Quit", "Ctrl+Q"),
    ActionSpec("undo", "&Undo", "Ctrl+Z"),
    ActionSpec("redo", "&Redo", "Ctrl+Shift+Z"),
    ActionSpec("theme_system", "Theme of the &system", checkable=True, group="theme"),
    ActionSpec("theme_light", "&Light theme", checkable=True, group="theme"),
    ActionSpec("theme_dark", "&Dark theme", checkable=True, group="theme"),
    ActionSpec("show_nfl", "Show &NFL in network and tiles", "1", True, "active"),
    ActionSpec("show_mw", "Show &MW in network and tiles", "2", True, "active"),
    ActionSpec("show_bf", "Show &BF in network and tiles", "3", True, "active"),
    ActionSpec("fit", "&Fit schedules and network", "Ctrl+0"),
    ActionSpec("fold_tables", "&Tables under the schedules", "Ctrl+T", True),
    ActionSpec("play", "&Play or stop the time cursor"),
    ActionSpec("next_event", "&Next event of the shown plan"),
    ActionSpec("previous_event", "Pre&vious event of the shown plan"),
    ActionSpec("fold_activations", "&Fold activations into their layer", checkable=True),
    ActionSpec("bits_other", "&Other…"),
    ActionSpec("cap_other", "&Other…"),
    ActionSpec("auto_tau", "Choose τ by &search", "Ctrl+1", True),
    ActionSpec("auto_paths", "Choose &P by search", "Ctrl+2", True),
    ActionSpec("reset", "&Reset speeds, link and workers"),
    ActionSpec("export_trace", "&Chrome trace…", "Ctrl+E"),
    ActionSpec("export_picture", "&Picture of the window…"),
    ActionSpec("keys", "&Keys", "F1"),
    ActionSpec("about", "&About flgui"),
)

SEPARATOR = "-"
MENUS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "&File",
        (
            "open_network",
            "@bundled",
            "@recent",
            SEPARATOR,
            "open_plan",
            "save_plan",
            SEPARATOR,
            "quit",
        ),
    ),
    ("&Edit", ("undo", "redo")),
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
            SEPARATOR,
            "fit",
            "fold_tables",
            SEPARATOR,
            "play",
            "next_event",
            "previous_event",
        ),
    ),
    ("&Network", ("@networks", SEPARATOR, "fold_activations", "@bits", SEPARATOR, "save_network")),
    ("&Scenario", ("@workers", SEPARATOR, "auto_tau", "auto_paths", "@cap", SEPARATOR, "reset")),
    ("E&xport", ("export_trace", "export_picture")),
    ("&Help", ("keys", "about")),
)
"""Menus in order; "@name" is filled by the window."""


def build_actions(parent: QObject) -> dict[str, QAction]:
    """Return a QAction for each row of the table."""
    groups: dict[str, QActionGroup] = {}
    made: dict[str, QAction] = {}
    for spec in ACTIONS:
        action = QAction(spec.text, parent)
        action.setObjectName(spec.key)
        action.setCheckable(spec.checkable)
        if spec.shortcut:
            action.setShortcut(QKeySequence(spec.shortcut))
        if spec.group:
            group = groups.setdefault(spec.group, QActionGroup(parent))
            group.addAction(action)
        made[spec.key] = action
    return made


def menu_keys() -> tuple[tuple[str, str], ...]:
    """Return (key, what it does) of every action with a key."""
    return tuple(
        (QKeySequence(spec.shortcut).toString(), spec.text.replace("&", "").rstrip("…"))
        for spec in ACTIONS
        if spec.shortcut
    )
