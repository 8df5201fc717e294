"""Bounds for one device worker per path: thresholds on the release times, weighted by a linear program.

The link ends no sooner than theta + the link time of all paths released at theta or later, if there is one; a convex
combination of these over thresholds theta is a bound for every weighting, and the weights of the linear relaxation
(a path may be spread over types) give the best one. Which thresholds hold depends on the latest release in the plan,
so the types are cut into buckets by release, the latest release is supposed to lie in one of them, and each bucket
gets weights of its own.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from planner_core.arrays import BoolArray, FlagArray, FloatArray, IntArray
from planner_core.methods.bf.flow import TypeOrder

__all__ = ["Bucket", "Relaxation", "possible_types", "release_buckets", "release_starts"]

_BUCKETS = 24
_MOST_BUCKETS = 256

_SPARSIFY = 1 << 13
"""A rule of HiGHS's presolve, which takes half the time; these programs are as sparse as can be."""


def release_starts(order: TypeOrder, buckets: list[Bucket], most: int) -> list[IntArray]:
    """Sequences of positions in the order (P,) to begin a search from: the best relaxed spreads, in whole paths."""
    solved = sorted((bucket.value, i) for i, bucket in enumerate(buckets) if bucket.spread is not None)
    spreads = [buckets[i].spread for _, i in solved[:most]]
    counts = [_whole(order, spread) for spread in spreads if spread is not None]
    return [np.repeat(np.arange(len(c)), c) for c in counts]


def _whole(order: TypeOrder, spread: FloatArray) -> IntArray:
    """Round a fractional spread (T,) of the classes over their types to whole paths, largest remainder first."""
    counts = np.floor(spread + 1e-9).astype(np.int64)
    for k, total in enumerate(order.counts):
        own = np.flatnonzero(order.klass == k)
        short = int(total - counts[own].sum())
        if short > 0:
            by_rest = own[np.argsort(counts[own] - spread[own], kind="stable")]
            counts[by_rest[:short]] += 1
    return counts


@dataclass(frozen=True, eq=False, slots=True)
class Bucket:
    """Types head..stop-1, and the weights (T,) of the thresholds if the latest release is among them.

    None where no plan of that kind ends before the limit; `value` is the path end that the weights prove,
    and `spread` (T,) how the relaxation spreads the paths.
    """

    head: int
    stop: int
    weights: FloatArray | None
    value: float = 0.0
    spread: FloatArray | None = None


def release_buckets(
    relaxation: Relaxation, limit: float, flag: FlagArray, fine: bool = True, anew: bool = True
) -> list[Bucket] | None:
    """Cut the types into buckets, ascending, and weigh their thresholds; None if `flag` is set.

    If `fine`, a bucket that may hold the latest release of a plan that ends before `limit` is halved, down to single
    release times. Unless `anew`, weights that are known already have to do.
    """
    order = relaxation.order
    levels, first = np.unique(order.a, return_index=True)
    edges = np.append(first, len(order.a)).astype(int)
    found: list[Bucket] = []
    todo = _pieces(0, len(levels), _BUCKETS)[::-1]
    settled = {
        piece
        for piece, known in zip(todo, relaxation.settled(edges[np.array(todo)], limit), strict=True)
        if known
    }
    while todo:
        if flag[0]:
            return None
        begin, end = piece = todo.pop()
        head, stop = int(edges[begin]), int(edges[end])
        if piece in settled:
            found.append(Bucket(head, stop, None, limit))
            continue
        bucket = relaxation.bucket(head, stop, limit, anew)
        if fine and bucket.weights is not None and end - begin > 1 and len(found) < _MOST_BUCKETS:
            todo += _pieces(begin, end, 2)[::-1]
            continue
        found.append(bucket)
    return found


def possible_types(order: TypeOrder, buckets: list[Bucket], limit: float) -> BoolArray:
    """(T,) whether some plan that ends before `limit` may use the type, as far as the buckets' weights tell."""
    types, classes = len(order.a), len(order.counts)
    possible = np.zeros(types, bool)
    for bucket in buckets:
        if bucket.weights is None:
            continue
        work = _work(order, bucket.weights, bucket.stop)
        least = np.full(classes, np.inf)
        np.minimum.at(least, order.klass, work)
        if np.isfinite(least).all():
            possible |= bucket.weights @ order.a + least @ order.counts + (work - least[order.klass]) < limit
    return possible


