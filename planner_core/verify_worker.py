"""The process that verifies one plan for the window; see `flgui.features.verifying`.

It sends ("progress", done, total), and in the end ("done", VerifyResult) or ("failed", text). To stop it, end it.
"""

from __future__ import annotations

import os
import signal
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import connection

from planner_core.errors import PlannerError
from planner_core.plan import PlanSet
from planner_core.worker import leave_with_parent

__all__ = ["VerifyRequest", "VerifyResult", "serve_verification"]

_PROGRESS_EVERY_S = 0.1
_NICE = 5


@dataclass(frozen=True, slots=True)
class VerifyRequest:
    """A plan, alone in its PlanSet, and the ONNX file that its network was read from."""

    model: str
    planset: PlanSet


@dataclass(frozen=True, slots=True)
class VerifyResult:
    """What came of it, without what is only needed to work it out.

    Parameters
    ----------
    tensor : str
        The one with the largest difference for its scale; `difference` and `scale` are its.
    failed_paths : int
        Paths that could not be run as planned; `failure` says what the first one lacks.
    random_weights : bool
        Weights that are the same everywhere, or not in the file, were random ones.
    """

    passed: bool
    tensor: str
    difference: float
    scale: float
    failed_paths: int
    failure: str
    random_weights: bool


def serve_verification(pipe: connection.Connection, request: VerifyRequest) -> None:
    """Verify `request` and send what comes of it; the main function of the process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C goes to the parent, which ends this process
    leave_with_parent()
    if hasattr(os, "nice"):
        os.nice(_NICE)  # the plans of the window come first
    with suppress(BrokenPipeError, ConnectionResetError):
        try:
            pipe.send(("done", _verify(request, _progress(pipe))))
        except PlannerError as error:
            pipe.send(("failed", str(error)))
        except (BrokenPipeError, ConnectionResetError):
            raise
        except Exception:  # the window must hear of it
            pipe.send(("failed", traceback.format_exc(limit=-3)))


def _verify(request: VerifyRequest, progress: Callable[[int, int], None]) -> VerifyResult:
    from planner_core.export.plan_json import plan_text  # all of these only this process needs
    from planner_core.verify.model import load_model
    from planner_core.verify.plan_file import parse_plan_file
    from planner_core.verify.run import verify

    file = parse_plan_file(plan_text(request.planset))
    model = load_model(request.model, file.network)
    found = verify(model, file.plans[0], file.bits_per_element, progress=progress)
    worst = found.largest
    p, cause = next(iter(found.failures.items()), (0, ""))
    return VerifyResult(
        found.passed,
        worst.tensor,
        worst.difference,
        worst.scale,
        len(found.failures),
        f"path {p}: {cause}" if cause else "",
        model.random_weights > 0,
    )


def _progress(pipe: connection.Connection) -> Callable[[int, int], None]:
    sent = 0.0

    def progress(done: int, total: int) -> None:
        nonlocal sent
        now = time.monotonic()
        if now - sent >= _PROGRESS_EVERY_S or done == total:
            sent = now
            pipe.send(("progress", done, total))

    return progress
