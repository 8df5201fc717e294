"""Checks a plan file (SPEC section 7) against the oracle's reading of sections 2 to 4; calls no method.

Everything is worked out again from the file's own network and system and the plan's tau, grid, order and
offload. Problems come back as sentences, so a test asserts that there are none.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import oracle

from planner_core.network.model import Layer, Network, Receptive, TensorSpec, Transposed, Upsample, Window
from planner_core.system import System

Json = dict[str, Any]
REL = 1e-9


def network_of(data: Json) -> Network:
    """Network of the JSON of SPEC section 7."""
    inputs = tuple(TensorSpec(t["name"], tuple(t["shape"])) for t in data["inputs"])
    layers = tuple(
        Layer(
            name=x["name"],
            op=x["op"],
            inputs=tuple(x["inputs"]),
            shape=tuple(x["shape"]),
            flops=x["flops"],
            macs=x.get("macs", 0),
            receptive=_receptive(x["receptive"]),
        )
        for x in data["layers"]
    )
    return Network(data["name"], inputs, layers)


def _receptive(value: Any) -> Receptive:
    if isinstance(value, str):
        return value
    if "upsample" in value:
        return Upsample(tuple(value["upsample"]))
    if "transposed" in value:
        return Transposed(_receptive(value["transposed"]))
    return Window(
        tuple(value["kernel"]),
        tuple(value.get("stride", (1, 1))),
        tuple(value.get("padding", (0, 0, 0, 0))),
        tuple(value.get("dilation", (1, 1))),
    )


def check_document(document: Json, rel: float = REL) -> list[str]:
    """Problems of every plan in a plan file."""
    return [
        f"{plan['method']}: {problem}"
        for plan in document["plans"]
        for problem in check_tasks(plan["tasks"], document, plan, rel)
    ]


def check_tasks(tasks: list[Json], document: Json, plan: Json, rel: float = REL) -> list[str]:
    """Problems of one plan's tasks, tiles and figures; times, bits and FLOPs agree to `rel` of the larger."""
    return _Checker(document, plan, rel).run(tasks)