def _work(order: TypeOrder, weights: FloatArray, stop: int) -> FloatArray:
    """(T,) weighted link time of a path of each type, infinite if it is sent later than the bucket allows."""
    usable = (np.arange(len(order.a)) < stop) | (order.b <= 0.0)
    work: FloatArray = np.where(usable, np.cumsum(weights) * order.b, np.inf)
    return work


def _by_class(order: TypeOrder) -> tuple[IntArray, IntArray]:
    """Types by class, and where each class begins."""
    by_class = np.argsort(order.klass, kind="stable")
    return by_class, np.searchsorted(order.klass[by_class], np.arange(len(order.counts)))


def _mapped(order: TypeOrder, known: FloatArray) -> FloatArray:
    """(T,) weights of thresholds (n, 2) of another cell, put to the releases at or before them."""
    weights = np.zeros(len(order.a))
    before = order.a[np.maximum(np.searchsorted(order.a, known[:, 0], side="right") - 1, 0)]
    # A threshold holds for all types that are released then.
    np.add.at(weights, np.searchsorted(order.a, before), known[:, 1])
    return weights


def _pieces(begin: int, end: int, count: int) -> list[tuple[int, int]]:
    cuts = np.unique(np.linspace(begin, end, min(end - begin, count) + 1).astype(int)).tolist()
    return list(itertools.pairwise(cuts))


