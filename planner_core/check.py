"""An independent checker of plans: everything is worked out again from the network by SPEC sections 2 to 4.

It shares no code with the tiling, the costs, the timing and the methods, so that it can judge them.
"""

from __future__ import annotations

import heapq
import math
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from planner_core.network.model import POINTWISE, WHOLE, Layer, Network, Transposed, Upsample, Window
from planner_core.plan import METHODS, Plan, PlanSet
from planner_core.scenario import Scenario
from planner_core.system import System

__all__ = ["REL", "check_plan", "check_planset", "frontier", "hull", "needed"]

REL = 1e-9
"""Figures that differ by less than this share are the same."""

_Spans: TypeAlias = npt.NDArray[np.int64]  # (P, 4): y0, y1, x0, x1, half open
_Values: TypeAlias = npt.NDArray[np.float64]


def check_planset(planset: PlanSet) -> list[str]:
    """Return what is wrong with any plan, between the plans and with the baselines; else nothing."""
    scenario = planset.scenario
    found = []
    for method in METHODS:
        plan = planset.plans.get(method)
        if plan is not None:
            found += [f"{method}: {text}" for text in check_plan(scenario.network, scenario.system, plan)]
            found += [f"{method}: {text}" for text in _check_request(scenario, plan)]
            if plan.method != method:
                found.append(f"{method}: it calls itself {plan.method}")
    if found:
        return found
    return _check_order(planset) + _check_baselines(planset)


def check_plan(network: Network, system: System, plan: Plan) -> list[str]:
    """Return what is wrong with one plan, a sentence each; nothing if all is well."""
    found = _check_shape(network, plan)
    if found:
        return found
    costs = _Costs(network, system, plan)
    found += _far("device FLOP", plan.device_flop, costs.device_flop)
    found += _far("ES FLOP", plan.es_flop, costs.es_flop)
    found += _far("bits", plan.bits, costs.bits)
    found += _check_times(system, plan, costs)
    found += _check_bound(plan)
    return found


def _check_shape(network: Network, plan: Plan) -> list[str]:
    if not 1 <= plan.tau <= len(network):
        return [f"tau is {plan.tau}"]
    paths = plan.rows * plan.cols
    shapes = [network.shapes[name] for name in frontier(network, plan.tau) if name in network.index]
    if not (1 <= plan.rows <= min(s[1] for s in shapes) and 1 <= plan.cols <= min(s[2] for s in shapes)):
        return [f"the grid {plan.rows}x{plan.cols} cannot be cut"]
    found = []
    if np.shape(plan.order) != (paths,) or not np.array_equal(np.sort(plan.order), np.arange(paths)):
        found.append("the order is no permutation of the paths")
    if np.shape(plan.offload) != (paths,) or np.min(plan.offload) < 1 or np.max(plan.offload) > plan.tau + 1:
        found.append("an offloading layer is missing or outside 1 to tau + 1")
    if plan.method == "NFL" and (plan.tau, paths) != (len(network), 1):
        found.append("NFL does not have one path over the whole network")
    return found


def _check_request(scenario: Scenario, plan: Plan) -> list[str]:
    if plan.method == "NFL":
        return []
    found = []
    if scenario.tau not in (None, plan.tau):
        found.append(f"tau is {plan.tau}, not {scenario.tau} as asked for")
    if scenario.paths not in (None, plan.paths):
        found.append(f"P is {plan.paths}, not {scenario.paths} as asked for")
    if scenario.grid not in (None, (plan.rows, plan.cols)):
        found.append(f"the grid is {plan.rows}x{plan.cols}, not the one asked for")
    searched = scenario.paths is None and scenario.grid is None
    if searched and scenario.max_paths is not None and plan.paths > scenario.max_paths:
        found.append(f"P is {plan.paths}, above the cap {scenario.max_paths}")
    return found


