"""The types that may end before a limit, and when they are due, for `deadline`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from planner_core.arrays import BoolArray, FloatArray, IntArray
from planner_core.methods.bf.due_kernels import cells_for

__all__ = ["Deadlines", "Worth", "grid", "last_types", "lasts"]


class Cuts(NamedTuple):
    """What holds for whole paths: with paths (T',) of each type, factors @ paths + shares v <= mosts, v in seconds.

    Attributes
    ----------
    factors : (C, T') float64
    shares, mosts : (C,) float64
    """

    factors: FloatArray
    shares: FloatArray
    mosts: FloatArray


def no_cuts(types: int) -> Cuts:
    """For so many types."""
    return Cuts(np.empty((0, types)), np.empty(0), np.empty(0))


@dataclass(frozen=True, eq=False, slots=True)
class Deadlines:
    """The types by which a plan may end before a limit, by falling release; those of classes that must send alone.

    Attributes
    ----------
    classes : (K',) int64
        Classes of which every path must be sent.
    passing : (K,) int64
        A type that sends nothing and ends in time, for every other class; -1 elsewhere.
    rank : (T',) int64
        Indices into `Jobs`' types.
    klass : (T',) int64
        Index into `classes`.
    a, b, e, d : (T',) float64
        Release, link time, ES time, and time from the limit back to the release.
    counts : (K',) int64
    cuts : Cuts
    like : (T,) int64, optional
        For each of `Jobs`' types the one of `rank` that it is like, -1 if there is none: of classes with the same types
        here the first stands for all.
    """

    classes: IntArray
    passing: IntArray
    rank: IntArray
    klass: IntArray
    a: FloatArray
    b: FloatArray
    e: FloatArray
    d: FloatArray
    counts: IntArray
    cuts: Cuts
    like: IntArray | None = None

    @property
    def only(self) -> BoolArray:
        """(T',) whether the class has no other type."""
        alone: BoolArray = np.bincount(self.klass, minlength=len(self.counts))[self.klass] == 1
        return alone

    @property
    def begin(self) -> FloatArray:
        """(T',) least ES time of a type and those after it.

        If no path had to wait longer for its ES time, by rising deadline would be a best order.
        """
        least: FloatArray = np.ascontiguousarray(np.minimum.accumulate(self.e[::-1])[::-1])
        return least

    def keep(self, able: BoolArray) -> Deadlines | None:
        """Leave out the types that `able` (T',) does not name; None if a class has none left."""
        if np.bincount(self.klass[able], minlength=len(self.counts)).min() == 0:
            return None
        times = self.a[able], self.b[able], self.e[able], self.d[able]
        cuts = self.cuts._replace(factors=np.ascontiguousarray(self.cuts.factors[:, able]))
        return Deadlines(
            self.classes,
            self.passing,
            self.rank[able],
            self.klass[able],
            *times,
            self.counts,
            cuts,
            self.like,
        )


@dataclass(eq=False, slots=True)
class Worth:
    """What the classes of an instance are worth to one another, as found for one limit and of use for the next.

    Attributes
    ----------
    share : (K,) float64
        Of all profit, what each class is worth.
    priced : float
        Limit that the linear program was last asked for.
    uneven : bool or None
        Whether the link times fit no common measure; None if that is not known.
    width : int
        Labels with which limits were last asked for.
    in_vain : (float, int)
        The plan's own limit that nothing was told of, and the labels it was asked with; zeros before that.
    parted : bool
        Whether parts, and no walk, told of the last limit.
    vain : dict
        How many times in a row parts (True) and walks (False) were asked in vain.
    """

    share: FloatArray
    priced: float = np.inf
    uneven: bool | None = None
    width: int = 0
    in_vain: tuple[float, int] = (0.0, 0)
    parted: bool = True
    vain: dict[bool, int] = field(default_factory=lambda: {True: 0, False: 0})


def last_types(part: Deadlines) -> IntArray:
    """(n,) for each class that the last path may be of the type with the least time to the end."""
    load = part.e + part.b
    kind = np.lexsort((load, part.klass))
    kind = kind[load[kind] < part.d[kind]]
    _, first = np.unique(part.klass[kind], return_index=True)
    least: IntArray = kind[first]
    return least


def lasts(part: Deadlines) -> tuple[Any, ...]:
    """Labels as of `kernels.endings`, one for each class that the last path may be of: the least time to the end."""
    load, kind = part.e + part.b, last_types(part)
    left = np.repeat(part.counts[None], len(kind), axis=0).astype(np.int32)
    left[np.arange(len(kind)), part.klass[kind]] -= 1
    tree = np.stack([np.full(len(kind), -1), kind, np.ones(len(kind), np.int64)], axis=1)
    return left, load[kind], np.arange(len(kind)), tree


def grid(part: Deadlines, origin: float, most: int) -> tuple[float, int, float]:
    """Width and number of cells that the link times of types with a release are, nearly, whole multiples of.

    The third is the part of a link time that rounding it down to cells loses, on average.
    """
    horizon = float(part.d.max()) - origin
    width, lost = cells_for(part.a, part.b, horizon, most)
    cell = max(float(width), 1e-300)
    return cell, int(horizon / cell) + 2, float(lost)
