"""Menus: connects the actions, and fills the menus whose entries are not fixed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from flgui.actions import menu_keys
from flgui.controller import Controller
from flgui.dialogs import Dialogs
from flgui.documents import refusal, title_of
from flgui.panels.message_bar import Message
from flgui.text import file_stem
from planner_core.errors import PlannerError
from planner_core.importers import bundled_names
from planner_core.plan import METHODS
from planner_core.system import WORKER_PRESETS, System

__all__ = ["Menus"]

_BITS = (8, 16, 32, 64)
_CAPS: tuple[int | None, ...] = (16, 36, 64, 144, None)
_NETWORK_KINDS = "Networks, plans and work (*.onnx *.cfg *.json);;All files (*)"
_PLAN_KINDS = "Plans (*.json)"
_ABOUT = (
    "flgui plans how a DNN is cut into fused-layer paths and shared between an end device and an edge "
    "server, after Li, Wang, Zhou, Duan and Wu, “Fused-Layer-based DNN Model Parallelism and Partial "
    "Computation Offloading”, IEEE GLOBECOM 2022.\n\nMIT licence. Fonts: Inter and JetBrains Mono, SIL Open "
    "Font License."
)


class Menus(QObject):
    """Everything that the menus do.

    Parameters
    ----------
    controller : Controller
    dialogs : Dialogs
        Asks for files and numbers.
    """

    def __init__(self, controller: Controller, dialogs: Dialogs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self.dialogs = dialogs
        self._window = controller.window
        self._connect_actions()
        self._fill_networks()
        self._fill_scenario_menus()
        self._window.menus["recent"].aboutToShow.connect(self._fill_recent)
        self._window.menus["recent"].triggered.connect(self._on_recent)
        self._fill_recent()
        self._on_undo_changed()

    def _connect_actions(self) -> None:
        slots = {
            "open_network": self._on_open_network,
            "open_plan": self._on_open_plan,
            "save_plan": self._on_save_plan,
            "save_network": self._on_save_network,
            "quit": self._window.close,
            "undo": self._controller.undo_stack.undo,
            "redo": self._controller.undo_stack.redo,
            "theme_system": self._on_theme,
            "theme_light": self._on_theme,
            "theme_dark": self._on_theme,
            "show_nfl": self._on_show_method,
            "show_mw": self._on_show_method,
            "show_bf": self._on_show_method,
            "fit": self._on_fit,
            "fold_tables": self._window.bottom.toggle,
            "fold_activations": self._on_fold,
            "bits_other": self._on_bits_other,
            "cap_other": self._on_cap_other,
            "auto_tau": self._on_auto_tau,
            "auto_paths": self._on_auto_paths,
            "reset": self._on_reset,
            "export_trace": self._on_export_trace,
            "keys": self._on_keys,
            "symbols": self._on_symbols,
            "about": self._on_about,
        }
        actions = self._window.actions_by_key
        for key, slot in slots.items():
            actions[key].triggered.connect(slot)
        actions[f"theme_{self._controller.themes.choice}"].setChecked(True)
        actions["fold_tables"].setChecked(not self._window.bottom.folded)
        self._window.bottom.folded_changed.connect(self._on_folded)
        stack = self._controller.undo_stack
        for signal in (stack.canUndoChanged, stack.canRedoChanged, stack.indexChanged):
            signal.connect(self._on_undo_changed)

    # Filling

    def _fill_networks(self) -> None:
        for key in ("bundled", "networks"):
            menu = self._window.menus[key]
            for name in bundled_names():
                menu.addAction(title_of(name)).setData(name)
            menu.triggered.connect(self._on_bundled)

    def _fill_scenario_menus(self) -> None:
        menus = self._window.menus
        for preset in WORKER_PRESETS:
            menus["workers"].addAction(preset.name).setData((preset.device_workers, preset.es_workers))
        for bits in _BITS:
            menus["bits"].addAction(str(bits)).setData(bits)
        for cap in _CAPS:
            menus["cap"].addAction("No limit" if cap is None else str(cap)).setData(cap or 0)
        for key, name in (("workers", ""), ("bits", "bits_other"), ("cap", "cap_other")):
            group = QActionGroup(menus[key])
            for action in menus[key].actions():
                action.setCheckable(True)
                group.addAction(action)
            if name:
                menus[key].addSeparator()
                menus[key].addAction(self._window.actions_by_key[name])
        menus["workers"].triggered.connect(self._on_workers)
        menus["bits"].triggered.connect(self._on_bits)
        menus["cap"].triggered.connect(self._on_cap)
        for key in ("workers", "bits", "cap"):
            menus[key].aboutToShow.connect(self._mark_choices)
        self._mark_choices()

    @Slot()
    def _mark_choices(self) -> None:
        scenario = self._controller.store.scenario
        system = scenario.system
        _mark(self._window.menus["workers"], (system.device_workers, system.es_workers))
        _mark(self._window.menus["bits"], system.bits_per_element)
        _mark(self._window.menus["cap"], scenario.max_paths or 0)

    @Slot()
    def _fill_recent(self) -> None:
        menu = self._window.menus["recent"]
        menu.clear()
        for number, name in enumerate(self._controller.settings.recent, 1):
            path = Path(name)
            action = menu.addAction(f"&{number}  {path.name.replace('&', '&&')}")
            action.setToolTip(name)
            action.setData(name)
        menu.setEnabled(not menu.isEmpty())

    @Slot()
    def _on_undo_changed(self) -> None:
        stack, actions = self._controller.undo_stack, self._window.actions_by_key
        for key, can, text in (
            ("undo", stack.canUndo(), stack.undoText()),
            ("redo", stack.canRedo(), stack.redoText()),
        ):
            word = key.capitalize()
            actions[key].setEnabled(can)
            actions[key].setText(f"&{word}: {text[:1].lower()}{text[1:]}" if can else f"&{word}")

    # Opening and saving

    @Slot()
    def _on_open_network(self) -> None:
        self._open("Open a file", _NETWORK_KINDS)

    @Slot()
    def _on_open_plan(self) -> None:
        self._open("Open a plan", _PLAN_KINDS)

    def _open(self, title: str, kinds: str) -> None:
        path = self.dialogs.open_file(title, self._controller.settings.folder, kinds)
        if path is not None:
            self._controller.settings.folder = str(path.parent)
            self._controller.documents.open(path)

    @Slot(QAction)
    def _on_bundled(self, action: QAction) -> None:
        self._controller.documents.open(action.data())

    @Slot(QAction)
    def _on_recent(self, action: QAction) -> None:
        self._controller.documents.open(Path(action.data()))

    @Slot()
    def _on_fold(self) -> None:
        source = self._controller.documents.source_of(self._controller.store.scenario.network)
        wanted = self._window.actions_by_key["fold_activations"].isChecked()
        self._controller.documents.open(source.argument, wanted, source.input_shapes)

    @Slot()
    def _on_save_plan(self) -> None:
        planset = self._controller.store.planset
        if planset is not None:
            self._save("Save the plan", ".json", _PLAN_KINDS, "plan", planset)

    @Slot()
    def _on_save_network(self) -> None:
        self._save("Save the network", ".json", "Networks (*.json)", "network", None)

    @Slot()
    def _on_export_trace(self) -> None:
        planset = self._controller.store.planset
        if planset is not None:
            self._save("Export a Chrome trace", ".json", "Chrome traces (*.json)", "trace", planset)

    def _save(self, title: str, suffix: str, kinds: str, what: str, planset: Any) -> bool:
        """Ask for a file and write it; says in the message bar how it went."""
        store, settings = self._controller.store, self._controller.settings
        name = f"{file_stem(store.scenario.network.name)}-{what}{suffix}"
        path = self.dialogs.save_file(title, str(Path(settings.folder) / name), kinds, suffix)
        if path is None:
            return False
        settings.folder = str(path.parent)
        try:
            _write(what, path, store.scenario.network if planset is None else planset)
        except (OSError, PlannerError) as error:
            self._controller.documents.refused.emit(refusal(str(path), error, writing=True))
            return False
        if what == "plan":
            settings.add_recent(path)
        done = Message("info", f"{path.name} was written.", str(path.parent))
        self._controller.presenter.show_message(done)
        return True

    # View

    @Slot()
    def _on_theme(self) -> None:
        for choice in ("system", "light", "dark"):
            if self._window.actions_by_key[f"theme_{choice}"].isChecked():
                self._controller.settings.theme = choice
                self._controller.themes.set_choice(choice)

    @Slot()
    def _on_show_method(self) -> None:
        for method in METHODS:
            if self._window.actions_by_key[f"show_{method.lower()}"].isChecked():
                self._controller.activate(method)

    @Slot()
    def _on_fit(self) -> None:
        self._window.gantt.fit()
        self._window.network.fit()

    @Slot(bool)
    def _on_folded(self, folded: bool) -> None:
        self._window.actions_by_key["fold_tables"].setChecked(not folded)

    # Scenario

    @Slot(QAction)
    def _on_workers(self, action: QAction) -> None:
        self._controller.edit("workers", action.data())

    @Slot(QAction)
    def _on_bits(self, action: QAction) -> None:
        if action.data() is not None:
            self._controller.edit("bits_per_element", action.data())

    @Slot()
    def _on_bits_other(self) -> None:
        now = self._controller.store.scenario.system.bits_per_element
        bits = self.dialogs.number(
            "Bits per element", "Bits that one element of a tensor takes:", now, 1, 1024
        )
        if bits is not None:
            self._controller.edit("bits_per_element", bits)

    @Slot(QAction)
    def _on_cap(self, action: QAction) -> None:
        if action.data() is not None:
            self._controller.edit("max_paths", action.data() or None)

    @Slot()
    def _on_cap_other(self) -> None:
        now = self._controller.store.scenario.max_paths or 36
        cap = self.dialogs.number("Largest P", "Most tiles that the searches try:", now, 1, 1_000_000)
        if cap is not None:
            self._controller.edit("max_paths", cap)

    @Slot()
    def _on_auto_tau(self) -> None:
        self._window.strip.fused.auto.click()

    @Slot()
    def _on_auto_paths(self) -> None:
        self._window.strip.tiles.auto.click()

    @Slot()
    def _on_reset(self) -> None:
        scenario = self._controller.store.scenario
        self._controller.push(replace(scenario, system=System()), "Reset speeds, link and workers")

    # Help

    @Slot()
    def _on_keys(self) -> None:
        from flgui.panels.help import KeySheet  # none of the sheets is for the window's start

        KeySheet(menu_keys(), self._window).show()

    @Slot()
    def _on_symbols(self) -> None:
        from flgui.panels.help import SymbolSheet

        SymbolSheet(self._window).show()

    @Slot()
    def _on_about(self) -> None:
        from flgui.panels.help import about_dialog

        about_dialog(_ABOUT, self._window).show()


def _mark(menu: QMenu, value: object) -> None:
    for action in menu.actions():
        if action.isCheckable():
            action.setChecked(action.data() == value)


def _write(what: str, path: Path, thing: Any) -> None:
    """Write a file whole or not at all."""
    # The writers pull in the schema checker, which a start does not need.
    from planner_core import export

    if what == "plan":
        export.write_plan(thing, path)
    elif what == "trace":
        export.write_chrome_trace(thing, path)
    else:
        export.write_network(thing, path)
