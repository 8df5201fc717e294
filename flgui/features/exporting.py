"""Exporting: pictures of charts and of the window, tables as CSV, and the plan as a command."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from flgui.controller import Controller
from flgui.dialogs import Dialogs
from flgui.documents import refusal, title_of
from flgui.features.picture_files import PictureFiles
from flgui.features.turns import Turns
from flgui.panels.message_bar import Message
from flgui.text import count, file_stem
from flgui.theme.tokens import Tokens
from flgui.viewmodel.landscape_table import landscape_table
from flgui.viewmodel.layers import layers_table
from flgui.viewmodel.table import Table, to_csv
from flgui.viewmodel.tasks import tasks_table
from planner_core.errors import InputError

__all__ = ["Exporting"]

_PICTURE_KINDS: Final = "PNG picture (*.png);;SVG drawing (*.svg);;PDF document (*.pdf)"
_CHARTS: Final = ("window", "workspace", "schedules", "tiles", "network", "landscape")
_TABLES: Final = ("tasks", "layers", "landscape")
_HERE: Final = {"window": "the window", "workspace": "the open workspace", "landscape": "the landscape"}


ROWS_AT_ONCE: Final = 1000
"""Rows of a table that are written in one turn."""


class Exporting(QObject):
    """Writes what is on the screen, and says in the message bar how it went.

    Parameters
    ----------
    controller : Controller
    dialogs : Dialogs
        Asks for the files.
    """

    def __init__(self, controller: Controller, dialogs: Dialogs) -> None:
        super().__init__(controller)
        self._controller = controller
        self._window = controller.window
        self.dialogs = dialogs
        self.files = PictureFiles(self)
        self._turns = Turns(self)
        self._window.about_to_close.connect(self._turns.finish)
        self._progress: Message | None = None
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.setInterval(Tokens.load("light").px("motion.busyDelay_ms"))
        self._delay.timeout.connect(self._on_delay)
        self.files.busy_changed.connect(self._on_busy)
        self.files.written.connect(self._on_written)
        self.files.refused.connect(self._refuse)
        self._window.messages.acted.connect(self._on_acted)
        self._window.about_to_close.connect(self.files.stop)
        actions = self._window.actions_by_key
        for chart in _CHARTS:
            actions[f"export_{chart}"].triggered.connect(self._on_picture)
            actions[f"copy_{chart}"].triggered.connect(self._on_copy)
        for table in _TABLES:
            actions[f"csv_{table}"].triggered.connect(self._on_table)
        actions["copy_command"].triggered.connect(self._window.status.command.click)
        store = controller.store
        store.plans_changed.connect(self._on_plans_changed)
        store.survey_changed.connect(self._on_plans_changed)
        store.active_changed.connect(self._on_plans_changed)
        self._on_plans_changed()

    def chart(self, name: str) -> QWidget:
        """Return the widget that is drawn for one of the charts of the menu."""
        window = self._window
        charts: dict[str, QWidget] = {
            "window": window,
            "workspace": window.workspaces.currentWidget() or window,
            "schedules": window.gantt,
            "tiles": window.tiles,
            "network": window.network,
            "landscape": window.landscape,
        }
        return charts[name]

    @Slot()
    def _on_picture(self) -> None:
        from flgui.pictures import check_picture, take  # not for the window's start

        name = self._asked_for("export_")
        path = self._ask(f"Save a picture of {_named(name)}", name, ".png", _PICTURE_KINDS)
        if path is None:
            return
        self._take_notice_away()
        title = f"{title_of(self._controller.store.scenario.network.name)}: {name}"
        try:
            check_picture(path)
        except InputError as error:
            self._refuse(path, error)
            return
        self.files.write(path, take(self.chart(name), path.suffix.lower(), title))

    @Slot()
    def _on_busy(self) -> None:
        if self.files.waiting:
            self._delay.start()
            return
        self._delay.stop()
        if self._window.messages.message is self._progress:
            self._controller.presenter.show_message(None)
        self._progress = None

    @Slot()
    def _on_delay(self) -> None:
        """Say what is being written, once that takes a while."""
        waiting = self.files.waiting
        if waiting:
            more = f"{count(len(waiting) - 1, 'picture')} after it" if len(waiting) > 1 else ""
            self._progress = Message("info", f"Writing {waiting[0].name}.", more, "Stop")
            self._controller.presenter.show_message(self._progress)

    @Slot()
    def _on_acted(self) -> None:
        if self._progress is not None and self._window.messages.message is self._progress:
            self.files.stop()

    @Slot(object)
    def _on_written(self, path: Path) -> None:
        self._say(f"{path.name} was written.", str(path.parent))

    @Slot(object, object)
    def _refuse(self, path: Path, error: Exception) -> None:
        self._controller.documents.refused.emit(refusal(str(path), error, writing=True))

    @Slot()
    def _on_copy(self) -> None:
        from flgui.pictures import picture_image

        name = self._asked_for("copy_")
        self._take_notice_away()
        QGuiApplication.clipboard().setImage(picture_image(self.chart(name)))
        self._say(f"The picture of {_named(name)} was copied.", "")

    @Slot()
    def _on_table(self) -> None:
        name = self._asked_for("csv_")
        table = self._table(name)
        if table is None:
            return
        path = self._ask(f"Save the table of {name}", name, ".csv", "CSV tables (*.csv)")
        if path is not None:
            steps = self._write_table(path, table)
            if len(table) > ROWS_AT_ONCE:
                self._turns.add(steps)
            else:
                for _ in steps:
                    pass

    def _write_table(self, path: Path, table: Table) -> Iterator[None]:
        """Write a table some rows a step, as it is now; the file is there with the last step."""
        from planner_core.export.files import replace_file

        parts = []
        for begin in range(0, max(1, len(table)), ROWS_AT_ONCE):
            if begin:
                yield
            parts.append(
                to_csv(table, range(begin, min(begin + ROWS_AT_ONCE, len(table))), headings=not begin)
            )
        self._write(path, lambda: replace_file(path, parts))

    def _table(self, name: str) -> Table | None:
        store = self._controller.store
        network, plan, survey = store.scenario.network, store.active_plan, store.survey
        if name == "landscape":
            return None if survey is None else landscape_table(network, survey.landscape)
        if name == "layers":
            tau = plan.tau if plan is not None else None
            return layers_table(network, tau, None, store.scenario.system.bits_per_element)
        return None if plan is None else tasks_table(network, plan)

    def _asked_for(self, prefix: str) -> str:
        """Return the chart or table of the action that was triggered."""
        return self.sender().objectName().removeprefix(prefix)

    def _ask(self, title: str, what: str, suffix: str, kinds: str) -> Path | None:
        settings, network = self._controller.settings, self._controller.store.scenario.network
        name = f"{file_stem(network.name)}-{what}{suffix}"
        path = self.dialogs.save_file(title, str(Path(settings.folder) / name), kinds, suffix)
        if path is not None:
            settings.folder = str(path.parent)
        return path

    def _write(self, path: Path, write: Callable[[], None]) -> None:
        QGuiApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
        try:
            write()
        except (InputError, OSError) as error:
            self._refuse(path, error)
            return
        finally:
            QGuiApplication.restoreOverrideCursor()
        self._say(f"{path.name} was written.", str(path.parent))

    def _take_notice_away(self) -> None:
        """Take away what an earlier export said: it belongs into no picture."""
        message = self._window.messages.message
        if message is not None and message.kind == "info":
            self._window.messages.set_message(None)
            # Its room goes to the others only in the next turn of the event loop.
            QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)

    def _say(self, title: str, text: str) -> None:
        self._controller.presenter.show_message(Message("info", title, text))

    @Slot()
    def _on_plans_changed(self) -> None:
        """Offer only what is there."""
        store, actions = self._controller.store, self._window.actions_by_key
        actions["csv_tasks"].setEnabled(store.active_plan is not None)
        survey = store.survey
        actions["csv_landscape"].setEnabled(survey is not None and not store.survey_stale)


def _named(chart: str) -> str:
    return _HERE.get(chart, f"the {chart}")
