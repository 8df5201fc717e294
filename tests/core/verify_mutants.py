"""Mutants of a plan JSON, one region a row or column smaller, and how the verifier takes them."""

from __future__ import annotations

import copy
import json
from contextlib import contextmanager

import numpy as np

from planner_core.export.plan_json import plan_text
from planner_core.planner import plan
from planner_core.scenario import Scenario
from planner_core.verify import paths
from planner_core.verify.boxes import MismatchError, box_dims, contains, cut, cut_view, full_box, is_empty
from planner_core.verify.paths import PathRunner
from planner_core.verify.plan_file import parse_plan_file
from planner_core.verify.run import TOLERANCE, verify

__all__ = ["Judge", "assert_agrees", "checked", "mutants", "planned"]

_SIDES = ((0, 1), (1, -1), (2, 1), (3, -1))
_GARBAGE = 1000.0


def planned(network, tau, grid):
    """Text of the plan JSON of MW for a tau and a grid."""
    return plan_text(plan(Scenario(network, tau=tau, grid=grid), methods=["MW"]))


def mutants(text):
    """Yield (path, tensor, side, plan file), each with one region of the first plan a row or column smaller."""
    data = json.loads(text)
    for tile in data["plans"][0]["tiles"]:
        for tensor, box in tile["regions"].items():
            for side, step in _SIDES:
                if is_empty(box):
                    continue
                was = copy.copy(box)
                box[side] += step
                yield tile["path"], tensor, side, json.dumps(data)
                box[:] = was


def checked(network, model, tau, grid, change=None):
    """What comes of MW's plan in a cell, the plan JSON changed by `change`."""
    data = json.loads(planned(network, tau, grid))
    if change is not None:
        change(data)
    file = parse_plan_file(json.dumps(data))
    return verify(model, file.plans[0], file.bits_per_element)


def assert_agrees(found):
    assert not found.failures
    assert found.passed, [(c.tensor, c.relative) for c in found.comparisons if not c.passed]
    assert not any(c.constant for c in found.comparisons)


class Judge:
    """Runs single paths of mutants; the whole network is run once."""

    def __init__(self, model, text):
        self.model = model
        self.file = parse_plan_file(text)
        self.inputs = model.inputs(0)
        runner = PathRunner(model, self.file.plans[0], self.inputs, self.file.bits_per_element)
        self.whole = model.run(self.inputs, runner.frontier)

    def refuses(self, text, p):
        """Whether path `p` fails or differs."""
        plan_file = parse_plan_file(text)
        try:
            runner = PathRunner(self.model, plan_file.plans[0], self.inputs, plan_file.bits_per_element)
            cells = runner.run(p, lambda: None)
        except MismatchError:
            return True
        return self._differs(cells)

    def matters(self, text, p):
        """Whether the result changes when all that a layer lacks is garbage: no check of any size is made."""
        plan_file = parse_plan_file(text)
        with _garbage_for_what_is_missing(self.model):
            runner = PathRunner(self.model, plan_file.plans[0], self.inputs, plan_file.bits_per_element)
            cells = runner.run(p, lambda: None)
        return self._differs(cells)

    def _differs(self, cells):
        for name, (box, value) in cells.items():
            whole = self.whole[name]
            expected = cut(whole, full_box(whole.shape), box)
            scale = float(np.abs(whole).max())
            if not np.abs(value.astype(float) - expected).max(initial=0) <= TOLERANCE * scale:
                return True
        return False


@contextmanager
def _garbage_for_what_is_missing(model):
    take, check = paths._Side.take, paths.PathRunner._check_work

    def careless(self, name, box):
        have, value = self.parts.get(name, ((0, 0, 0, 0), None))
        if contains(have, box) and value is not None:
            return take(self, name, box)
        dims = box_dims(model.tensors.dims[model.tensor_of[name]], box)
        made = np.full(dims, _GARBAGE, np.float32)
        y0, y1, x0, x1 = (
            max(have[0], box[0]),
            min(have[1], box[1]),
            max(have[2], box[2]),
            min(have[3], box[3]),
        )
        if y0 < y1 and x0 < x1:
            inner = (y0 - box[0], y1 - box[0], x0 - box[2], x1 - box[2])
            cut_view(made, inner)[...] = cut(value, have, (y0, y1, x0, x1))
        return made

    paths._Side.take, paths.PathRunner._check_work = careless, lambda self, p, sent: None
    try:
        yield
    finally:
        paths._Side.take, paths.PathRunner._check_work = take, check
