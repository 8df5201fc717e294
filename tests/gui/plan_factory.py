"""Plans for tests of the views: made by hand, or timed literally by SPEC section 4 from made-up costs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from planner_core.network.model import POINTWISE, WHOLE, Layer, Network, TensorSpec, Window
from planner_core.plan import FloatArray, Method, Plan, PlanSet, Schedule
from planner_core.scenario import Scenario
from planner_core.system import System

__all__ = ["alexnet", "make_plan", "make_planset", "timed", "two_branches"]


def alexnet() -> Network:
    """AlexNet's eleven folded layers, as FIELD.md has them."""
    layers: list[Layer] = []
    before = "input"
    shape = (3, 224, 224)

    def add(name: str, op: str, out: tuple[int, int, int], window: Window | str) -> None:
        nonlocal before, shape
        if isinstance(window, Window):
            kernel = window.kernel[0] * window.kernel[1]
            macs = int(np.prod(out)) * kernel * shape[0] if op == "Conv" else 0
            flops = 2.0 * macs if macs else float(np.prod(out)) * kernel
        else:
            macs = int(np.prod(shape)) * out[0]
            flops = 2.0 * macs
        layers.append(Layer(name, op, (before,), out, flops, macs, window))  # type: ignore[arg-type]
        before, shape = name, out

    add("conv1", "Conv", (64, 55, 55), Window((11, 11), (4, 4), (2, 2, 2, 2)))
    add("pool1", "MaxPool", (64, 27, 27), Window((3, 3), (2, 2)))
    add("conv2", "Conv", (192, 27, 27), Window((5, 5), (1, 1), (2, 2, 2, 2)))
    add("pool2", "MaxPool", (192, 13, 13), Window((3, 3), (2, 2)))
    add("conv3", "Conv", (384, 13, 13), Window((3, 3), (1, 1), (1, 1, 1, 1)))
    add("conv4", "Conv", (256, 13, 13), Window((3, 3), (1, 1), (1, 1, 1, 1)))
    add("conv5", "Conv", (256, 13, 13), Window((3, 3), (1, 1), (1, 1, 1, 1)))
    add("pool5", "MaxPool", (256, 6, 6), Window((3, 3), (2, 2)))
    add("fc6", "Gemm", (4096, 1, 1), WHOLE)
    add("fc7", "Gemm", (4096, 1, 1), WHOLE)
    add("fc8", "Gemm", (1000, 1, 1), WHOLE)
    return Network("AlexNet", (TensorSpec("input", (3, 224, 224)),), tuple(layers))


def two_branches() -> Network:
    """input -> a -> (b, c) -> sum -> d: a cut behind b sends two tensors."""
    same = Window((3, 3), (1, 1), (1, 1, 1, 1))
    shape = (4, 16, 16)
    return Network(
        "branches",
        (TensorSpec("image", shape),),
        (
            Layer("a", "Conv", ("image",), shape, 2e6, 1000000, same),
            Layer("b", "Conv", ("a",), shape, 1e6, 500000, same),
            Layer("c", "Conv", ("a",), shape, 1e6, 500000, same),
            Layer("sum", "Add", ("b", "c"), shape, 1e3, 0, POINTWISE),
            Layer("d", "Conv", ("sum",), shape, 4e6, 2000000, same),
        ),
    )


class _Workers:
    """Earliest free worker; unlimited ones hand out the lowest free lane."""

    def __init__(self, count: int | None) -> None:
        self.count, self.free = count, [0.0] * (count or 0)

    def take(self, ready: float, length: float) -> tuple[int, float, float]:
        if self.count is None:
            worker = next((i for i, free in enumerate(self.free) if free <= ready), len(self.free))
            if worker == len(self.free):
                self.free.append(0.0)
        else:
            worker = min(range(self.count), key=lambda i: (self.free[i], i))
        start = max(ready, self.free[worker])
        self.free[worker] = start + length
        return worker, start, start + length


def timed(
    a: Sequence[float] | FloatArray,
    b: Sequence[float] | FloatArray,
    e: Sequence[float] | FloatArray,
    order: Sequence[int],
    tail: float,
    system: System,
) -> Schedule:
    """Time given device, link and ES seconds of each path in an order (SPEC section 4)."""
    paths = len(a)
    device, es = _Workers(system.device_workers), _Workers(system.es_workers)
    out = {name: np.zeros(paths) for name in ("ds", "de", "ls", "le", "es", "ee")}
    dw, ew = np.full(paths, -1), np.full(paths, -1)
    link = 0.0
    for p in order:
        if a[p] > 0:
            dw[p], out["ds"][p], out["de"][p] = device.take(0.0, a[p])
        ready = out["de"][p]
        if b[p] > 0:
            out["ls"][p] = max(link, ready)
            out["le"][p] = link = out["ls"][p] + b[p]
        else:
            out["ls"][p] = out["le"][p] = ready
        out["es"][p] = out["ee"][p] = out["le"][p]
        if e[p] > 0:
            ew[p], out["es"][p], out["ee"][p] = es.take(out["le"][p], e[p])
    last = float(np.max(out["ee"]))
    return Schedule(
        dw,
        out["ds"],
        out["de"],
        np.asarray(b) > 0,
        out["ls"],
        out["le"],
        ew,
        out["es"],
        out["ee"],
        last,
        last + tail,
    )


def make_plan(
    method: Method,
    network: Network,
    tau: int,
    grid: tuple[int, int],
    offload: Sequence[int] | int,
    order: Sequence[int] | None = None,
    system: System | None = None,
    spread: float = 0.0,
) -> Plan:
    """Make a plan whose tiles cost an equal share each, without halo; `spread` makes later tiles cost more.

    `offload` is o of each path, or one number for all.
    """
    system = system or System()
    rows, cols = grid
    paths = rows * cols
    cuts = np.full(paths, offload) if isinstance(offload, int) else np.asarray(offload)
    share = (1 + spread * np.linspace(-1, 1, paths)) / paths if paths > 1 else np.ones(1)
    flops = np.array([layer.flops for layer in network.layers])
    device = np.array([flops[: o - 1].sum() for o in cuts]) * share
    es = np.array([flops[o - 1 : tau].sum() for o in cuts]) * share
    bits = np.array([_elements(network, int(o)) for o in cuts]) * share * system.bits_per_element
    taken = np.arange(paths) if order is None else np.asarray(order)
    tail = float(flops[tau:].sum()) / system.es_flops
    schedule = timed(
        device / system.device_flops, bits / system.rate_bps, es / system.es_flops, list(taken), tail, system
    )
    bound, optimal = (schedule.tail_end, True) if method == "BF" else (None, None)
    return Plan(
        method,
        tau,
        rows,
        cols,
        taken,
        cuts,
        schedule.tail_end,
        bound,
        optimal,
        tail,
        0.01,
        schedule,
        device,
        es,
        bits,
    )


def _elements(network: Network, offload: int) -> int:
    names = [t.name for t in network.inputs] + [layer.name for layer in network.layers[: offload - 1]]
    sent = [n for n in names if max(network.readers[n], default=0) >= offload]
    return sum(int(np.prod(network.shapes[n])) for n in sent)


def make_planset(network: Network, *plans: Plan, system: System | None = None) -> PlanSet:
    """Gather plans of one network under the scenario that asks for them."""
    scenario = Scenario(network, system or System())
    return PlanSet(scenario, {plan.method: plan for plan in plans}, 0.05, 0.3)
