"""`flplan verify`."""

from __future__ import annotations

import math
import time
from argparse import Namespace
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from planner_core.assemble import build_plan
from planner_core.cli.counter import Counter
from planner_core.cli.formatting import printable, significant, table
from planner_core.cli.networks import headline, load
from planner_core.cli.scenarios import blame_cut, check_cap
from planner_core.errors import InfeasibleError, InputError
from planner_core.export.plan_json import plan_text
from planner_core.plan import Method, PlanSet
from planner_core.planner import plan
from planner_core.scenario import Scenario
from planner_core.stop import StopToken
from planner_core.tiling import Cell
from planner_core.verify import HOW_TO_INSTALL, is_available
from planner_core.verify.plan_file import PlanFile, TiledPlan, parse_plan_file, read_plan_file

if TYPE_CHECKING:
    from planner_core.verify.run import Comparison  # brings ONNX Runtime along

__all__ = ["verify_command"]

_FAILED = 1
_SHOWN = 8
_PLAN_WITHIN_S = 120.0
_MOST_PATHS = 36  # as the parser's help says


def verify_command(options: Namespace) -> int:
    """Run the plans and print how far their tiles are from the whole network; 1 when one is wrong."""
    if not is_available():
        raise InputError(f"ONNX Runtime is not installed; {HOW_TO_INSTALL}", "verify")
    if Path(options.model).suffix.lower() != ".onnx":
        raise InputError("only an ONNX model (.onnx) can be run", options.model or "MODEL")
    file = _given(options) if options.plan is not None else _planned(options)
    from planner_core.verify.model import load_model  # brings ONNX Runtime along
    from planner_core.verify.run import TOLERANCE, verify

    model = load_model(options.model, file.network, options.seed)
    print(headline(file.network))
    print(_weights_text(model.weights, model.random_weights, options.seed))
    passed = True
    for chosen in file.plans:
        counter = Counter("layer tiles run")
        try:
            found = verify(model, chosen, file.bits_per_element, options.seed, progress=counter)
        finally:
            counter.clear()
        passed = passed and found.passed
        print()
        print(_head(chosen, found.layer_tiles))
        for p, cause in list(found.failures.items())[:_SHOWN]:
            print(printable(f"path {p}: {cause}"))
        if len(found.failures) > _SHOWN:
            print(f"... and {len(found.failures) - _SHOWN} more paths")
        rows = [
            [
                c.tensor,
                c.place,
                f"{c.difference:.1e}",
                significant(c.scale, 3),
                f"{c.relative:.1e}",
                _word(c),
            ]
            for c in found.comparisons
        ]
        head = ["tensor", "where", "largest difference", "largest value", "ratio", ""]
        print(table(head, rows, left=["tensor", "where", ""]))
        print(
            f"{'PASSED' if found.passed else 'FAILED'}: ratios up to {TOLERANCE:.2g} are rounding in float32."
        )
    return 0 if passed else _FAILED


def _given(options: Namespace) -> PlanFile:
    fields = ("tau", "paths", "grid", "max_paths", "offload")
    given = {f"--{name.replace('_', '-')}": getattr(options, name) is not None for name in fields}
    given |= {"--input-shape": bool(options.input_shapes), "--no-fold": not options.fold}
    for name, is_given in given.items():
        if is_given:
            raise InputError(f"the plans of {options.plan} say that", name)
    file = read_plan_file(options.plan)
    wanted = options.methods or tuple(found.method for found in file.plans)
    plans = tuple(found for found in file.plans if found.method in wanted)
    if not plans:
        raise InputError("it has no plan of a method that is asked for", options.plan)
    return replace(file, plans=plans)


def _planned(options: Namespace) -> PlanFile:
    """Plan by the options, and read what the plan JSON of it says."""
    methods: tuple[Method, ...] = options.methods or ("MW",)
    if options.offload is not None and methods != ("MW",):
        raise InputError("only MW's cell can be split by hand; leave --method out", "--offload")
    check_cap(options)
    network = load(options)
    with blame_cut(options, network):
        cap = _MOST_PATHS if options.max_paths is None else options.max_paths
        request = Scenario(network, tau=options.tau, paths=options.paths, grid=options.grid, max_paths=cap)
        planset = plan(request, methods=methods, stop=StopToken(_PLAN_WITHIN_S))
    if options.offload is not None:
        planset = _split_by_hand(planset, options.offload)
    return parse_plan_file(plan_text(planset))


def _split_by_hand(planset: PlanSet, offload: tuple[int, ...]) -> PlanSet:
    found = planset.plans["MW"]
    splits = offload * found.paths if len(offload) == 1 else offload
    if len(splits) != found.paths:
        raise InfeasibleError(f"it has {len(splits)} layers for {found.paths} paths", "--offload")
    if max(splits) > found.tau + 1:
        raise InfeasibleError(f"{max(splits)} is above tau + 1 = {found.tau + 1}", "--offload")
    cell = Cell(found.tau, found.rows, found.cols)
    split = np.array(splits, np.int64)
    made = build_plan("MW", planset.scenario, cell, found.order, split, time.perf_counter())
    return replace(planset, plans={"MW": made})


def _word(found: Comparison) -> str:
    if not math.isfinite(found.scale):
        return "NOT FINITE in the whole run"
    return ("agrees" if found.passed else "DIFFERS") + (", the same everywhere" if found.constant else "")


def _weights_text(weights: int, made_up: int, seed: int) -> str:
    if not made_up:
        return f"Weights of the model; seeded random input (seed {seed})."
    return (
        f"{made_up} of {weights} weight tensors are the same everywhere or not in the file: seeded random values "
        f"take their place (seed {seed}); seeded random input."
    )


def _head(chosen: TiledPlan, run: int) -> str:
    splits = sorted(set(chosen.offload))
    where = ", ".join(f"{o} ({chosen.offload.count(o)})" for o in splits[:_SHOWN])
    where += ", ..." if len(splits) > _SHOWN else ""
    paths = "1 path" if chosen.paths == 1 else f"{chosen.paths} paths"
    return (
        f"{chosen.method}: tau {chosen.tau}, {paths} in {chosen.rows}x{chosen.cols} tiles, "
        f"offloading layers (paths) {where}; {run} layer tiles run"
    )
