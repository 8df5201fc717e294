"""Snapshot: the same window off screen, its picture and its plan in two files."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QEventLoop, QObject, QSettings, QTimer, Slot

from flgui.app import DEFAULT_MODEL, Parts, application, build
from flgui.documents import Source, read, source_of_plan
from flgui.features.scents import Scents
from flgui.pictures import write_picture
from flgui.settings import Settings
from flgui.state.runner import Runner
from flgui.state.work import Work
from flgui.theme.manager import ThemeChoice
from planner_core.errors import InputError
from planner_core.network.model import Network, Shape

__all__ = ["take_snapshot", "window_off_screen"]

_SEARCH_LIMIT_MS = 60_000
_SURVEY_LIMIT_MS = 60_000
_CURVES_LIMIT_MS = 60_000
_LOOK_MS = 100


def take_snapshot(
    model: str | None,
    theme: ThemeChoice | None,
    picture: Path,
    plan: Path | None,
    size: tuple[int, int] = (1440, 900),
    input_shapes: tuple[tuple[str, Shape], ...] = (),
) -> None:
    """Draw the window off screen, wait for its plans, and write the picture and the plan JSON.

    Raises
    ------
    InputError
        If the model cannot be read, cannot be planned, or a file cannot be written.
    """
    with window_off_screen(model, theme, size, input_shapes) as parts:
        _write(parts, picture, plan)


@contextmanager
def window_off_screen(
    model: str | None,
    theme: ThemeChoice | None,
    size: tuple[int, int],
    input_shapes: tuple[tuple[str, Shape], ...] = (),
    patience: int = 1,
    rate_bps: float | None = None,
) -> Iterator[Parts]:
    """Open the window off screen with settings of its own, and wait for everything that it computes.

    A search that takes longer than a minute is ended with the best plan so far, and a landscape that takes
    longer than that is drawn as far as it is filled; the picture says so. So are the curves over the
    sliders.

    Parameters
    ----------
    patience : int
        Factor on these limits.
    rate_bps : float, optional
        Link rate of the scenario, in bit/s.

    Raises
    ------
    InputError
        If the model cannot be read or cannot be planned.
    """
    application()
    runner = Runner()
    try:
        name = DEFAULT_MODEL if model is None else model
        opened = read(name, fold=True, input_shapes=dict(input_shapes))
        network = opened if isinstance(opened, Network) else opened.scenario.network
        given = Source(name, input_shapes=input_shapes)
        source = given if isinstance(opened, Network) else source_of_plan(network, name)
        with tempfile.TemporaryDirectory() as folder:
            settings = Settings(QSettings(str(Path(folder) / "settings.ini"), QSettings.Format.IniFormat))
            parts = build(settings, theme or "light", runner, network, source)
            parts.window.resize(*size)
            parts.window.show()
            parts.controller.start()
            documents = parts.controller.documents
            if isinstance(opened, Work):
                documents.work_opened.emit(opened, Path(name))
            elif not isinstance(opened, Network):
                documents.plan_opened.emit(opened, Path(name))
            if rate_bps is not None:
                parts.controller.edit("rate_bps", rate_bps)
                parts.controller.undo_stack.clear()
            waiting = _Wait(parts, patience)
            waiting.until_planned()
            waiting.until_surveyed()
            waiting.until_drawn(parts.feature(Scents))
            yield parts
            parts.window.close()
    finally:
        runner.close()


class _Wait(QObject):
    """Runs the event loop until the plans are there, and then the landscape."""

    def __init__(self, parts: Parts, patience: int = 1) -> None:
        super().__init__()
        self._patience = patience
        self._store = parts.controller.store
        self._runner = parts.controller.runner
        self._loop = QEventLoop()
        self._failure = ""
        self._store.plans_changed.connect(self._on_plans)
        self._store.survey_changed.connect(self._on_survey)
        self._runner.failed.connect(self._on_failed)
        self._limit = QTimer(self)
        self._limit.setSingleShot(True)
        self._limit.timeout.connect(self._runner.stop)

    def until_planned(self) -> None:
        """Wait; raises InputError where there is no plan."""
        self._limit.start(self._patience * _SEARCH_LIMIT_MS)
        if self._store.stale:
            self._loop.exec()
        self._limit.stop()
        if self._failure:
            raise InputError(self._failure)

    def until_surveyed(self) -> None:
        """Wait for the landscape, for a limited time."""
        self._limit.timeout.disconnect(self._runner.stop)
        self._limit.timeout.connect(self._loop.quit)
        self._limit.start(self._patience * _SURVEY_LIMIT_MS)
        if not self._is_surveyed():
            self._loop.exec()
        self._limit.stop()

    def until_drawn(self, scents: Scents) -> None:
        """Wait for the curves over the sliders, for a limited time."""
        self._limit.start(self._patience * _CURVES_LIMIT_MS)
        while not scents.complete and self._limit.isActive():
            QTimer.singleShot(_LOOK_MS, self._loop.quit)
            self._loop.exec()
        self._limit.stop()
        for _ in range(3):  # layouts and the views' own delayed repaints
            QEventLoop().processEvents()

    @Slot()
    def _on_plans(self) -> None:
        if not self._store.stale:
            self._loop.quit()

    def _is_surveyed(self) -> bool:
        survey = self._store.survey
        return survey is not None and survey.whole and not self._store.survey_stale

    @Slot()
    def _on_survey(self) -> None:
        if self._is_surveyed():
            self._loop.quit()

    @Slot(object, str)
    def _on_failed(self, scenario: object, text: str) -> None:
        self._failure = text
        self._loop.quit()


def _write(parts: Parts, picture: Path, plan: Path | None) -> None:
    title = f"flgui: {parts.controller.store.scenario.network.name}"
    write_picture(parts.window, picture, title, parts.window.devicePixelRatioF())
    planset = parts.controller.store.planset
    if plan is not None and planset is not None:
        from planner_core.export import write_plan  # see documents: it pulls in the schema checker

        write_plan(planset, plan)