def _check_times(system: System, plan: Plan, costs: _Costs) -> list[str]:
    s = plan.schedule
    times, last = _simulate(system, plan, costs)
    given = (s.device_start, s.device_end, s.link_start, s.link_end, s.es_start, s.es_end)
    names = ("device start", "device end", "link start", "link end", "ES start", "ES end")
    found = []
    for name, values, wanted in zip(names, given, times, strict=True):
        found += _far(name, values, wanted)
    found += _far("tail", plan.tail_s, costs.tail)
    found += _far("tail start", s.tail_start, last)
    found += _far("tail end", s.tail_end, last + costs.tail)
    found += _far("makespan", plan.makespan_s, last + costs.tail)
    if not np.array_equal(s.link_used, costs.b > 0):
        found.append("a path that sends nothing uses the link, or one that sends does not")
    found += _check_lanes("device", s.device_worker, costs.a > 0, times[0], times[1], system.device_workers)
    found += _check_lanes("ES", s.es_worker, costs.e > 0, times[4], times[5], system.es_workers)
    return found


def _check_lanes(
    name: str, workers: _Spans, busy: npt.NDArray[np.bool_], start: _Values, end: _Values, limit: int | None
) -> list[str]:
    """Look for workers that are taken for nothing, do not exist, or do two things at once."""
    workers = np.asarray(workers)
    if not np.array_equal(workers >= 0, busy):
        return [f"a path takes no {name} worker for work, or one for none"]
    if limit is not None and np.any(workers >= limit):
        return [f"there is no {name} worker {int(workers.max())}"]
    at = np.flatnonzero(busy)
    at = at[np.lexsort((start[at], workers[at]))]
    same = workers[at][1:] == workers[at][:-1]
    overlap = same & (end[at][:-1] - start[at][1:] > REL * end[at][:-1])
    if np.any(overlap):
        return [f"{name} worker {int(workers[at][1:][overlap][0])} does two things at once"]
    return []


def _check_bound(plan: Plan) -> list[str]:
    bound, makespan = plan.lower_bound_s, plan.makespan_s
    if plan.method != "BF":
        return [] if bound is None and plan.optimal is None else ["it has a bound, which only BF may have"]
    if bound is None or plan.optimal is None:
        return ["it has no lower bound"]
    if not 0 <= bound <= makespan * (1 + REL):
        return [f"the lower bound {bound!r} is not within the makespan {makespan!r}"]
    if bool(plan.optimal) != (makespan - bound <= REL * makespan):
        return [f"optimal is {plan.optimal} with the lower bound {bound!r} and the makespan {makespan!r}"]
    return []


def _check_order(planset: PlanSet) -> list[str]:
    """What always holds between the methods (SPEC section 5)."""
    scenario, plans = planset.scenario, planset.plans
    bf, mw, nfl = plans.get("BF"), plans.get("MW"), plans.get("NFL")
    found = []
    if bf and mw and bf.makespan_s > mw.makespan_s * (1 + REL):
        found.append(f"BF takes {bf.makespan_s!r} s, longer than MW with {mw.makespan_s!r} s")
    searched = scenario.tau is None and scenario.paths is None and scenario.grid is None
    if bf and nfl and searched and bf.makespan_s > nfl.makespan_s * (1 + REL):
        found.append(f"BF takes {bf.makespan_s!r} s, longer than NFL with {nfl.makespan_s!r} s")
    return found


def _check_baselines(planset: PlanSet) -> list[str]:
    network, system = planset.scenario.network, planset.scenario.system
    tiles = _Tiles(network, len(network), 1, 1)
    bits = float(tiles.sent(1)[0]) * system.bits_per_element
    flops = math.fsum(float(tiles.flops(v)[0]) for v in range(1, len(network) + 1))
    device = flops / system.device_flops
    es = flops / system.es_flops + bits / system.rate_bps + (system.transfer_overhead_s if bits else 0.0)
    found = _far("device-only", planset.device_only_s, device) + _far("ES-only", planset.es_only_s, es)
    nfl = planset.plans.get("NFL")
    if nfl and nfl.makespan_s > min(device, es) * (1 + REL):
        found.append(f"NFL takes {nfl.makespan_s!r} s, longer than a baseline")
    return found


