"""Opening: says which file is being read when that takes a while."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Slot

from flgui.controller import Controller
from flgui.documents import title_of
from flgui.panels.message_bar import Message
from flgui.theme.tokens import Tokens

__all__ = ["Opening"]


class Opening(QObject):
    """Shows a message after a short while, and takes it away when the file is there."""

    def __init__(self, controller: Controller) -> None:
        super().__init__(controller)
        self._controller = controller
        self._name = ""
        self._shown: Message | None = None
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.setInterval(Tokens.load("light").px("motion.busyDelay_ms"))
        self._delay.timeout.connect(self._on_delay)
        controller.documents.reading_changed.connect(self._on_reading)

    @Slot(str)
    def _on_reading(self, name: str) -> None:
        self._name = name
        if name:
            self._delay.start()
            return
        self._delay.stop()
        if self._shown is not None and self._controller.window.messages.message is self._shown:
            self._controller.presenter.show_message(None)
        self._shown = None

    @Slot()
    def _on_delay(self) -> None:
        title = title_of(self._controller.store.scenario.network.name)
        name = Path(self._name).name or self._name
        self._shown = Message("info", f"Opening {title_of(name)}.", f"{title} can be used meanwhile.")
        self._controller.presenter.show_message(self._shown)
