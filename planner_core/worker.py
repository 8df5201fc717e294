"""The planning process: requests in over a pipe, progress and plans out; runs no Qt and draws nothing.

A request is a `Request` for plans, a `SurveyRequest`, or a `PointRequest` for the figures of one point of a
curve; answers are the tuples below, always with the request's generation:

- `("ready", 0)` once, when requests are read
- `("compiled", 0)` once from a process that compiles first, when it has
- `("progress", generation, done, total, best_s, bound_s)`
- `("plan", generation, Plan)` for a method that is done before the others
- `("cells", generation, Landscape)` some times a second while a survey fills it
- `("done", generation, PlanSet)`, or `("surveyed", generation, Landscape)`, or `("figures", generation, rows)`
  with the rows of `flplan sweep`, None where the request was cancelled, or `("failed", generation,
  PlannerError)`, or `("broken", generation, text)` for a fault of the planner itself; one of these ends every
  request

The flags lie in memory that both processes share: the parent sets byte `generation % SLOTS` to cancel that
request at once, also while a compiled loop runs.
"""

from __future__ import annotations

import importlib
import os
import signal
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing import connection, parent_process
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from planner_core.errors import PlannerError
from planner_core.network.model import Network
from planner_core.plan import METHODS, Method, Plan, PlanSet
from planner_core.scenario import Scenario
from planner_core.stop import StopToken

if TYPE_CHECKING:
    from planner_core.landscape import Landscape

__all__ = [
    "SLOTS",
    "Kernels",
    "PlanFunction",
    "PointRequest",
    "Request",
    "SurveyRequest",
    "leave_with_parent",
    "serve",
]

Kernels: TypeAlias = Literal["as needed", "compile first", "interpret"]
"""How a process comes by its kernels: compiled where they are needed and in pauses, compiled before anything else,
or run by Python, which is slow but needs no compilation."""

SLOTS = 64
"""Bytes of shared memory; far more than requests that can be under way at once."""

_PROGRESS_EVERY_S = 0.05
_CELLS_EVERY_S = 0.12
_PLAN_LIMIT_S = 30.0
"""A proof that takes longer is given up: the window then shows the gap that is left."""

_PAUSE_S = 0.3
_LEAST_PRIORITY, _BEHIND_THE_ASKER = 19, 5
_NETWORKS_KEPT = 3

PlanFunction = Callable[..., PlanSet]
"""Has the signature of `planner_core.planner.plan`."""


@dataclass(frozen=True, slots=True)
class Request:
    """One thing to plan, numbered by `generation`."""

    generation: int
    scenario: Scenario
    methods: tuple[Method, ...] = METHODS


@dataclass(frozen=True, slots=True)
class SurveyRequest:
    """A landscape to fill, numbered by `generation`; tau, P and grid of the scenario are None."""

    generation: int
    scenario: Scenario


@dataclass(frozen=True, slots=True)
class PointRequest:
    """One point of a curve, numbered by `generation`: the figures are wanted, in at most `seconds`."""

    generation: int
    scenario: Scenario
    seconds: float
    methods: tuple[Method, ...] = METHODS


def serve(
    pipe: connection.Connection,
    flags: Any,
    plan_function: str = "planner_core.planner:plan",
    kernels: Kernels = "as needed",
    background: bool = False,
) -> None:
    """Answer requests from `pipe` until it closes or brings None; the main function of the process.

    Parameters
    ----------
    pipe : Connection
        Duplex; pickled requests come in, the tuples of this module go out.
    flags : shared ctypes array of SLOTS unsigned bytes
    plan_function : str
        "module:name" of the planner, so that only this process imports it.
    kernels : Kernels
    background : bool
        Leave the processor to everyone else who wants it.
    """
    if hasattr(os, "nice"):  # who asks is a window, say, and has to answer its user meanwhile
        os.nice(_LEAST_PRIORITY if background else _BEHIND_THE_ASKER)
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl+C goes to the parent, which ends this process in order
    leave_with_parent()
    if kernels == "interpret":
        os.environ["NUMBA_DISABLE_JIT"] = "1"  # read when numba is imported, which only the planner does
        np.seterr(over="ignore")  # hashes wrap around, in compiled code without a word
    module_name, _, name = plan_function.partition(":")
    module = importlib.import_module(module_name)
    session = _Session(pipe, np.frombuffer(flags, np.uint8), getattr(module, name))
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        pipe.send(("ready", 0))
        warm_up = getattr(module, "warm_up", None) if kernels != "interpret" else None
        if kernels == "compile first" and warm_up is not None:
            warm_up()
            warm_up = None
            pipe.send(("compiled", 0))
        while True:
            # A request comes first; what it does not need is compiled or loaded in the first pause after it.
            if warm_up is not None and not pipe.poll(_PAUSE_S):
                warm_up()
                warm_up = None
            request = pipe.recv()
            if request is None:
                return
            session.answer(request)


