"""Playback: the time cursor runs over all plans at once, and steps from event to event."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent

from flgui.controller import Controller
from flgui.viewmodel.moments import moments_of, next_moment

__all__ = ["SPEEDS", "WHOLE_S", "Playback"]

SPEEDS: Final = (1.0, 20.0, 200.0, 1000.0, 0.0)
"""Seconds that a second of the plan takes; 0 plays the longest plan in `WHOLE_S` seconds, however long it is."""
WHOLE_S: Final = 10.0
_DEFAULT: Final = 200.0
_TICK_MS: Final = 16


class Playback(QObject):
    """Moves the store's time cursor: by a timer while it plays, by key from event to event.

    One timer, no planning: a tick sets the cursor and every view paints it.
    """

    playing_changed = Signal(bool)

    def __init__(self, controller: Controller) -> None:
        super().__init__(controller)
        self._store = controller.store
        self._gantt = controller.window.gantt
        self._speed = _DEFAULT
        self._network = self._store.scenario.network
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_tick)
        self._clock = QElapsedTimer()
        self._gantt.set_speeds(SPEEDS, self._speed)
        self._gantt.play_clicked.connect(self.toggle)
        self._gantt.speed_chosen.connect(self.set_speed)
        self._gantt.cursor_moved.connect(self._on_cursor_moved)
        self._store.scenario_changed.connect(self._on_scenario)
        actions = controller.window.actions_by_key
        actions["play"].triggered.connect(self.toggle)
        actions["next_event"].triggered.connect(self.next_event)
        actions["previous_event"].triggered.connect(self.previous_event)
        controller.window.installEventFilter(self)
        controller.window.about_to_close.connect(self.stop)

    @property
    def playing(self) -> bool:
        """Whether time runs."""
        return self._timer.isActive()

    @property
    def speed(self) -> float:
        """Seconds that a second of the plan takes; 0 plays the longest plan in ten seconds."""
        return self._speed

    @property
    def end_s(self) -> float:
        """Where time stops: the end of the longest plan on screen."""
        planset, manual = self._store.planset, self._store.manual_plan
        plans = list(planset.plans.values()) if planset is not None else []
        if manual is not None:
            plans.append(manual)
        return max((plan.makespan_s for plan in plans), default=0.0)

    @Slot()
    def toggle(self) -> None:
        """Play from the cursor, or from 0 when there is none or it is at the end; or stop."""
        if self.playing:
            self.stop()
            return
        end = self.end_s
        if end <= 0:
            return
        now = self._store.cursor_s
        if now is None or now >= end:
            self._store.set_cursor(0.0)
        self._clock.start()
        self._timer.start()
        self._announce()

    @Slot()
    def stop(self) -> None:
        """Let time stand still."""
        if self.playing:
            self._timer.stop()
            self._announce()

    @Slot(float)
    def set_speed(self, speed: float) -> None:
        """Choose one of SPEEDS."""
        self._speed = speed
        self._gantt.set_speeds(SPEEDS, speed)

    @Slot()
    def next_event(self) -> None:
        """Go to the next moment at which a bar of the shown plan starts or ends."""
        self._step(1)

    @Slot()
    def previous_event(self) -> None:
        """Go to the moment before."""
        self._step(-1)

    def advance(self, seconds: float) -> None:
        """Let `seconds` of the spectator's time pass; stops at the end."""
        end = self.end_s
        rate = 1 / self._speed if self._speed else end / WHOLE_S
        moment = (self._store.cursor_s or 0.0) + seconds * rate
        self._store.set_cursor(min(moment, end))
        if moment >= end:
            self.stop()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the keys that nothing inside the window wanted."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            action = {
                Qt.Key.Key_Space: self.toggle,
                Qt.Key.Key_Period: self.next_event,
                Qt.Key.Key_Comma: self.previous_event,
            }.get(Qt.Key(event.key()))
            if action is not None and not event.modifiers():
                if not (event.isAutoRepeat() and event.key() == Qt.Key.Key_Space):
                    action()
                return True
        return super().eventFilter(watched, event)

    def _step(self, by: int) -> None:
        plan = self._store.active_plan
        if plan is None:
            return
        self.stop()
        moment = next_moment(moments_of(plan), self._store.cursor_s, by)
        if moment is not None:
            self._store.set_cursor(moment)

    def _announce(self) -> None:
        self._gantt.set_playing(self.playing)
        self.playing_changed.emit(self.playing)

    @Slot()
    def _on_tick(self) -> None:
        self.advance(self._clock.restart() / 1000)

    @Slot(object)
    def _on_cursor_moved(self, time_s: float | None) -> None:
        self.stop()
        self._store.set_cursor(time_s)

    @Slot(object)
    def _on_scenario(self) -> None:
        """A moment of one network says nothing about another one."""
        network = self._store.scenario.network
        if network != self._network:
            self._network = network
            self.stop()
            self._store.set_cursor(None)
