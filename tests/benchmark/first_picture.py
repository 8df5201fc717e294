"""One start of a window until its first picture; run in a process of its own: `MODULE bare|flgui`.

Prints the seconds since the epoch when the picture stood, and which solver libraries were loaded by then.
"""

from __future__ import annotations

import sys
import time

SOLVERS = ("numba", "llvmlite", "highspy", "onnx", "scipy", "ortools")


def main(which: str) -> int:
    """Open the window, note its first paint event, and end."""
    return _bare() if which == "bare" else _flgui()


def _tell() -> None:
    loaded = [name for name in SOLVERS if name in sys.modules]
    print(repr((time.time(), loaded)), flush=True)


def _bare() -> int:
    import pyqtgraph as pg  # what the yardstick loads is part of what is measured
    from PySide6.QtWidgets import QApplication, QMainWindow

    app = QApplication(sys.argv[:1])
    window = QMainWindow()
    window.setCentralWidget(pg.PlotWidget())
    window.resize(1440, 900)
    window.show()
    app.processEvents()
    window.grab()
    _tell()
    return 0


def _flgui() -> int:
    import tempfile
    from pathlib import Path

    from PySide6.QtCore import QCoreApplication, QEventLoop, QSettings

    import flgui.app as flgui_app
    from flgui.documents import Source, read
    from flgui.settings import Settings
    from flgui.state.runner import Runner
    from planner_core.network.model import Network

    flgui_app.application()
    runner = Runner()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(QSettings(str(Path(folder) / "settings.ini"), QSettings.Format.IniFormat))
        network = read(flgui_app.DEFAULT_MODEL, fold=True)
        assert isinstance(network, Network)
        parts = flgui_app.build(settings, "light", runner, network, Source(flgui_app.DEFAULT_MODEL))
        parts.window.resize(1440, 900)
        parts.window.show()
        parts.controller.start()
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents)
        parts.window.grab()
        _tell()
        parts.window.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
