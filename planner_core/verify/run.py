"""verify: a plan's tiles against the whole network (SPEC sections 2, 3 and 7)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from planner_core.errors import Cancelled
from planner_core.stop import StopToken
from planner_core.verify.boxes import Array, Box, MismatchError, cut_view, full_box
from planner_core.verify.model import RunnableModel
from planner_core.verify.paths import PathRunner
from planner_core.verify.plan_file import TiledPlan

__all__ = ["TOLERANCE", "Comparison", "Verification", "verify"]

TOLERANCE = 2.0**-15
"""Largest difference that rounding is held to explain, as a share of the tensor's largest magnitude: 256 units in
the last place of float32. Kernels add up in another order for other sizes; what is measured lies below 1e-5."""

ProgressFunction = Callable[[int, int], None]
"""Gets how many of how many layer tiles are done."""


@dataclass(frozen=True)
class Comparison:
    """One tensor, put together from tiles, against the same tensor of the whole run.

    Parameters
    ----------
    tensor : str
        Network input or layer.
    place : "frontier" or "output"
    difference : float
        Largest absolute difference; infinite where one of the two is no finite number.
    scale : float
        Largest magnitude in the whole run.
    constant : bool
        The whole run has one value everywhere, so that a mixed-up tile need not show.
    """

    tensor: str
    place: str
    difference: float
    scale: float
    constant: bool

    @property
    def relative(self) -> float:
        """Difference over scale."""
        return self.difference / self.scale if self.scale > 0 else float(self.difference > 0)

    @property
    def passed(self) -> bool:
        """Whether rounding explains the difference."""
        return math.isfinite(self.difference) and self.difference <= TOLERANCE * self.scale


@dataclass(frozen=True)
class Verification:
    """What came of one plan.

    Parameters
    ----------
    failures : mapping
        Path to why it could not be run as planned.
    comparisons : tuple of Comparison
        Frontier tensors in their order, then the network's outputs; the outputs are left out when a path failed.
    layer_tiles : int
        Layers that were run, over all paths.
    """

    plan: TiledPlan
    failures: Mapping[int, str] = field(default_factory=dict)
    comparisons: tuple[Comparison, ...] = ()
    layer_tiles: int = 0

    @property
    def passed(self) -> bool:
        """Whether every path ran as planned and every tensor agrees."""
        return not self.failures and all(c.passed for c in self.comparisons)

    @property
    def largest(self) -> Comparison:
        """The comparison with the largest difference for its scale."""
        return max(self.comparisons, key=lambda c: c.relative)


def verify(
    model: RunnableModel,
    plan: TiledPlan,
    bits_per_element: int = 32,
    seed: int = 0,
    stop: StopToken | None = None,
    progress: ProgressFunction | None = None,
) -> Verification:
    """Run the whole network, then every path of `plan` tile by tile, and compare.

    The whole network is run on seeded random inputs. Each path takes its tile of the inputs, runs the layers before
    its offloading layer, hands over what the layers behind it read, and runs those from that alone; every layer on
    no more than the plan's regions hold. The tiles of the frontier tensors are put together, and the rest of the
    network runs on them.

    Parameters
    ----------
    stop : StopToken, optional
        Looked at after every layer of a path.
    progress : callable, optional

    Raises
    ------
    Cancelled
        When `stop` fires.
    InputError
        When ONNX Runtime cannot run the whole network.
    """
    counter = _Counter(plan.paths * plan.tau, StopToken() if stop is None else stop, progress)
    network = model.network
    inputs = model.inputs(seed)
    runner = PathRunner(model, plan, inputs, bits_per_element)
    outputs = [name for name in network.outputs if name not in runner.frontier]
    whole = model.run(inputs, [*runner.frontier, *outputs])
    counter.check()
    stitched = {name: _Stitched(whole[name]) for name in runner.frontier}
    failures: dict[int, str] = {}
    for p in plan.order:
        try:
            for name, (box, value) in runner.run(p, counter.step).items():
                stitched[name].put(box, value)
        except MismatchError as error:
            failures[p] = str(error)
        counter.finish_path(plan.tau)
    compared = [_compare(name, "frontier", s.value, whole[name], s.missing) for name, s in stitched.items()]
    if not failures:
        rest = model.run({name: s.value for name, s in stitched.items()}, outputs)
        compared += [_compare(name, "output", rest[name], whole[name]) for name in outputs]
    return Verification(plan, failures, tuple(compared), counter.run)


class _Counter:
    """Counts layers of paths, reports them, and ends the run when the stop token fires."""

    def __init__(self, total: int, stop: StopToken, progress: ProgressFunction | None) -> None:
        self.run = 0
        self._paths = 0
        self._done = 0
        self._total, self._stop, self._progress = total, stop, progress

    def check(self) -> None:
        if self._stop:
            raise Cancelled("the verification was stopped")

    def step(self) -> None:
        self.check()
        self.run += 1
        self._report(self._done + 1)

    def finish_path(self, layers: int) -> None:
        """A path that failed has not run all of its layers."""
        self._paths += 1
        self._report(self._paths * layers)

    def _report(self, done: int) -> None:
        self._done = done
        if self._progress is not None:
            self._progress(done, self._total)


class _Stitched:
    """A frontier tensor that is put together from its tiles."""

    def __init__(self, like: Array) -> None:
        self.value: Array = np.zeros_like(like)
        self._covered = np.zeros(full_box(like.shape)[1::2], bool)

    def put(self, box: Box, value: Array) -> None:
        cut_view(self.value, box)[...] = value
        self._covered[box[0] : box[1], box[2] : box[3]] = True

    @property
    def missing(self) -> bool:
        """Whether a position belongs to no tile."""
        return not self._covered.all()


def _compare(name: str, place: str, made: Array, whole: Array, missing: bool = False) -> Comparison:
    a, b = _numbers(made), _numbers(whole)
    finite = bool(np.isfinite(a).all() and np.isfinite(b).all())
    difference = float(np.abs(a - b).max(initial=0.0)) if finite and not missing else float("inf")
    scale = float(np.abs(b).max(initial=0.0)) if np.isfinite(b).all() else float("inf")
    constant = bool(b.size > 1 and (b == b.flat[0]).all())
    return Comparison(name, place, difference, scale, constant)


def _numbers(value: Array) -> npt.NDArray[np.float64]:
    return value.astype(np.float64)