def _far(what: str, given: object, wanted: object) -> list[str]:
    """Compare numbers or arrays to REL of the larger; the first that differ make a sentence."""
    x, y = np.atleast_1d(np.asarray(given, float)), np.atleast_1d(np.asarray(wanted, float))
    if x.shape != y.shape:
        return [f"{what} has the shape {x.shape}, not {y.shape}"]
    with np.errstate(invalid="ignore"):
        wrong = ~(np.abs(x - y) <= REL * np.maximum(np.abs(x), np.abs(y)))
    if not np.any(wrong):
        return []
    p = int(np.flatnonzero(wrong)[0])
    where = f" of path {p}" if len(x) > 1 else ""
    return [f"{what}{where} is {float(x[p])!r}, not {float(y[p])!r}"]


# SPEC section 4 -----------------------------------------------------------------------------------


def _simulate(system: System, plan: Plan, costs: _Costs) -> tuple[list[_Values], float]:
    """Start and end of every path on device, link and ES, six arrays; and the latest path end."""
    paths = plan.rows * plan.cols
    device, es = _workers(system.device_workers, paths), _workers(system.es_workers, paths)
    times = [np.zeros(paths) for _ in range(6)]
    link = last = 0.0
    for p in np.asarray(plan.order).tolist():
        start, now = _work(device, 0.0, float(costs.a[p]))
        times[0][p], times[1][p] = start, now
        begin = now
        if costs.b[p] > 0:
            begin = max(link, now)
            link = now = begin + float(costs.b[p])
        times[2][p], times[3][p] = begin, now
        times[4][p], times[5][p] = _work(es, now, float(costs.e[p]))
        last = max(last, float(times[5][p]))
    return times, last


def _workers(count: int | None, paths: int) -> list[float] | None:
    return None if count is None else [0.0] * min(count, paths)


def _work(free: list[float] | None, ready: float, length: float) -> tuple[float, float]:
    if length == 0:
        return ready, ready
    start = ready if free is None else max(ready, free[0])
    if free is not None:
        heapq.heapreplace(free, start + length)
    return start, start + length


# SPEC sections 2 and 3 ----------------------------------------------------------------------------


class _Costs:
    """What each path of a plan computes and sends at its own split, and how long that takes; (P,) arrays."""

    def __init__(self, network: Network, system: System, plan: Plan) -> None:
        tiles = _Tiles(network, plan.tau, plan.rows, plan.cols)
        offload = np.asarray(plan.offload)
        self.device_flop, self.es_flop = np.zeros(tiles.paths), np.zeros(tiles.paths)
        for v in range(1, plan.tau + 1):
            flops = tiles.flops(v)
            self.device_flop += np.where(v < offload, flops, 0)
            self.es_flop += np.where(v < offload, 0, flops)
        self.bits = np.zeros(tiles.paths)
        for o in np.unique(offload).tolist():
            mine = offload == o
            self.bits[mine] = tiles.sent(o)[mine] * float(system.bits_per_element)
        self.a: _Values = self.device_flop / system.device_flops
        self.e: _Values = self.es_flop / system.es_flops
        self.b: _Values = self.bits / system.rate_bps + np.where(self.bits > 0, system.transfer_overhead_s, 0)
        self.tail = math.fsum(layer.flops for layer in network.layers[plan.tau :]) / system.es_flops


