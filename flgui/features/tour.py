"""Tour: a few notes on the parts of the window, shown once to whoever opens it for the first time."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtWidgets import QWidget

from flgui.controller import Controller
from flgui.main_window import MainWindow

if TYPE_CHECKING:
    from flgui.widgets.coach_mark import CoachMark

__all__ = ["STEPS", "Tour"]

_FLAG: Final = "toured"

STEPS: Final[tuple[tuple[Callable[[MainWindow], QWidget], str, str], ...]] = (
    (
        lambda window: window.strip,
        "The system: device, link, edge server",
        "Move a slider and every plan follows at once. The curve over a slider says where moving it pays, "
        "before it is moved.",
    ),
    (
        lambda window: window.scores,
        "What it costs",
        "No fusing, waiting minimised, and the best plan with its proof. Click one, or press 1, 2, 3: "
        "its plan fills network and tiles. Names explain themselves when the pointer rests on them.",
    ),
    (
        lambda window: window.gantt,
        "Who works when",
        "Click a bar to follow its path everywhere. The wheel zooms time, a drag on the ruler sets the "
        "time cursor, Space plays it.",
    ),
    (
        lambda window: window.tiles,
        "The tiles on the picture",
        "What each path needs of the input, and what it shares with its neighbours. Use a picture of your own "
        "by the ... button.",
    ),
    (
        lambda window: window.bottom,
        "Every τ and P",
        "The landscape holds the time of each way of cutting; click a cell to go there. The tables are beside it.",
    ),
    (
        lambda window: window.top_bar.finder,
        "Everything by name",
        "Ctrl+K finds actions, networks, layers and paths; F1 lists all keys. This tour is in the Help menu.",
    ),
)
"""(part, title, text) of each note."""


class Tour(QObject):
    """Goes from note to note; once seen or skipped it begins only when it is asked for."""

    def __init__(self, controller: Controller) -> None:
        super().__init__(controller)
        self._controller = controller
        self._window = controller.window
        self._at = -1
        self._window.installEventFilter(self)
        self._window.workspace_changed.connect(self.end)
        self._window.actions_by_key["tour"].triggered.connect(self.start)

    @cached_property
    def mark(self) -> CoachMark:
        """The note, made for the first of them."""
        from flgui.widgets.coach_mark import CoachMark  # not for the window's start

        made = CoachMark(self._window)
        made.next_wanted.connect(self._on_next)
        made.back_wanted.connect(self._on_back)
        made.skipped.connect(self.end)
        self._window.add_themed(made)
        return made

    @property
    def running(self) -> bool:
        """Whether a note is shown."""
        return self._at >= 0

    def begin_if_new(self) -> None:
        """Begin with the first plans, when this is the first time."""
        if not self._controller.settings.flag(_FLAG, False):
            self._controller.store.plans_changed.connect(self._on_plans)

    @Slot()
    def start(self) -> None:
        """Begin anew, with the keyboard on the note."""
        self._window.set_workspace("Plan")
        self._show(0)
        self.mark.next.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def end(self) -> None:
        """Take the note away, and never come again unasked."""
        if self.running:
            self._at = -1
            self.mark.leave()
            self._controller.settings.keep_flag(_FLAG, True)
            self._window.gantt.setFocus()

    def _show(self, at: int) -> None:
        self._at = at
        part, title, text = STEPS[at]
        spot, scores = part(self._window), self._window.scores
        self.mark.tell(spot, title, text, at + 1, len(STEPS), scores if spot is not scores else None)

    @Slot()
    def _on_next(self) -> None:
        if self._at + 1 < len(STEPS):
            self._show(self._at + 1)
        else:
            self.end()

    @Slot()
    def _on_back(self) -> None:
        if self._at > 0:
            self._show(self._at - 1)

    @Slot()
    def _on_plans(self) -> None:
        if not self._controller.store.stale and not self.running:
            self._controller.store.plans_changed.disconnect(self._on_plans)
            self._show(0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay beside the part when the window changes its size."""
        if event.type() == QEvent.Type.Resize and self.running:
            self.mark.place()
        return super().eventFilter(watched, event)