class Relaxation:
    """min C over x >= 0: every class is spread over its types; C >= a_s + y_s, y_s = y_(s+1) + b_s x_s.

    Columns: x_0..x_(T-1), y_0..y_T, C. Rows: T releases, T link sums, K classes.

    Attributes
    ----------
    thresholds : (n, 2) float64 or None
        Release times and weights that a linear program brought last, here or, at the beginning, for a cell like this.
    """

    def __init__(self, order: TypeOrder, known: FloatArray | None = None) -> None:
        self.types, self.classes = len(order.a), len(order.counts)
        self.e_least = float(order.e.min())
        self.scale = float(max(order.a.max(), order.b.max(), 1e-30))
        self.inf = float("inf")  # as HiGHS has it
        self.order = order
        self.by_class = _by_class(order)
        self.passing = order.b <= 0.0
        self.index = np.arange(self.types, dtype=np.int32)
        self.zeros = np.zeros(self.types)
        self.forced = 0
        self.last = _first_only(self.types) if known is None else _mapped(order, known)
        self.thresholds = known

    @cached_property
    def highs(self) -> Any:
        """The solver; most cells of a search do without."""
        import highspy  # only worker-per-path systems need it, and its import is not free

        highs = highspy.Highs()
        highs.silent()
        highs.setOptionValue("threads", 1)
        highs.setOptionValue("presolve_rule_off", _SPARSIFY)
        highs.passModel(self._model(highspy))
        self.optimal = highspy.HighsModelStatus.kOptimal
        return highs

    def _model(self, highspy: Any) -> Any:
        order, types, classes, inf = self.order, self.types, self.classes, self.inf
        a, b = order.a / self.scale, order.b / self.scale
        y0, c = types, 2 * types + 1
        each, by_class = np.arange(types), self.by_class[0]
        releases = np.stack([np.full(types, c), y0 + each], axis=1).ravel()
        links = np.stack([y0 + each, y0 + each + 1, each], axis=1).ravel()
        one = np.ones(types)
        values = [np.stack([one, -one], axis=1).ravel(), np.stack([one, -one, -b], axis=1).ravel(), one]
        lengths = np.concatenate(
            [np.full(types, 2), np.full(types, 3), np.bincount(order.klass, minlength=classes)]
        )
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = 2 * types + 2, len(lengths)
        lp.col_cost_ = np.eye(1, lp.num_col_, c)[0]
        lp.col_lower_ = np.zeros(lp.num_col_)
        upper = np.full(lp.num_col_, inf)
        upper[2 * types] = 0.0
        lp.col_upper_ = upper
        counts = order.counts.astype(float)
        lp.row_lower_ = np.concatenate([a, np.zeros(types), counts])
        lp.row_upper_ = np.concatenate([np.full(types, inf), np.zeros(types), counts])
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.concatenate([[0], np.cumsum(lengths)])
        lp.a_matrix_.index_ = np.concatenate([releases, links, by_class])
        lp.a_matrix_.value_ = np.concatenate(values)
        return lp

    def settled(self, edges: IntArray, limit: float) -> BoolArray:
        """(U,) whether weights that are known prove that no plan ends before `limit` with its latest release there.

        `edges` (U, 2): first and last but one of the types of each bucket.
        """
        order, (by_class, starts) = self.order, self.by_class
        heads, stops = edges[:, :1], edges[:, 1:]
        usable = (self.index < stops) | self.passing
        sent = (self.index >= heads) & (self.index < stops) & ~self.passing
        settled = np.zeros(len(edges), np.bool_)
        for known in (_first_only(self.types), self.last):
            weights = np.where(self.index <= heads, known, 0.0)
            total = weights.sum(axis=1, keepdims=True)
            weights /= np.where(total > 0, total, np.inf)
            work = np.where(usable, np.cumsum(weights, axis=1) * order.b, np.inf)
            least = np.minimum.reduceat(work[:, by_class], starts, axis=1)
            possible = np.isfinite(least).all(axis=1)
            least[~possible] = 0.0
            # One path that is sent must be of a type in the bucket.
            more = np.where(sent, work - least[:, order.klass], np.inf).min(axis=1)
            value = weights @ order.a + least @ order.counts + more + self.e_least
            settled |= ~possible | ((value >= limit) & (total[:, 0] > 0))
        return settled

    def bucket(self, head: int, stop: int, limit: float, anew: bool = True) -> Bucket:
        """Weigh the thresholds if the latest release is that of a type in head..stop-1."""
        types = self.types
        settled = Bucket(head, stop, None, limit)
        if not self._possible(stop):
            return settled
        for known in (_first_only(types), self.last):
            # Weights that served another bucket often do, and cost no linear program.
            trial = np.where(self.index <= head, known, 0.0)
            if trial.sum() > 0 and self._value(trial / trial.sum(), head, stop) >= limit:
                return settled
        if not (anew and self._solve(head, stop)):
            return Bucket(head, stop, _first_only(types))
        solution = self.highs.getSolution()
        weights: FloatArray = np.maximum(np.array(solution.row_dual[:types]), 0.0)
        weights[head + 1 :] = 0.0
        total = weights.sum()
        if total <= 0.0:
            return Bucket(head, stop, _first_only(types))
        weights /= total
        self.last = weights
        at = np.flatnonzero(weights)
        self.thresholds = np.stack([self.order.a[at], weights[at]], axis=1)
        value = self._value(weights, head, stop)
        if value >= limit:
            return settled
        return Bucket(head, stop, weights, value, np.array(solution.col_value[:types]))

    def _possible(self, stop: int) -> bool:
        """Whether every class has a type before `stop`, or one that sends nothing."""
        usable = (np.arange(self.types) < stop) | self.passing
        return bool(np.bincount(self.order.klass[usable], minlength=self.classes).min() > 0)

    def _solve(self, head: int, stop: int) -> bool:
        """Solve with the latest release in head..stop-1; False if the solver gives up, which proves nothing."""
        highs, types, order = self.highs, self.types, self.order
        x = self.index
        highs.changeColsBounds(types, x, self.zeros, np.where((x < stop) | self.passing, self.inf, 0.0))
        highs.changeRowsBounds(
            types, x, np.where(x <= head, order.a / self.scale, -self.inf), np.full(types, self.inf)
        )
        # The path that makes this the bucket of the latest release is sent no sooner than at `head`.
        sent = order.b[head:stop][~self.passing[head:stop]]
        highs.changeColBounds(types + self.forced, 0.0, self.inf)
        self.forced = head
        highs.changeColBounds(types + head, float(sent.min()) / self.scale if len(sent) else 0.0, self.inf)
        highs.run()
        return bool(highs.getModelStatus() == self.optimal)

    def _value(self, weights: FloatArray, head: int, stop: int) -> float:
        """The bound that `weights` prove, reckoned anew so that it does not rest on the solver's tolerances."""
        order = self.order
        work = _work(order, weights, stop)
        least = np.minimum.reduceat(work[self.by_class[0]], self.by_class[1])
        # One path that is sent must be of a type in the bucket.
        sent = head + np.flatnonzero(~self.passing[head:stop])
        if not len(sent):
            return float("inf")
        more = float((work[sent] - least[order.klass[sent]]).min())
        return float(weights @ order.a + least @ order.counts) + more + self.e_least


def _first_only(types: int) -> FloatArray:
    weights = np.zeros(types)
    weights[0] = 1.0
    return weights
