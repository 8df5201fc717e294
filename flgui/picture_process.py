"""The process that makes files of pictures: the window only lets its widgets paint, and stays quick meanwhile."""

from __future__ import annotations

import os
from multiprocessing.connection import Connection
from typing import Any

__all__ = ["serve"]


def serve(pipe: Connection[Any, Any]) -> None:
    """Answer each (number, Taken) with (number, bytes of the file or the Exception), until None or the pipe's end."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtGui import QGuiApplication  # the platform is chosen first

    from flgui.pictures import finished
    from flgui.theme.fonts import load_fonts, text_font

    app = QGuiApplication(["flgui-pictures"])
    load_fonts()
    app.setFont(text_font())
    while True:
        try:
            asked = pipe.recv()
        except (EOFError, OSError):
            break
        if asked is None:
            break
        number, taken = asked
        answer: bytes | Exception
        try:
            answer = finished(taken)
        except Exception as error:  # whatever it is, the window says so
            answer = error
        pipe.send((number, answer))
    del app
