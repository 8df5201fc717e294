"""Background: the figures of many scenarios, planned one by one where nobody waits for the processor."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from PySide6.QtCore import QObject, Qt, QTimer, Signal, SignalInstance, Slot

from flgui.state.kept import Kept
from planner_core.figures import Figures
from planner_core.scenario import Scenario
from planner_core.worker import PointRequest

__all__ = ["OWNERS", "Background"]

OWNERS = ("curves", "sweep")
"""Who asks for points; the first is served first."""

_KEPT = 8192
_DEATHS = 3
_PATIENCE_MS = 90_000  # the first compilation ever takes long, and cannot be cancelled
_DIED = "the planning process ended on this point"
_STUCK = "the planning process did not answer"


class _Worker(Protocol):
    """What is needed of PlanProcess; tests put in their own."""

    @property
    def answered(self) -> SignalInstance: ...
    @property
    def ended(self) -> SignalInstance: ...
    def send(self, request: PointRequest) -> None: ...
    def cancel(self, generation: int) -> None: ...
    def kill(self) -> None: ...
    def close(self) -> None: ...


@dataclass(slots=True)
class _Want:
    """What one owner wants: the points still to come, all of them, and the seconds that each may take."""

    todo: deque[Scenario] = field(default_factory=deque)
    all: frozenset[Scenario] = frozenset()
    seconds: float = 0.0


@dataclass(slots=True)
class _Post:
    """One process: whether it has said that it reads, and what it works on."""

    worker: _Worker
    ready: bool = False
    running: PointRequest | None = None
    cancelled: bool = False


class Background(QObject):
    """Plans points in processes of its own, of the least priority, and keeps what comes of them.

    Each owner says at any time which points it wants, in which order; what nobody wants any more is
    cancelled. While plans of the window are under way no point is begun. The processes start with the first
    point.

    Parameters
    ----------
    factory : callable or None
        Makes a `PlanProcess` or a stand-in; None plans nothing.
    processes : int
        How many at once.
    """

    arrived = Signal(object)
    """A Scenario of which figures, or a failure, are known now."""

    def __init__(
        self, factory: Callable[[], Any] | None, processes: int = 1, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._factory = factory
        self._processes = processes
        self._posts: list[_Post] = []
        self._wants: dict[str, _Want] = {name: _Want() for name in OWNERS}
        self._kept: Kept[Scenario, tuple[Figures, float]] = Kept(_KEPT)
        self._failures: dict[Scenario, str] = {}
        self._numbers = itertools.count(1)
        self._held = self._closed = False
        self._deaths = 0
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(_PATIENCE_MS)
        self._patience.timeout.connect(self._on_no_answer)

    @property
    def able(self) -> bool:
        """Whether there are processes for points, and they do not die of every one."""
        return self._factory is not None and not self._closed and self._deaths < _DEATHS

    def want(self, owner: str, scenarios: Iterable[Scenario], seconds: float = 1.0) -> None:
        """Replace what `owner` wants: these points, in this order, each in at most `seconds`.

        What is known already, or has failed, is not planned again. A point whose BF was left open in less
        time is.
        """
        todo = deque(s for s in scenarios if not self.knows(s, seconds) and s not in self._failures)
        self._wants[owner] = _Want(todo, frozenset(todo), seconds)
        for post in self._posts:
            self._cancel_unwanted(post)
        self._submit()

    def knows(self, scenario: Scenario, seconds: float = 0.0) -> bool:
        """Whether figures are known that `seconds` would not better."""
        kept = self._kept.get(scenario)
        return kept is not None and (kept[0].final or kept[1] >= seconds)

    def figures(self, scenario: Scenario) -> Figures | None:
        """What is known of a point."""
        kept = self._kept.use(scenario)
        return kept[0] if kept is not None else None

    def failure(self, scenario: Scenario) -> str | None:
        """Why a point could not be planned."""
        return self._failures.get(scenario)

    def forget_failures(self) -> None:
        """Let points that have failed be tried again."""
        self._failures.clear()

    def hold(self, held: bool) -> None:
        """Begin no point while the window waits for plans."""
        if held != self._held:
            self._held = held
            self._submit()

    def close(self) -> None:
        """End the processes."""
        self._closed = True
        self._patience.stop()
        for post in self._posts:
            post.worker.close()
        self._posts.clear()

    def _submit(self) -> None:
        """Give every process that is free the next point."""
        if self._held or not self.able:
            return
        waiting = sum(len(want.todo) for want in self._wants.values())
        if waiting and len(self._posts) < min(self._processes, waiting):
            self._start()
        for post in self._posts:
            if post.ready and post.running is None:
                self._begin(post)

    def _begin(self, post: _Post) -> None:
        for want in self._wants.values():
            while want.todo:
                scenario = want.todo.popleft()
                busy = any(p.running is not None and p.running.scenario == scenario for p in self._posts)
                if busy or self.knows(scenario, want.seconds):
                    continue
                post.running = PointRequest(next(self._numbers), scenario, want.seconds)
                post.cancelled = False
                post.worker.send(post.running)
                self._patience.start()
                return

    def _start(self) -> None:
        assert self._factory is not None
        worker: _Worker = self._factory()
        worker.answered.connect(self._on_answer, Qt.ConnectionType.QueuedConnection)
        worker.ended.connect(self._on_ended, Qt.ConnectionType.QueuedConnection)
        self._posts.append(_Post(worker))

    def _cancel_unwanted(self, post: _Post) -> None:
        running = post.running
        if running is None or post.cancelled:
            return
        # What goes on may be in the new wish as well: then it is not to be begun a second time.
        if not any(running.scenario in want.all for want in self._wants.values()):
            post.cancelled = True
            post.worker.cancel(running.generation)

    def _post(self) -> _Post | None:
        """The process that a signal comes from; None when it was given up."""
        sender: Any = self.sender()
        return next((post for post in self._posts if post.worker is sender), None)

    @Slot(object)
    def _on_answer(self, message: tuple[Any, ...]) -> None:
        kind, generation, *rest = message
        post = self._post()
        if self._closed or post is None:
            return
        if kind == "ready":
            post.ready = True
            self._submit()
            return
        if post.running is None or post.running.generation != generation:
            return
        request, post.running = post.running, None
        if not any(p.running for p in self._posts):
            self._patience.stop()
        self._deaths = 0
        if kind == "figures" and rest[0] is not None:
            self._keep(request, Figures(tuple(rest[0])))
        elif kind != "figures":
            self._fail(request.scenario, str(rest[0]) if kind == "failed" else _last_line(rest[0]))
        elif any(request.scenario in want.all for want in self._wants.values()):
            self._want_again(request.scenario)
        self._submit()

    def _want_again(self, scenario: Scenario) -> None:
        """Put a point back that was cancelled and then wanted after all."""
        for want in self._wants.values():
            if scenario in want.all and scenario not in want.todo:
                want.todo.appendleft(scenario)
                return

    def _keep(self, request: PointRequest, figures: Figures) -> None:
        self._kept.put(request.scenario, (figures, request.seconds))
        self.arrived.emit(request.scenario)

    def _fail(self, scenario: Scenario, text: str) -> None:
        self._failures[scenario] = text
        self.arrived.emit(scenario)

    @Slot()
    def _on_ended(self) -> None:
        """Note the point that a process died of, and go on with another process, but not for ever."""
        post = self._post()
        if self._closed or post is None:
            return
        post.worker.close()
        self._give_up(post, _DIED)

    @Slot()
    def _on_no_answer(self) -> None:
        """Replace the processes that do not answer."""
        for post in [p for p in self._posts if p.running is not None]:
            post.worker.kill()
            self._give_up(post, _STUCK)

    def _give_up(self, post: _Post, text: str) -> None:
        self._posts.remove(post)
        self._deaths += 1
        if post.running is not None:
            self._fail(post.running.scenario, text)
        self._submit()


def _last_line(trace: str) -> str:
    lines = [line.strip() for line in trace.splitlines() if line.strip()]
    return lines[-1] if lines else "the planner stopped"
