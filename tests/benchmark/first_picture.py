"""One start of a window until its first picture; run in a process of its own: `MODULE bare|flgui`.

Prints the seconds since the epoch when the picture stood, the seconds of processor time that it took, and which solver
libraries were loaded by then.
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
    print(repr((time.time(), time.process_time(), loaded)), flush=True)


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
    import os
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME"):
            os.environ[name] = folder  # neither the user's settings nor work that a crash left
        from flgui.__main__ import prepare  # from here on as this command does

        prepare()
        from flgui.app import application, show_window

        parts = show_window(None, "light")
        application().processEvents()
        parts.window.grab()
        _tell()
        parts.controller.close()
        parts.window.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