class _Checker:
    """The figures a plan ought to have, and the problems found so far."""

    def __init__(self, document: Json, plan: Json, rel: float) -> None:
        self.network = network_of(document["network"])
        self.system = System(**document["system"])
        self.plan, self.rel = plan, rel
        self.tau: int = plan["tau"]
        self.rows, self.cols = plan["grid"]
        self.problems: list[str] = []

    def run(self, tasks: list[Json]) -> list[str]:
        if not self._shape_is_sound():
            return self.problems
        c = oracle.costs(self.network, self.system, self.tau, self.rows, self.cols)
        self.timing = oracle.simulate(*c, self.plan["order"], self.plan["offload"], self.system)
        self._near("makespan_s", self.plan["makespan_s"], self.timing.T)
        self._near("tail_s", self.plan["tail_s"], c.tail)
        self._bound()
        self._tiles()
        wanted = self._wanted(float(c.tail))
        found: dict[tuple[str, int | None], Json] = {}
        for task in tasks:
            key = (task["resource"], task["path"])
            self._expect(key not in found, f"there are two tasks {key}")
            self._expect(key in wanted, f"task {key} is none of this plan")
            found[key] = task
        for key, want in wanted.items():
            if key in found:
                self._task(key, found[key], want)
            else:
                self._expect(want["end_s"] == want["start_s"], f"task {key} is missing")
        for resource in ("device", "link", "es"):
            self._lanes(resource, [t for t in tasks if t["resource"] == resource])
        return self.problems

    def _expect(self, truth: bool, problem: str) -> None:
        if not truth:
            self.problems.append(problem)

    def _near(self, what: str, value: float, wanted: float) -> None:
        close = abs(value - wanted) <= self.rel * max(abs(value), abs(wanted))
        self._expect(close, f"{what} is {value!r}, not {float(wanted)!r}")

    def _shape_is_sound(self) -> bool:
        paths, before = self.plan["paths"], len(self.problems)
        self._expect(1 <= self.tau <= len(self.network), f"tau is {self.tau}")
        self._expect(self.rows * self.cols == paths, f"grid {self.rows}x{self.cols} has not {paths} tiles")
        if len(self.problems) == before:
            s_l, s_w = oracle.cut_extent(self.network, self.tau)
            self._expect(1 <= self.rows <= s_l and 1 <= self.cols <= s_w, "the grid exceeds the cut")
        self._expect(sorted(self.plan["order"]) == list(range(paths)), "order is no permutation")
        self._expect(len(self.plan["offload"]) == paths, "offload has another length")
        self._expect(all(1 <= o <= self.tau + 1 for o in self.plan["offload"]), "an offloading layer is out")
        if self.plan["method"] == "NFL":
            self._expect((paths, self.tau) == (1, len(self.network)), "NFL has one path and fuses everything")
        return len(self.problems) == before

    def _bound(self) -> None:
        bound, optimal = self.plan["lower_bound_s"], self.plan["optimal"]
        if self.plan["method"] != "BF":
            self._expect(bound is None and optimal is None, "a bound that is not BF's")
            return
        T = self.timing.T
        self._expect(bound <= T * (1 + self.rel), f"the bound {bound!r} exceeds T {T!r}")
        self._expect(
            optimal == (T - bound <= 1e-9 * T), f"optimal is {optimal} with bound {bound!r}, T {T!r}"
        )

    def _tiles(self) -> None:
        tiles = {tile["path"]: tile for tile in self.plan["tiles"]}
        self._expect(len(tiles) == len(self.plan["tiles"]) == self.plan["paths"], "not one tile per path")
        for p, tile in tiles.items():
            self._expect((tile["row"], tile["col"]) == divmod(p, self.cols), f"tile {p} is at another place")
            wanted = oracle.regions(self.network, self.tau, self.rows, self.cols, p)
            self._expect(set(tile["regions"]) <= set(wanted), f"tile {p} has a region of an unknown tensor")
            for name, box in wanted.items():
                y0, y1, x0, x1 = tile["regions"].get(name, oracle.EMPTY)
                given = (y0, y1, x0, x1) if y0 < y1 and x0 < x1 else oracle.EMPTY
                self._expect(given == box, f"tile {p}: region of {name} is {given}, not {box}")

    def _wanted(self, tail: float) -> dict[tuple[str, int | None], Json]:
        """Every task that can be, one that takes no time included, by resource and path."""
        result: dict[tuple[str, int | None], Json] = {}
        prefix = self.network.layers[: self.tau]
        for p, times in enumerate(self.timing.paths):
            o = self.plan["offload"][p]
            grid = (self.network, self.tau, self.rows, self.cols, p)
            d = [float(x) for x in oracle.path_flops(self.network, self.tau, oracle.regions(*grid))]
            sent = oracle.crossing(*grid, o)
            bits = oracle.path_bits(self.network, self.system, sent)
            result["device", p] = _work(times.device, prefix[: o - 1], d[: o - 1])
            result["link", p] = _work(times.link, (), []) | {"bits": bits, "sent": set(sent)}
            result["es", p] = _work(times.es, prefix[o - 1 :], d[o - 1 :])
        rest = self.network.layers[self.tau :]
        end = float(self.timing.T)
        last = max(times.es[1] for times in self.timing.paths)
        result["es", None] = _work((last, end if tail else last), rest, [layer.flops for layer in rest])
        return result

    def _task(self, key: tuple[str, int | None], task: Json, want: Json) -> None:
        for name in ("start_s", "end_s", "bits", "flops"):
            self._near(f"{name} of task {key}", task[name] or 0, want[name])
        if key[0] == "link":
            self._expect(set(task["layers"]) <= want["sent"], f"layers of task {key} are not what is sent")
            return
        # A layer that costs this path nothing may be named or left out.
        names = [name for name in task["layers"] if name in want["must"]]
        self._expect(names == want["must"], f"task {key} lacks a layer, or their order is wrong")
        self._expect(set(task["layers"]) <= set(want["may"]), f"task {key} has a layer that is not its own")

    def _lanes(self, resource: str, tasks: list[Json]) -> None:
        """A worker does one thing at a time, and there are no more workers than there are."""
        s = self.system
        limit = {"device": s.device_workers, "link": 1, "es": s.es_workers}[resource]
        busy = sorted(
            (t["worker"] or 0, t["start_s"], t["end_s"]) for t in tasks if t["end_s"] > t["start_s"]
        )
        for worker, start, end in busy:
            self._expect(
                worker >= 0 and (limit is None or worker < limit), f"{resource} has no worker {worker}"
            )
            self._expect(start >= 0 and end <= self.timing.T * (1 + self.rel), f"{resource} works outside")
        for (w0, _, end), (w1, start, _) in pairwise(busy):
            free = w0 != w1 or end - start <= self.rel * max(end, start)
            self._expect(free, f"{resource} worker {w0} does two things at {start!r}")


def _work(times: tuple[float, float], layers: tuple[Layer, ...], flops: list[float]) -> Json:
    return {
        "start_s": float(times[0]),
        "end_s": float(times[1]),
        "bits": 0,
        "flops": sum(flops),
        "must": [layer.name for layer, f in zip(layers, flops, strict=True) if f],
        "may": [layer.name for layer in layers],
    }
