"""Builds the window and what is behind it, and runs it."""

from __future__ import annotations

import itertools
import signal
import sys
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtWidgets import QApplication

from flgui.afterwards import Afterwards
from flgui.documents import Documents, Source, is_bundled, read
from flgui.heap import share_heap
from flgui.settings import Settings
from flgui.state.runner import Runner
from flgui.state.store import Store
from flgui.theme.manager import ThemeChoice, ThemeManager
from planner_core.network.model import Network, Shape
from planner_core.scenario import Scenario

if TYPE_CHECKING:
    from flgui.controller import Controller
    from flgui.main_window import MainWindow
    from flgui.menus import Menus

__all__ = ["DEFAULT_CAP", "DEFAULT_MODEL", "Parts", "application", "build", "open_window", "show_window"]

DEFAULT_MODEL = "alexnet"
DEFAULT_CAP = 36
"""Largest P of the searches, until the user says otherwise."""


_Feature = TypeVar("_Feature", bound=QObject)


@dataclass(frozen=True, eq=False)
class Parts:
    """Everything that lives as long as the window."""

    window: MainWindow
    controller: Controller
    menus: Menus
    features: tuple[QObject, ...]

    def feature(self, kind: type[_Feature]) -> _Feature:
        """Return the feature of a kind; one whose workspace was not opened yet is made."""
        from flgui.features.later import Later  # see build

        known = [f for f in self.features if not isinstance(f, Later)]
        late = (f.feature for f in self.features if isinstance(f, Later))
        return next(f for f in itertools.chain(known, late) if isinstance(f, kind))


def application() -> QApplication:
    """Return the running QApplication, or make it."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        share_heap()
        app = QApplication(sys.argv[:1])
    QCoreApplication.setApplicationName("flgui")
    return app


def build(settings: Settings, theme: ThemeChoice, runner: Runner, network: Network, source: Source) -> Parts:
    """Build window, store and controller around a runner; `controller.start()` sets them going."""
    from flgui.controller import Controller
    from flgui.dialogs import Dialogs
    from flgui.features import build_features
    from flgui.main_window import MainWindow
    from flgui.menus import Menus

    themes = ThemeManager(theme)
    themes.apply()
    store = Store(Scenario(network, max_paths=DEFAULT_CAP))
    documents = Documents()
    documents.remember(network, source)
    window = MainWindow(settings)
    controller = Controller(window, store, runner, documents, themes, settings, window)
    for part in (themes, store, documents, runner):
        part.setParent(controller)
    dialogs = Dialogs(window)
    features = build_features(controller, dialogs)
    parts = Parts(window, controller, Menus(controller, dialogs, window), features)
    themes.dress(window)
    return parts


def open_window(
    model: str | None, theme: ThemeChoice | None, input_shapes: tuple[tuple[str, Shape], ...] = ()
) -> int:
    """Open the window on a bundled network or a file, and run until it is closed; see `show_window`."""
    parts = show_window(model, theme, input_shapes)
    try:
        return application().exec()
    finally:
        parts.controller.close()


def show_window(
    model: str | None, theme: ThemeChoice | None, input_shapes: tuple[tuple[str, Shape], ...] = ()
) -> Parts:
    """Show the window on a bundled network or a file.

    A file that cannot be opened is reported in the window, which then shows the default network.

    Parameters
    ----------
    input_shapes : tuple of (name, (C, H, W))
        An empty name is the only input.
    """
    application()
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Qt's loop would never let Python see Ctrl+C
    runner = Runner(at_once=False)  # its process would take the window's share of memory and processor
    settings = Settings()
    name = model if model is not None and is_bundled(model) and not input_shapes else DEFAULT_MODEL
    network = read(name, fold=True)
    assert isinstance(network, Network)
    parts = build(settings, theme or settings.theme, runner, network, Source(name))
    window = parts.window
    pages = [partial(window.complete_workspace, title) for title in window.workspace_titles]
    last = [*pages, partial(_prepare_sweep, parts)]
    window.first_painted.connect(Afterwards([runner.start], last, parts.controller).begin)
    parts.window.show()
    from flgui.features.tour import Tour  # see build: it comes with the views

    parts.feature(Tour).begin_if_new()
    if model is not None and name != model:
        parts.controller.documents.open(model, True, input_shapes)
    parts.controller.start()
    return parts


def _prepare_sweep(parts: Parts) -> None:
    from flgui.features.sweeping import Sweeping  # see build

    parts.feature(Sweeping).page.prepare()
