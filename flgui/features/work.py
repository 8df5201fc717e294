"""WorkFiles: scenario, plans, pins and layout in one file; autosave, and recovery after a crash."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Slot

from flgui.controller import Controller
from flgui.dialogs import Dialogs
from flgui.documents import refusal, source_of_plan, title_of
from flgui.panels.message_bar import Message
from flgui.state.autosave import Autosave, forget
from flgui.state.stamps import Stamps
from flgui.state.work import SUFFIX, View, Work, write_work
from flgui.text import file_stem
from planner_core.errors import PlannerError

__all__ = ["WorkFiles"]

_KINDS = f"Work (*{SUFFIX})"
_AUTOSAVE_MS = 1500


class WorkFiles(QObject):
    """Saves, opens, and keeps a copy beside for the day that the program crashes.

    Parameters
    ----------
    controller : Controller
    dialogs : Dialogs
    """

    def __init__(self, controller: Controller, dialogs: Dialogs) -> None:
        super().__init__(controller)
        self._controller = controller
        self._store, self._window = controller.store, controller.window
        self.dialogs = dialogs
        self.path: Path | None = None
        self.autosave = Autosave(controller.settings.data_folder / "autosave")
        self._saved = self._state()
        self._stamps = Stamps()
        self._offered: tuple[Path, Message] | None = None
        actions = self._window.actions_by_key
        actions["save_work"].triggered.connect(self.save)
        actions["save_work_as"].triggered.connect(self.save_as)
        controller.documents.work_opened.connect(self.take)
        self._store.scenario_changed.connect(self._show_title)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_AUTOSAVE_MS)
        self._timer.timeout.connect(self.keep)
        for changed in (self._store.scenario_changed, self._store.pins_changed, self._store.manual_changed):
            changed.connect(self._timer.start)
        self._window.messages.acted.connect(self._on_acted)
        self._window.messages.closed.connect(self._on_closed)
        self._window.add_close_guard(self._may_close)
        self._window.about_to_close.connect(self._on_end)
        self._start = QTimer(self)
        self._start.setSingleShot(True)
        self._start.timeout.connect(self.offer)
        self._start.start(0)  # when the window stands

    # Saving

    @Slot()
    def save(self) -> bool:
        """Write the work to its file, or ask for one; and ask where another window has written to it."""
        if self.path is None:
            return self.save_as()
        if self._stamps.is_foreign(self.path) and not self.dialogs.replace_changed(self.path):
            return False
        return self._write(self.path)

    @Slot()
    def save_as(self) -> bool:
        """Ask for a file and write the work to it."""
        settings = self._controller.settings
        name = (
            self.path.name
            if self.path is not None
            else f"{file_stem(self._store.scenario.network.name)}{SUFFIX}"
        )
        path = self.dialogs.save_file("Save the work", str(Path(settings.folder) / name), _KINDS, SUFFIX)
        if path is None:
            return False
        settings.folder = str(path.parent)
        return self._write(path)

    def _write(self, path: Path) -> bool:
        try:
            write_work(self.work(), path)
        except (OSError, PlannerError) as error:
            self._controller.documents.refused.emit(refusal(str(path), error, writing=True))
            return False
        self._controller.settings.add_recent(path)
        self._settle(path)
        self._controller.presenter.show_message(
            Message("info", f"{path.name} was written.", str(path.parent))
        )
        return True

    def work(self) -> Work:
        """Return what the window holds now."""
        store = self._store
        planset = store.planset if not store.stale else None
        return Work(store.scenario, planset, store.origin, store.pins, store.manual, self._view())

    def _view(self) -> View:
        store, window = self._store, self._window
        across, down = window.panes()
        tabs = window.bottom.tabs
        tab = tabs.tabText(tabs.currentIndex())
        folded = window.folded_by_hand
        return View(
            window.workspace,
            tab,
            store.active,
            store.selected_path,
            store.layer,
            folded,
            across,
            down,
            store.selected_paths[:-1],
        )

    def _settle(self, path: Path | None) -> None:
        """Note that the work is as in `path`."""
        self.path = path
        if path is not None:
            self._stamps.note(path)
        self._saved = self._state()
        self._controller.undo_stack.setClean()
        self._timer.stop()
        self.autosave.remove()
        self._show_title()

    def _state(self) -> tuple[Any, ...]:
        return (self._store.scenario, self._store.pins, self._store.manual)

    @property
    def unsaved(self) -> bool:
        """Whether something would be lost: pins, a plan made by hand, or changes of a work file."""
        scenario, pins, manual = self._state()
        if (pins, manual) != self._saved[1:]:
            return bool(pins) or manual is not None or self.path is not None
        return self.path is not None and scenario != self._saved[0]

    @Slot()
    def _show_title(self) -> None:
        title = title_of(self._store.scenario.network.name)
        self._window.setWindowTitle(f"{title}[*]" if self.path is None else f"{self.path.name}[*] – {title}")

    # Opening

    @Slot(object, object)
    def take(self, work: Work, path: Path) -> None:
        """Put opened work in place of what is there, which is asked about where it would be lost."""
        recovered = path.parent == self.autosave.path.parent
        if not self._may_go():
            return
        controller, store, window = self._controller, self._store, self._window
        for network in work.networks:
            controller.documents.remember(network, source_of_plan(network, path))
        if work.planset is not None:
            controller.show_plans(work.planset, f"Open {path.name}", work.origin)
        else:
            controller.push(work.scenario, f"Open {path.name}")
        store.set_pins(work.pins)
        store.set_manual(work.manual)
        self._show_view(work.view)
        controller.undo_stack.clear()
        if recovered:
            self.path = None
            self._saved = (work.scenario, (), None)
            controller.undo_stack.resetClean()
            forget(path)
            self.keep()
            self._show_title()
        else:
            controller.settings.add_recent(path)
            self._settle(path)
        controller.presenter.show_message(None)
        window.activateWindow()

    def _show_view(self, view: View) -> None:
        store, window = self._store, self._window
        window.set_panes(view.across, view.down)
        tabs = window.bottom.tabs
        titles = [tabs.tabText(i) for i in range(tabs.count())]
        if view.tab in titles:
            tabs.setCurrentIndex(titles.index(view.tab))
        window.fold_by_hand(view.folded)
        if view.active != "Manual" or store.manual_plan is not None:
            store.set_active(view.active)
        plan = store.active_plan
        if view.path is not None and plan is not None and view.path < plan.paths:
            store.select(store.active, view.path, [path for path in view.more if path < plan.paths])
        if view.layer in store.scenario.network.shapes:
            store.set_layer(view.layer)
        if view.workspace in window.workspace_titles:
            window.set_workspace(view.workspace)

    # Asking

    def _may_go(self) -> bool:
        """Ask what becomes of unsaved work; whether what is there may go."""
        if not self.unsaved:
            return True
        name = self.path.name if self.path is not None else title_of(self._store.scenario.network.name)
        answer = self.dialogs.save_changes(name, "work")
        return self.save() if answer == "save" else answer == "discard"

    def _may_close(self) -> bool:
        return self._controller.closed or self._may_go()

    @Slot()
    def _on_end(self) -> None:
        self._timer.stop()
        self._start.stop()
        self.autosave.remove()

    # Autosave and recovery

    @Slot()
    def keep(self) -> None:
        """Write the copy, where the work is not as in its file."""
        if self._controller.closed or self._state() == self._saved:
            return
        self.autosave.write(self.work())

    @Slot()
    def offer(self) -> None:
        """Offer what a crash left behind."""
        left = self.autosave.left_behind()
        if not left or self._controller.closed:
            return
        when = time.strftime("%-d %B, %H:%M", time.localtime(left[0].stat().st_mtime))
        message = Message(
            "warning", f"Work from {when} was not saved.", "flgui ended before it was.", "Restore"
        )
        self._offered = (left[0], message)
        self._controller.presenter.show_message(message)

    @Slot()
    def _on_acted(self) -> None:
        if self._offered is not None and self._window.messages.message is self._offered[1]:
            path, self._offered = self._offered[0], None
            self._controller.documents.open(path)

    @Slot()
    def _on_closed(self) -> None:
        """The offer was put away: what it offered is not wanted."""
        if self._offered is not None and self._window.messages.message is None:
            forget(self._offered[0])
            self._offered = None