class _Session:
    """What the process keeps from one request to the next."""

    def __init__(
        self, pipe: connection.Connection, flags: np.ndarray[Any, np.dtype[np.uint8]], plan: PlanFunction
    ) -> None:
        self._pipe = pipe
        self._flags = flags
        self._plan = plan
        self._networks: deque[Network] = deque(maxlen=_NETWORKS_KEPT)
        self._last_progress = 0.0
        self._surveyed: tuple[Scenario, Landscape] | None = None

    def answer(self, request: Request | SurveyRequest | PointRequest) -> None:
        """Plan one request or point, or fill one landscape, and send what comes of it."""
        generation, slot = request.generation, request.generation % SLOTS
        limit = _PLAN_LIMIT_S if isinstance(request, Request) else None
        if isinstance(request, PointRequest):
            limit = request.seconds
        stop = StopToken(limit, self._flags[slot : slot + 1])
        scenario = self._known(request.scenario)
        try:
            if isinstance(request, SurveyRequest):
                self._survey(generation, scenario, stop)
                return
            if isinstance(request, PointRequest):
                from planner_core.sweep_work import point_rows  # the window knows the requests alone

                rows = point_rows(scenario, request.methods, stop)
                self._pipe.send(("figures", generation, None if stop.cancelled else rows))
                return
            found = self._plan(
                scenario,
                methods=request.methods,
                stop=stop,
                progress=self._progress_of(generation),
                on_plan=self._on_plan_of(generation),
            )
            self._pipe.send(("done", generation, found))
        except PlannerError as error:
            self._pipe.send(("failed", generation, error))
        except (BrokenPipeError, ConnectionResetError):
            raise
        except Exception:  # the window must hear of it; the process stays usable
            self._pipe.send(("broken", generation, traceback.format_exc(limit=-6)))

    def _known(self, scenario: Scenario) -> Scenario:
        """Put in the network object of an earlier request that is equal: what is kept for it is found faster."""
        for network in self._networks:
            if network == scenario.network:
                return replace(scenario, network=network)
        self._networks.appendleft(scenario.network)
        return scenario

    def _survey(self, generation: int, scenario: Scenario, stop: StopToken) -> None:
        """Fill a landscape, from where the last survey of the same scenario was stopped."""
        from planner_core.search import survey  # compiled code, which a stand-in for the planner does without

        known = self._surveyed[1] if self._surveyed is not None and self._surveyed[0] == scenario else None
        found = survey(scenario, stop, self._on_cells_of(generation), known)
        self._surveyed = (scenario, found)
        self._pipe.send(("surveyed", generation, found))

    def _on_cells_of(self, generation: int) -> Callable[[Landscape], None]:
        sent = 0.0

        def on_cells(found: Landscape) -> None:
            nonlocal sent
            now = time.monotonic()
            if now - sent >= _CELLS_EVERY_S:
                sent = now
                self._pipe.send(("cells", generation, found))  # pickled here and now, so it is a copy

        return on_cells

    def _progress_of(self, generation: int) -> Callable[[int, int, float, float], None]:
        def progress(done: int, total: int, best_s: float, bound_s: float) -> None:
            now = time.monotonic()
            if now - self._last_progress >= _PROGRESS_EVERY_S or done == total:
                self._last_progress = now
                self._pipe.send(("progress", generation, done, total, best_s, bound_s))

        return progress

    def _on_plan_of(self, generation: int) -> Callable[[Plan], None]:
        def on_plan(plan: Plan) -> None:
            self._pipe.send(("plan", generation, plan))

        return on_plan


def leave_with_parent() -> None:
    """End this process when its parent is gone, however that happened; a long search would not notice."""
    parent = parent_process()
    if parent is None:
        return

    def watch(sentinels: Sequence[int] = (parent.sentinel,)) -> None:
        connection.wait(list(sentinels))
        os._exit(1)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
