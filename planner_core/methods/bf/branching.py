"""Whether some plan ends before a limit, where the walk of `deadline` may have too many labels: by parts, depth first.

A part says how many paths of a class go by the types of earlier deadline and how many by the others, for every number
of them. The two are classes of their own from there on, each with its own price. A linear program whose paths may be
cut up, except for what its cuts tell, refutes parts, leaves out types, and says which class is parted, and where: that
which leaves least on both sides.

Each thread takes the first part that nobody has taken, in the order in which one thread alone would; what it makes of
it is heeded in that order, too, so that the answer does not depend on the number of threads nor on their pace.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Condition
from typing import Any, NamedTuple

from planner_core.arrays import FlagArray, IntArray
from planner_core.cores import cores
from planner_core.methods.bf.due import Deadlines
from planner_core.methods.bf.parting_kernels import opened_whole, parted

__all__ = ["branch"]

_ROUNDS, _LATER = 20, 1
"""Times that cuts are added: to the whole, and to each part."""

_TRIED = 8
"""Places to part a class that are tried on both sides."""

_HOPE = 20.0
"""No more parts are looked at when all would take more than so many times the effort that is meant for them."""

_TRIAL = 0.125
"""Share of the effort after which it is asked each time whether there is hope of an end."""

_OVERTIME = 3.0
"""Times the effort that is spent where all parts are likely to take no more."""

_STRETCH = 5.0
"""Effort after which a thread hands back what is left of a part, for others to take: about a millisecond."""

_MOST_THREADS = 4
"""More would mostly look at parts that may be of no account."""


def branch(part: Deadlines, most: float, flag: FlagArray) -> tuple[IntArray | None, bool]:
    """Look for a sequence of `Jobs`' types that meets all deadlines, with an effort of about `most`; see `parted`.

    Returns
    -------
    types : (P,) int64 or None
    refuted : bool
        Whether there is none.
    """
    search = _Search(part, most, flag)
    search.look()
    helpers = min(cores(), _MOST_THREADS) - 1
    if not search.over and helpers > 0:
        with ThreadPoolExecutor(helpers, "parts") as pool:
            helping = [pool.submit(search.work) for _ in range(helpers)]
            search.work()
            for help_ in helping:
                help_.result()
    search.work()
    if search.sequence is not None:
        return part.rank[search.sequence][::-1], False
    return None, search.refuted


class _Seen(NamedTuple):
    """What `parted` returns."""

    found: bool
    sequence: IntArray
    told: bool
    effort: float
    nodes: list[Any]
    weights: list[float]


@dataclass(eq=False, slots=True)
class _Part:
    """A part of all plans, its share of the whole, and what was seen in it; one that is taken has no node any more."""

    node: Any
    weight: float
    seen: _Seen | None = None


class _Search:
    """One question: the parts that are left, that which one thread alone would look at first last.

    Attributes
    ----------
    over, refuted : bool
        Whether no more parts are to be looked at, and whether that is because there is no plan.
    sequence : (P,) int64 or None
        The types of a plan.
    """

    def __init__(self, part: Deadlines, most: float, flag: FlagArray) -> None:
        self._part, self._most, self._flag = part, most, flag
        whole = opened_whole(part.d, part.b, part.e, part.klass, part.counts, *part.cuts, _ROUNDS, flag)
        self._parts = [_Part(whole, 1.0)]
        self._total = int(part.counts.sum())
        self._stretch = min(_STRETCH, _TRIAL * most)
        self._unsettled, self._effort, self._asked = 1.0, 0.0, _TRIAL
        self._told = True
        self._changed = Condition()
        self.over, self.refuted = False, False
        self.sequence: IntArray | None = None

    def work(self) -> None:
        """Look at parts until the search is over; for any number of threads at once."""
        try:
            while not self.over:
                self.look()
        except BaseException:
            with self._changed:
                self.over = True
                self._changed.notify_all()
            raise

    def look(self) -> None:
        """Look at the first part that is not taken; wait for one if all are."""
        with self._changed:
            if self.over:
                return
            free = self._first_free()
            if free is None:
                self._changed.wait()
                return
            node, free.node = free.node, None
        part = self._part
        seen = _Seen(
            *parted(node, part.d, part.b, part.e, self._total, _LATER, _TRIED, self._stretch, self._flag)
        )
        with self._changed:
            self._split(free, seen)
            self._heed()
            self._changed.notify_all()

    def _first_free(self) -> _Part | None:
        return next((part for part in reversed(self._parts) if part.node is not None), None)

    def _split(self, part: _Part, seen: _Seen) -> None:
        """Put what is left of a part before it in line: it is heeded first, and they are next."""
        part.seen = seen._replace(nodes=[])  # others may be done with them long before this part is heeded
        at = next(i for i in reversed(range(len(self._parts))) if self._parts[i] is part)
        self._parts[at:at] = [
            _Part(node, part.weight * weight) for node, weight in zip(seen.nodes, seen.weights, strict=True)
        ]

    def _heed(self) -> None:
        """Heed what was seen, as far as it is next in line."""
        while not self.over and self._parts[-1].seen is not None:
            part = self._parts.pop()
            seen = part.seen
            assert seen is not None
            self._told = self._told and seen.told
            self._effort += seen.effort
            self._unsettled -= part.weight * (1.0 - sum(seen.weights))
            if seen.found:
                self.sequence, self.over = seen.sequence, True
            elif not self._parts or self._flag[0]:
                self.refuted, self.over = self._told and not self._flag[0], True
            else:
                self.over = not self._hopes()

    def _hopes(self) -> bool:
        """Whether more parts are worth the effort, by the share of the whole that what was spent has settled."""
        most = self._most
        while self._effort > self._asked * most:
            self._asked += _TRIAL
            if self._unsettled > 1.0 - self._effort / ((_HOPE if self._effort < most else _OVERTIME) * most):
                return False
        return self._effort < _OVERTIME * most