class _Tiles:
    """Regions of every tile, carried backward through the prefix."""

    def __init__(self, network: Network, tau: int, rows: int, cols: int) -> None:
        self.network, self.tau, self.rows, self.cols = network, tau, rows, cols
        self.paths = rows * cols
        self.frontier = set(frontier(network, tau))
        self.regions: dict[str, _Spans] = {}
        names = [t.name for t in network.inputs] + [layer.name for layer in network.layers[:tau]]
        for name in reversed(names):
            self.regions[name] = self._read(name, 1, name in self.frontier)

    def flops(self, v: int) -> _Values:
        """(P,) FLOP of layer v: its share of the map, times d_v."""
        layer = self.network.layers[v - 1]
        return layer.flops * _area(self.regions[layer.name]) / float(layer.shape[1] * layer.shape[2])

    def sent(self, o: int) -> _Values:
        """(P,) elements sent by paths that are split at o."""
        total = np.zeros(self.paths)
        on_device = [t.name for t in self.network.inputs] + [x.name for x in self.network.layers[: o - 1]]
        for name in on_device:
            after = any(v > self.tau for v in self.network.readers[name])
            total += self.network.shapes[name][0] * _area(self._read(name, o, after))
        return total

    def _read(self, name: str, first: int, owned: bool) -> _Spans:
        """What layers first..tau read of a tensor, and the owned cell if `owned`, in one bounding box."""
        box = np.zeros((self.paths, 4), np.int64)
        if owned:
            box = hull(box, self._cell(name))
        for v in self.network.readers[name]:
            if first <= v <= self.tau:
                layer = self.network.layers[v - 1]
                box = hull(box, needed(layer, self.regions[layer.name], self.network.shapes[name]))
        return box

    def _cell(self, name: str) -> _Spans:
        _, height, width = self.network.shapes[name]
        i, j = np.divmod(np.arange(self.paths), self.cols)
        ys = i * height // self.rows, (i + 1) * height // self.rows
        xs = j * width // self.cols, (j + 1) * width // self.cols
        return _clean(np.stack([*ys, *xs], axis=1))


def frontier(network: Network, tau: int) -> list[str]:
    """Tensors there are after layer tau that are read later or are network outputs."""
    names = [t.name for t in network.inputs if any(v > tau for v in network.readers[t.name])]
    for layer in network.layers[:tau]:
        readers = network.readers[layer.name]
        if not readers or readers[-1] > tau:
            names.append(layer.name)
    return names


def needed(layer: Layer, made: _Spans, shape: tuple[int, int, int]) -> _Spans:
    """What `layer` reads of an input of `shape` to make the regions `made`."""
    columns = []
    for axis in range(2):
        lo, hi = made[:, 2 * axis], made[:, 2 * axis + 1]
        extent = shape[1 + axis]
        begin, end = _backward(layer, axis, lo, hi, extent)
        columns += [np.clip(begin, 0, extent), np.clip(end, 0, extent)]
    need = np.stack(columns, axis=1)
    need[_area(made) == 0] = 0
    return _clean(need)


def _backward(layer: Layer, axis: int, lo: _Spans, hi: _Spans, extent: int) -> tuple[_Spans, _Spans]:
    field = layer.receptive
    if field == WHOLE or (field == POINTWISE and extent != layer.shape[1 + axis]):
        return np.zeros_like(lo), np.full_like(hi, extent)
    if isinstance(field, Upsample):
        return lo // field.stride[axis], (hi - 1) // field.stride[axis] + 1
    if isinstance(field, Transposed):
        kernel, stride, begin = _along(field.window, axis)
        # Position i spreads over [i*stride - begin, i*stride - begin + kernel).
        return (lo + begin - kernel) // stride + 1, -(-(hi + begin) // stride)
    if isinstance(field, Window):
        kernel, stride, begin = _along(field, axis)
        return lo * stride - begin, (hi - 1) * stride - begin + kernel
    return lo, hi


def _along(window: Window, axis: int) -> tuple[int, int, int]:
    """Reach of the kernel with its dilation, stride and padding at the beginning."""
    reach = (window.kernel[axis] - 1) * window.dilation[axis] + 1
    return reach, window.stride[axis], window.padding[axis]


def _area(box: _Spans) -> _Values:
    return ((box[:, 1] - box[:, 0]) * (box[:, 3] - box[:, 2])).astype(np.float64)


def _clean(box: _Spans) -> _Spans:
    """Zero the boxes that hold nothing."""
    return np.where(((box[:, 0] < box[:, 1]) & (box[:, 2] < box[:, 3]))[:, None], box, 0)


def hull(first: _Spans, second: _Spans) -> _Spans:
    """Bounding boxes of the unions."""
    both = np.stack(
        [
            np.minimum(first[:, 0], second[:, 0]),
            np.maximum(first[:, 1], second[:, 1]),
            np.minimum(first[:, 2], second[:, 2]),
            np.maximum(first[:, 3], second[:, 3]),
        ],
        axis=1,
    )
    empty, other = _area(first)[:, None] == 0, _area(second)[:, None] == 0
    return np.where(empty, second, np.where(other, first, both))
