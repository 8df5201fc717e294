"""Finding: collects everything that has a name, and runs what was chosen in the palette."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from flgui.controller import Controller
from flgui.viewmodel.commands import Command

if TYPE_CHECKING:
    from flgui.panels.command_palette import CommandPalette

__all__ = ["Finding"]

_TWICE: Final = ("Network", "Bundled networks")
"""A menu that lists what another one lists, too."""


class Finding(QObject):
    """The palette and what is in it.

    Menus are read when the palette opens, so that it holds whatever any part of the window put into them.
    """

    def __init__(self, controller: Controller) -> None:
        super().__init__(controller)
        self._controller = controller
        self._window = controller.window
        self._targets: list[tuple[str, Any]] = []
        self._window.actions_by_key["find"].triggered.connect(self.open)
        self._window.top_bar.finder.clicked.connect(self.open)

    @cached_property
    def palette(self) -> CommandPalette:
        """The palette, made when it is first opened."""
        from flgui.panels.command_palette import CommandPalette  # not for the window's start

        made = CommandPalette(self._window)
        made.chosen.connect(self._on_chosen)
        self._window.add_themed(made)
        return made

    @Slot()
    def open(self) -> None:
        """Show the palette with what there is now."""
        commands = []
        self._targets = []
        for command, target in self._all():
            commands.append(command)
            self._targets.append(target)
        self.palette.open(commands, self._window.top_bar.height() + 4)

    def _all(self) -> Iterator[tuple[Command, tuple[str, Any]]]:
        for bar_entry in self._window.top_bar.menus.actions():
            menu = _menu_of(bar_entry)
            if menu is not None:
                yield from self._entries(menu, (_plain(bar_entry.text()),))
        switch = self._window.top_bar.workspaces
        for title in switch.words if switch is not None else ():
            yield Command(f"{title} workspace", "Go to"), ("workspace", title)
        store = self._controller.store
        for number, layer in enumerate(store.scenario.network.layers, 1):
            yield Command(f"Layer {layer.name}", f"{layer.op}, layer {number}"), ("layer", layer.name)
        plan = store.active_plan
        if plan is not None and plan.paths > 1:
            for path in range(plan.paths):
                row, col = divmod(path, plan.cols)
                where = f"{plan.method}, row {row}, column {col}"
                yield Command(f"Path {path}", where), ("path", path)

    def _entries(self, menu: QMenu, path: tuple[str, ...]) -> Iterator[tuple[Command, tuple[str, Any]]]:
        if path == _TWICE:
            return
        menu.aboutToShow.emit()  # some fill themselves when they open
        for action in menu.actions():
            text = _plain(action.text())
            inner = _menu_of(action)
            if inner is not None:
                yield from self._entries(inner, (*path, text))
            elif not action.isSeparator() and text and action.isVisible():
                keys = action.shortcut().toString()
                command = Command(text, " › ".join(path), keys, action.isEnabled(), action.isChecked())
                yield command, ("action", action)

    @Slot(int)
    def _on_chosen(self, place: int) -> None:
        kind, target = self._targets[place]
        self._targets = []  # holds no action of a menu that is filled anew
        if kind == "action":
            target.trigger()
        elif kind == "workspace":
            self._window.set_workspace(target)
        elif kind == "layer":
            self._controller.store.set_layer(target)
        else:
            self._controller.store.select(self._controller.store.active, target)
            self._window.gantt.setFocus(Qt.FocusReason.OtherFocusReason)


def _plain(text: str) -> str:
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&").rstrip("…")


def _menu_of(action: QAction) -> QMenu | None:
    menu = action.menu()
    return menu if isinstance(menu, QMenu) else None
